"""Forks servers off one process that has loaded what takes long to load.

A line of JSON asks for one: {"run", "port", "variables", "log", "life"}. The server lives
exactly as long as the connection that it makes to `life`.
"""

import gc
import json
import os
import signal
import socket
import sys
import tempfile
import threading
from importlib import import_module

# moto's need. ministack would sign tokens with it, and make keys for every pool first.
sys.modules["cryptography"] = None

import direct  # noqa: E402
import hypercorn.asyncio  # noqa: E402, F401
from ministack.core.iam_actions import _tag_operations, unsigned_operations  # noqa: E402
from ministack.core.responses import _service_model  # noqa: E402
from model import OPERATIONS, model  # noqa: E402

SERVICES = ["cognito-idp", "iam", "lambda", "logs", "sts"]


def load():
    """What ministack would read at its first requests. Its services are left out: they
    look at their variables when they are imported."""
    for service in SERVICES:
        _service_model(service)
        _tag_operations(service)
        unsigned_operations(service)
    for kind in OPERATIONS:
        model(kind)
    direct.load()
    gc.freeze()


def wanted():
    """What a fork is to be; the first process itself ends with its input."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return json.loads(line)
    sys.exit()


def become(request):
    # Its own group, so that its functions end with it.
    os.setsid()
    life = socket.socket(socket.AF_UNIX)
    life.connect(request["life"])
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for standard, descriptor in enumerate([life.detach(), log, log]):
        os.dup2(descriptor, standard)
    os.environ.update(request["variables"])
    tempfile.tempdir = None
    threading.Thread(target=end_with_it, daemon=True).start()


def end_with_it():
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)


load()
request = wanted()
become(request)
import_module(request["run"]).serve(request["port"])
