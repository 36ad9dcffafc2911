"""ministack with AWS's own rules put right where it is softer (corrections.py), and the
sandbox's own requests beside AWS's.
"""

import json
from datetime import date

import corrections
import ministack.app
from direct import reads_need_no_thread
from snapshot import snapshot
from state import checkpoint, restore, settled

emulator = ministack.app.app

OWN = {f"/_sandbox/{request.__name__}": request for request in (snapshot, checkpoint, restore)}


def serve(_):
    """Serves on the port that its variables say, until the process ends."""
    corrections.install()
    reads_need_no_thread()
    ministack.app.app = app
    ministack.app.main()


async def app(scope, receive, send):
    """What only the sandbox asks for, or else what AWS is asked for."""
    request = OWN.get(scope.get("path"))
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
    except Exception as fault:  # Whatever it is, who asked must hear of it.
        status, answer = 500, f"{type(fault).__name__}: {fault}"
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.encode()})


def as_text(value):
    return value.isoformat() if isinstance(value, date) else str(value)
