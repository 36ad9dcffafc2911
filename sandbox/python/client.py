"""The other client: boto3, one long-lived process, JSON lines in and out.

A request is {"id", "home", "do", ...}, the home being that of the sandbox in question;
its answer {"id", "ok"} or {"id", "code", "message"}.
Bytes travel as {"$bytes": base64}. The calls pass through the proxy like any other,
marked by their user agent so that the journal does not count them.
"""

import base64
import hmac
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import botocore
from botocore.config import Config
from botocore.exceptions import ClientError
from connections import connected, forget
from shapes import filled

MARKED = Config(user_agent_extra="cogmig-sandbox", retries={"total_max_attempts": 1}, read_timeout=60)
UNSIGNED = MARKED.merge(Config(signature_version=botocore.UNSIGNED))

writing = threading.Lock()


def client(request, service, config, profile=None):
    """A boto3 client as a user of the sandbox has it."""
    return connected(
        request["home"],
        service,
        profile=profile,
        region_name=request.get("region"),
        endpoint_url=request.get("endpoint"),
        config=config,
    )


def call(request):
    """One operation by its AWS name, with its AWS members."""
    chosen = client(request, request["service"], MARKED, request["profile"])
    answer = chosen._make_api_call(request["operation"], from_json(request["params"]))
    answer.pop("ResponseMetadata", None)
    return answer


def public(request):
    """One operation of Cognito that needs no credentials."""
    chosen = client(request, "cognito-idp", UNSIGNED)
    answer = chosen._make_api_call(request["operation"], request["params"])
    answer.pop("ResponseMetadata", None)
    return answer


def secret_hash(request):
    """SECRET_HASH, computed by nothing of the product's."""
    secret, message = request["secret"], request["username"] + request["client"]
    return base64.b64encode(hmac.digest(secret.encode(), message.encode(), "sha256")).decode()


DO = {
    "call": call,
    "public": public,
    "filled": filled,
    "secret_hash": secret_hash,
    "forget": forget,
}


def from_json(value):
    if isinstance(value, dict):
        if set(value) == {"$bytes"}:
            return base64.b64decode(value["$bytes"])
        return {key: from_json(member) for key, member in value.items()}
    return [from_json(member) for member in value] if isinstance(value, list) else value


def to_json(value):
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"$bytes": base64.b64encode(value).decode()}
    return str(value)


def answer(line):
    request = json.loads(line)
    reply = {"id": request["id"]}
    try:
        reply["ok"] = DO[request["do"]](request)
        text = json.dumps(reply, default=to_json)
    except ClientError as fault:
        error = fault.response.get("Error", {})
        text = json.dumps({"id": request["id"], "code": error.get("Code", ""), "message": error.get("Message", "")})
    except Exception as fault:  # Whatever it is, who asked must hear of it.
        text = json.dumps({"id": request["id"], "code": type(fault).__name__, "message": str(fault)})
    with writing:
        print(text, flush=True)


if __name__ == "__main__":
    with ThreadPoolExecutor(16) as pool:
        for line in sys.stdin:
            pool.submit(answer, line)
