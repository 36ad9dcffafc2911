"""The secrets of app clients, which ministack keeps for ever: rotation, and Secrets Manager.

An app client has up to two secrets. Both are accepted. DescribeUserPoolClient returns only the
one that the app client was created with, and none after it was deleted, or if Secrets Manager
keeps it. corrections.py installs them.
"""

import secrets
import time

from ministack.core.responses import error_response_json, json_response
from ministack.services import cognito
from updates import handler, stored, wrap

MAXIMUM = 2


def secrets_can_be_rotated():
    dispatch = cognito._dispatch_idp
    operations = {
        "AddUserPoolClientSecret": add,
        "DeleteUserPoolClientSecret": delete,
        "ListUserPoolClientSecrets": list_secrets,
    }

    async def dispatch_as_aws(action, data):
        operation = operations.get(action)
        if operation is None:
            return await dispatch(action, data)
        pool = cognito._user_pools.get(data.get("UserPoolId"))
        client = (pool or {}).get("_clients", {}).get(data.get("ClientId"))
        if client is None:
            message = f"User pool client {data.get('ClientId')} does not exist."
            return error_response_json("ResourceNotFoundException", message, 400)
        return operation(client, active(pool, client), data)

    cognito._dispatch_idp = dispatch_as_aws


def active(pool, client):
    """The secrets of an app client, the oldest first. Changes of the list are stored."""
    every = pool.setdefault("_client_secrets", {})
    first = client.get("ClientSecret")
    return every.setdefault(client["ClientId"], [secret(client, first)] if first else [])


def secret(client, value):
    return {"id": f"{client['ClientId']}--{time.time_ns()}", "value": value, "created": int(time.time())}


def descriptor(one):
    return {"ClientSecretId": one["id"], "ClientSecretCreateDate": one["created"]}


def list_secrets(client, listed, data):
    return json_response({"ClientSecrets": [descriptor(one) for one in listed]})


def add(client, listed, data):
    if not listed:
        return error_response_json("InvalidParameterException", "The app client has no secret.", 400)
    if len(listed) == MAXIMUM:
        return error_response_json("LimitExceededException", "The app client has the maximum of secrets.", 400)
    given = data.get("ClientSecret")
    added = secret(client, given or secrets.token_hex(26))
    listed.append(added)
    value = {} if given else {"ClientSecretValue": added["value"]}
    return json_response({"ClientSecretDescriptor": descriptor(added) | value})


def delete(client, listed, data):
    found = [one for one in listed if one["id"] == data.get("ClientSecretId")]
    if not found:
        return error_response_json("ResourceNotFoundException", "The secret does not exist.", 400)
    if len(listed) == 1:
        return error_response_json("InvalidParameterException", "The last secret cannot be deleted.", 400)
    listed.remove(found[0])
    if client.get("ClientSecret") == found[0]["value"]:
        del client["ClientSecret"]
    return json_response({})


def secrets_are_published_in_secrets_manager():
    """UpdateUserPoolClient moves the secret to Secrets Manager, which rotates it at once."""

    def publishing(kind):
        update = handler(kind)
        if kind != "client":
            return update

        def update_as_aws(data):
            publish = data.pop("PublishSecretsInAWSSecretsManager", None)
            answer = update(data)
            if publish and answer[0] == 200:
                client = stored("client", data)
                listed = active(cognito._user_pools[data["UserPoolId"]], client)
                listed[:] = [secret(client, secrets.token_hex(26))]
                client.pop("ClientSecret", None)
                arn = f"arn:aws:secretsmanager:eu-west-1:111111111111:secret:cognito-{client['ClientId']}"
                client["ClientSecretArn"] = arn
                return cognito._describe_user_pool_client(data)
            return answer

        return update_as_aws

    wrap(publishing)


def all_secrets_are_accepted():
    """The secret hash of each active secret is accepted, also if Describe doesn't return it."""
    validate = cognito._validate_client_secret_hash

    def validate_as_aws(action, data):
        client_id = data.get("ClientId")
        if action.startswith("Admin"):
            pool = cognito._user_pools.get(data.get("UserPoolId"))
        else:
            pool = cognito._pool_for_client(client_id)[0]
        client = (pool or {}).get("_clients", {}).get(client_id)
        if client is None:
            return validate(action, data)
        shown, error = client.get("ClientSecret"), None
        values = [one["value"] for one in active(pool, client)] or [shown]
        try:
            for value in values:
                client["ClientSecret"] = value
                error = validate(action, data)
                if error is None:
                    break
        finally:
            client["ClientSecret"] = shown
        return error

    cognito._validate_client_secret_hash = validate_as_aws
