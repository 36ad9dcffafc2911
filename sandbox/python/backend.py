"""ministack with corrections where it is less strict than AWS (corrections.py), and with the
sandbox's own API in addition to AWS's.
"""

import json
from datetime import date

import corrections
import ministack.app
from direct import run_reads_without_threads
from functions import account_concurrency, function_result, function_state
from large import fill
from queries import log
from snapshot import snapshot
from state import checkpoint, restore, settled

emulator = ministack.app.app

OWN = (snapshot, checkpoint, restore, log, function_state, function_result, account_concurrency, fill)
SANDBOX_API = {f"/_sandbox/{request.__name__}": request for request in OWN}


def serve(_):
    """Serves on the port in the environment variables, until the process exits."""
    corrections.install()
    run_reads_without_threads()
    ministack.app.app = app
    ministack.app.main()


async def app(scope, receive, send):
    """Answers a request of the sandbox's API. Forwards all other requests to ministack."""
    request = SANDBOX_API.get(scope.get("path"))
    if request is None:
        return await emulator(scope, receive, send)
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await settled()
    try:
        status, answer = 200, json.dumps(request(**json.loads(body)), default=as_text)
    except Exception as fault:  # The client must receive every error.
        status, answer = 500, f"{type(fault).__name__}: {fault}"
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.encode()})


def as_text(value):
    return value.isoformat() if isinstance(value, date) else str(value)
