"""boto3 in one long-lived process that reads and writes JSON lines.

A request is {"id", "home", "do", ...}, with the home folder of the sandbox. Its response
is {"id", "ok"} or {"id", "code", "message"}. Bytes are {"$bytes": base64}. The calls go
through the proxy, with a mark in the user agent, so that the journal doesn't count them.
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
from connections import cached_client, forget
from shapes import filled

MARKED = Config(user_agent_extra="cogmig-sandbox", retries={"total_max_attempts": 1}, read_timeout=60)
UNSIGNED = MARKED.merge(Config(signature_version=botocore.UNSIGNED))

writing = threading.Lock()


def client(request, service, config, profile=None):
    """A boto3 client with the profiles of the sandbox's home folder."""
    return cached_client(
        request["home"],
        service,
        profile=profile,
        region_name=request.get("region"),
        endpoint_url=request.get("endpoint"),
        config=config,
    )


def call(request):
    """One operation, with AWS's names for the operation and its parameters."""
    service = client(request, request["service"], MARKED, request["profile"])
    answer = service._make_api_call(request["operation"], from_json(request["params"]))
    answer.pop("ResponseMetadata", None)
    return answer


def public(request):
    """One Cognito operation that needs no credentials."""
    service = client(request, "cognito-idp", UNSIGNED)
    answer = service._make_api_call(request["operation"], request["params"])
    answer.pop("ResponseMetadata", None)
    return answer


def secret_hash(request):
    """SECRET_HASH, computed independently of the product's code."""
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
    except Exception as fault:  # The client must receive every error.
        text = json.dumps({"id": request["id"], "code": type(fault).__name__, "message": str(fault)})
    with writing:
        print(text, flush=True)


if __name__ == "__main__":
    with ThreadPoolExecutor(16) as pool:
        for line in sys.stdin:
            pool.submit(answer, line)
