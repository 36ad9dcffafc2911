"""Starts ministack with AWS's own rules put right where it is softer (corrections.py)."""

import sys

import parent

parent.end_with_it()

# moto's need. ministack would sign tokens with it, and make keys for every pool first.
sys.modules["cryptography"] = None

import corrections  # noqa: E402
import ministack.app  # noqa: E402

corrections.install()
ministack.app.main()
