"""UpdateUserPool and UpdateUserPoolClient as on AWS: what they store, reset and reject.
corrections.py installs them.
"""

import copy

from defaults import ACR_NAMES, DEFAULTS, KEPT
from ministack.core.responses import error_response_json, json_response
from ministack.services import cognito
from model import at, model


def updates_reset_omitted_members():
    """An update stores all sent members, even unknown ones. It resets omitted members to their
    defaults, or removes them."""

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


def reset(state, data, shapes, defaults):
    """Keeps only members that an update can't set, and sets all others."""
    described = {name: member for member, name in shapes.settable.items()}
    sent = {
        described.get(member, member): value
        for member, value in data.items()
        if shapes.accepts(member) and not member.startswith("_")
    }
    kept = {member for member in state if member.startswith("_")} | KEPT | set(shapes.describing)
    for member in set(state) - kept - set(sent):
        del state[member]
    omitted = {member: value for member, value in defaults.items() if member not in sent and value is not None}
    state |= copy.deepcopy(omitted) | sent


def updates_need_the_feature_plan():
    """A pool of the plan LITE has names of authentication levels, but an update can't send them.
    The same applies to dynamic client registration that isn't turned off."""
    update, describe = handler("pool"), cognito._pool_out

    def update_as_aws(data):
        tier = data.get("UserPoolTier") or cognito._user_pool_tier(stored("pool", data))
        registration = data.get("DcrConfiguration")
        if registration is not None:
            # Without a status, it's turned on.
            registration = {"EnableStatus": "Enabled"} | registration
            data = data | {"DcrConfiguration": registration}
        features = {
            "Authentication Context Class Reference": data.get("AcrConfiguration") is not None,
            "Dynamic Client Registration": at(data, "DcrConfiguration.EnableStatus") == "Enabled",
        }
        used = [feature for feature, is_used in features.items() if is_used]
        if tier == "LITE" and used:
            message = f"The following features need to be disabled for the LITE pricing tier configured: {used[0]}"
            return error_response_json("FeatureUnavailableInTierException", message, 400)
        return update(data)

    def describe_as_aws(pool):
        described = describe(pool)
        return described | {"AcrConfiguration": ACR_NAMES | (described.get("AcrConfiguration") or {})}

    cognito._update_user_pool = update_as_aws
    cognito._pool_out = describe_as_aws


def updates_check_references():
    """An update of an app client is rejected if one of its scopes or identity providers doesn't exist."""
    update = handler("client")

    def update_as_aws(data):
        pool = cognito._user_pools[data["UserPoolId"]]
        for scope in data.get("AllowedOAuthScopes") or []:
            server, _, name = scope.rpartition("/")
            if server and name not in scopes(pool, server):
                return error_response_json("ScopeDoesNotExistException", f"Invalid scope requested: {scope}", 400)
        existing = {"COGNITO", *pool.get("_identity_providers", {})}
        for provider in data.get("SupportedIdentityProviders") or []:
            if provider not in existing:
                message = f"The provider {provider} does not exist for User Pool {data['UserPoolId']}."
                return error_response_json("InvalidParameterException", message, 400)
        return update(data)

    cognito._update_user_pool_client = update_as_aws


def scopes(pool, server):
    """The names of the scopes of a resource server."""
    server = (pool.get("_resource_servers") or {}).get(server) or {}
    return {scope["ScopeName"] for scope in server.get("Scopes", [])}


def updates_reject_conflicts():
    """Settings that AWS describes together, but doesn't accept together."""

    def rejecting(kind):
        update = handler(kind)
        conflict = {"pool": pool_conflict, "client": client_conflict}[kind]

        def update_as_aws(data):
            if message := conflict(data):
                return error_response_json("InvalidParameterException", message, 400)
            return update(data)

        return update_as_aws

    wrap(rejecting)


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


def members_can_be_set():
    """Tests can set members directly, even conflicting ones. A null removes a member."""

    def setting(kind):
        update = handler(kind)

        def update_as_aws(data):
            if "SandboxSeed" not in data:
                return update(data)
            state = stored(kind, data)
            state |= data["SandboxSeed"]
            for member in [member for member, value in state.items() if value is None]:
                del state[member]
            return json_response({})

        return update_as_aws

    wrap(setting)


HANDLERS = {"pool": "_update_user_pool", "client": "_update_user_pool_client"}


def handler(kind):
    return getattr(cognito, HANDLERS[kind])


def wrap(wrapped):
    for kind, name in HANDLERS.items():
        setattr(cognito, name, wrapped(kind))


def stored(kind, data):
    pool = cognito._user_pools[data["UserPoolId"]]
    return pool if kind == "pool" else pool["_clients"][data["ClientId"]]
