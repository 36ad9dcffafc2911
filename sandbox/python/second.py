"""Starts moto's server, as it is, on the port that is given."""

import sys

import parent
from moto.server import main

parent.end_with_it()
main(["--host", "127.0.0.1", "--port", sys.argv[1]])
