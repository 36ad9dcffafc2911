"""UpdateUserPool and UpdateUserPoolClient as AWS has them: what they store, what
they forget and what they refuse; corrections.py puts them in place.
"""

import copy

from defaults import DEFAULTS, KEPT
from ministack.core.responses import error_response_json, json_response
from ministack.services import cognito
from model import at, model


def updates_reset_what_they_leave_out():
    """What is sent is stored, known or not; what is left out is its default, or gone."""

    def resetting(kind):
        update = handler(kind)
        defaults = DEFAULTS[kind]

        def update_as_aws(data):
            data = {member: value for member, value in data.items() if value is not None}
            answer = update({**copy.deepcopy(defaults), **data})
            if answer[0] != 200:
                return answer
            reset(stored(kind, data), data, model(kind), defaults)
            return cognito._describe_user_pool_client(data) if kind == "client" else answer

        return update_as_aws

    wrap(resetting)


def reset(standing, data, shapes, defaults):
    """Keeps of what stands only what an update does not set, and sets the rest."""
    described = {name: member for member, name in shapes.settable.items()}
    sent = {
        described.get(member, member): value
        for member, value in data.items()
        if shapes.takes(member) and not member.startswith("_")
    }
    kept = {member for member in standing if member.startswith("_")} | KEPT | set(shapes.describing)
    for member in set(standing) - kept - set(sent):
        del standing[member]
    left_out = {member: value for member, value in defaults.items() if member not in sent and value is not None}
    standing |= copy.deepcopy(left_out) | sent


def updates_refuse_what_conflicts():
    """Settings that AWS describes side by side and does not take side by side."""

    def refusing(kind):
        update = handler(kind)
        conflict = {"pool": pool_conflict, "client": client_conflict}[kind]

        def update_as_aws(data):
            if message := conflict(data):
                return error_response_json("InvalidParameterException", message, 400)
            return update(data)

        return update_as_aws

    wrap(refusing)


def pool_conflict(data):
    unused = at(data, "AdminCreateUserConfig.UnusedAccountValidityDays")
    temporary = at(data, "Policies.PasswordPolicy.TemporaryPasswordValidityDays")
    if (unused or 0) > 0 and (temporary or 0) > 0:
        return "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays"
    sms = at(data, "SmsConfiguration") or {}
    if "SnsCallerArn" in sms and "EumsSms" in sms:
        return "SnsCallerArn and EumsSms cannot be used together"
    older = at(data, "LambdaConfig.PreTokenGeneration")
    newer = at(data, "LambdaConfig.PreTokenGenerationConfig.LambdaArn")
    if older and newer and older != newer:
        return "PreTokenGeneration and PreTokenGenerationConfig must name the same function"
    return None


def client_conflict(data):
    analytics = at(data, "AnalyticsConfiguration") or {}
    if "ApplicationArn" in analytics and ("RoleArn" in analytics or "ExternalId" in analytics):
        return "RoleArn and ExternalId cannot be used with ApplicationArn"
    flows = at(data, "ExplicitAuthFlows") or []
    if len({flow.startswith("ALLOW_") for flow in flows}) > 1:
        return "ALLOW_* auth flows cannot be used with the legacy ones"
    rotates = at(data, "RefreshTokenRotation.Feature") == "ENABLED"
    if rotates and "ALLOW_REFRESH_TOKEN_AUTH" in flows:
        return "ALLOW_REFRESH_TOKEN_AUTH cannot be used while refresh token rotation is enabled"
    return None


def members_can_be_planted():
    """What a test needs to stand, conflicts and all, is there; a null takes away."""

    def planting(kind):
        update = handler(kind)

        def update_as_aws(data):
            if "SandboxPlant" not in data:
                return update(data)
            standing = stored(kind, data)
            standing |= data["SandboxPlant"]
            for member in [member for member, value in standing.items() if value is None]:
                del standing[member]
            return json_response({})

        return update_as_aws

    wrap(planting)


HANDLERS = {"pool": "_update_user_pool", "client": "_update_user_pool_client"}


def handler(kind):
    return getattr(cognito, HANDLERS[kind])


def wrap(wrapped):
    for kind, name in HANDLERS.items():
        setattr(cognito, name, wrapped(kind))


def stored(kind, data):
    pool = cognito._user_pools[data["UserPoolId"]]
    return pool if kind == "pool" else pool["_clients"][data["ClientId"]]
