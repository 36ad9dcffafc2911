"""Forks servers from one process that has loaded the slow modules.

A line of JSON requests a server: {"run", "port", "variables", "log", "control"}. The server
connects to the socket `control`, and exits when that connection is closed.
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

# Only moto needs this package. With it, ministack would generate keys for every pool and sign tokens.
sys.modules["cryptography"] = None

import direct  # noqa: E402
import hypercorn.asyncio  # noqa: E402, F401
from ministack.core.iam_actions import _tag_operations, unsigned_operations  # noqa: E402
from ministack.core.responses import _service_model  # noqa: E402
from model import OPERATIONS, model  # noqa: E402

SERVICES = ["cognito-idp", "iam", "lambda", "logs", "sts"]


def load():
    """Loads what ministack would load at its first requests, except its services, because they
    read environment variables when they are imported."""
    for service in SERVICES:
        _service_model(service)
        _tag_operations(service)
        unsigned_operations(service)
    for kind in OPERATIONS:
        model(kind)
    direct.load()
    gc.freeze()


def next_request():
    """Returns a request in a forked process. The first process exits at the end of its input."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return json.loads(line)
    sys.exit()


def set_up(request):
    # In its own process group, so that its functions stop with it.
    os.setsid()
    control = socket.socket(socket.AF_UNIX)
    control.connect(request["control"])
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for standard, descriptor in enumerate([control.detach(), log, log]):
        os.dup2(descriptor, standard)
    os.environ.update(request["variables"])
    tempfile.tempdir = None
    threading.Thread(target=exit_with_control, daemon=True).start()


def exit_with_control():
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)


load()
request = next_request()
set_up(request)
import_module(request["run"]).serve(request["port"])
