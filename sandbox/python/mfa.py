"""MFA: the factors of users, the challenges at a sign-in, and the pool's configuration."""

import base64
import json
import secrets

from ministack.core.responses import error_response_json, json_response
from ministack.services import cognito
from model import at

# Preference setting → the factor, and the attribute that it requires.
PREFERENCES = {
    "SMSMfaSettings": ("SMS_MFA", "phone_number"),
    "EmailMfaSettings": ("EMAIL_OTP", "email"),
    "SoftwareTokenMfaSettings": ("SOFTWARE_TOKEN_MFA", None),
}

# Factor → the delivery medium, the attribute with the address, and the challenge response with the code.
SENT = {
    "SMS_MFA": ("SMS", "phone_number", "SMS_MFA_CODE"),
    "EMAIL_OTP": ("EMAIL", "email", "EMAIL_OTP_CODE"),
}

# The code of all challenges, because no message is sent.
CODE = "123456"

# Session → the user and the name of the open challenge.
challenges = {}


def preferences_need_their_factor():
    """A factor can be enabled only for a user with the phone number, email address or token for it."""

    def checking(prefer, find):
        def prefer_as_aws(data):
            user = find(data)
            if user is not None and data.get("SandboxToken"):
                # A token that an authenticator app has verified.
                user["_totp_secret"] = base64.b32encode(secrets.token_bytes(20)).decode()
                return json_response({})
            if user is not None and (message := missing(user, data)):
                return error_response_json("InvalidParameterException", message, 400)
            return prefer(data)

        return prefer_as_aws

    def by_username(data):
        pool = cognito._user_pools.get(data.get("UserPoolId"))
        return cognito._resolve_user(pool, data.get("Username"))[0] if pool else None

    cognito._admin_set_user_mfa_preference = checking(cognito._admin_set_user_mfa_preference, by_username)
    cognito._set_user_mfa_preference = checking(
        cognito._set_user_mfa_preference, lambda data: cognito._user_for_access_token(data.get("AccessToken"))
    )
    cognito._apply_mfa_preference = prefer


def missing(user, data):
    attributes = cognito._attr_list_to_dict(user["Attributes"])
    for setting, (factor, attribute) in PREFERENCES.items():
        if not at(data, f"{setting}.Enabled"):
            continue
        if attribute is None and not user.get("_totp_secret"):
            return "User has not verified software token mfa"
        if attribute is not None and attribute not in attributes:
            return f"User does not have delivery config set to turn on {factor}"
    return None


def prefer(user, data):
    factors = user.setdefault("_mfa_enabled", [])
    for setting, (factor, _) in PREFERENCES.items():
        value = data.get(setting)
        if value is None:
            continue
        factors[:] = [other for other in factors if other != factor] + [factor] * bool(value.get("Enabled"))
        if value.get("Enabled") and value.get("PreferredMfa"):
            user["_preferred_mfa"] = factor
        elif user.get("_preferred_mfa") == factor:
            user["_preferred_mfa"] = ""


def empty_mfa_settings_are_omitted():
    """For a user without MFA, the response omits the MFA settings."""
    get = cognito._admin_get_user

    def get_as_aws(data):
        answer = get(data)
        if answer[0] != 200:
            return answer
        empty = ("MFAOptions", "PreferredMfaSetting", "UserMFASettingList")
        return json_response({k: v for k, v in json.loads(answer[2]).items() if v or k not in empty})

    cognito._admin_get_user = get_as_aws


def mfa_is_challenged():
    """After the right password, a user with MFA gets a challenge. In a pool that requires MFA, all
    users do."""
    result = cognito._password_auth_result

    def result_as_aws(pool, pid, cid, user, username, *args, **kwargs):
        # A challenge contains the user's username, not the typed name.
        return result(pool, pid, cid, user, user["Username"], *args, **kwargs)

    cognito._password_auth_result = result_as_aws
    cognito._mfa_challenge_for_user = challenge


def challenge(pool, user, _pid, username):
    configuration = pool.get("MfaConfiguration") or "OFF"
    factors = available(pool, user)
    name = user.get("_preferred_mfa")
    if configuration == "OFF" or (configuration == "OPTIONAL" and not factors):
        return None
    if name not in factors:
        name = factors[0] if len(factors) == 1 else "SELECT_MFA_TYPE" if factors else "MFA_SETUP"
    parameters = {"USER_ID_FOR_SRP": username}
    if name in SENT:
        medium, attribute, _ = SENT[name]
        address = cognito._attr_list_to_dict(user["Attributes"]).get(attribute, "")
        masked = cognito._masked_destination(address) if medium == "EMAIL" else f"+*******{address[-4:]}"
        parameters |= {"CODE_DELIVERY_DELIVERY_MEDIUM": medium, "CODE_DELIVERY_DESTINATION": masked}
    elif name == "SELECT_MFA_TYPE":
        parameters["MFAS_CAN_CHOOSE"] = json.dumps(factors)
    elif name == "MFA_SETUP":
        parameters["MFAS_CAN_SETUP"] = json.dumps([factor for factor, on in offered(pool).items() if on])
    session = base64.b64encode(secrets.token_bytes(32)).decode()
    challenges[session] = (user, name)
    return {"ChallengeName": name, "Session": session, "ChallengeParameters": parameters}


def available(pool, user):
    """The user's enabled factors. If the pool requires MFA, also factors that the user could use without
    having enabled them."""
    factors = list(user.get("_mfa_enabled", []))
    if pool.get("MfaConfiguration") == "ON":
        has = {
            "SMS_MFA": "phone_number" in cognito._attr_list_to_dict(user["Attributes"]),
            "SOFTWARE_TOKEN_MFA": bool(user.get("_totp_secret")),
        }
        factors += [factor for factor, on in offered(pool).items() if on and has[factor] and factor not in factors]
    return factors


def offered(pool):
    """The factors that are available in the pool."""
    return {
        "SMS_MFA": bool(pool.get("SmsConfiguration")),
        "SOFTWARE_TOKEN_MFA": bool(at(pool, "SoftwareTokenMfaConfiguration.Enabled")),
    }


def challenges_are_bound_to_sessions():
    """A response to an MFA challenge is accepted only in the challenge's session and with its code."""

    def answering(respond, pool_of):
        def respond_as_aws(data):
            name = data.get("ChallengeName")
            if name not in (*SENT, "SOFTWARE_TOKEN_MFA", "MFA_SETUP"):
                return respond(data)
            pool, responses = pool_of(data), data.get("ChallengeResponses") or {}
            user = cognito._resolve_user(pool, responses.get("USERNAME"))[0] if pool else None
            if user is None or challenges.get(data.get("Session")) != (user, name):
                return error_response_json("NotAuthorizedException", "Invalid session for the user.", 400)
            if name not in SENT:
                answer = respond(data)
            elif responses.get(SENT[name][2]) == CODE:
                tokens = cognito._build_auth_result(pool["Id"], data["ClientId"], user)
                answer = json_response({"AuthenticationResult": tokens})
            else:
                message = "Invalid code or auth state for the user."
                answer = error_response_json("CodeMismatchException", message, 400)
            if answer[0] == 200:
                del challenges[data["Session"]]
            return answer

        return respond_as_aws

    cognito._admin_respond_to_auth_challenge = answering(
        cognito._admin_respond_to_auth_challenge, lambda data: cognito._user_pools.get(data.get("UserPoolId"))
    )
    cognito._respond_to_auth_challenge = answering(
        cognito._respond_to_auth_challenge, lambda data: cognito._pool_for_client(data.get("ClientId"))[0]
    )


def sms_configuration_is_shared():
    """SetUserPoolMfaConfig and UpdateUserPool set the same SMS configuration. Both descriptions contain it."""
    configure, get = cognito._set_user_pool_mfa_config, cognito._get_user_pool_mfa_config
    describe = cognito._pool_out
    extra = ("EmailMfaConfiguration", "SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "WebAuthnConfiguration")

    def configure_as_aws(data):
        answer = configure(data)
        if answer[0] != 200:
            return answer
        pool = cognito._user_pools[data["UserPoolId"]]
        for member, value in (pool.pop("SmsMfaConfiguration", None) or {}).items():
            pool[member] = value
        return get_as_aws(data)

    def get_as_aws(data):
        answer = get(data)
        pool = cognito._user_pools.get(data.get("UserPoolId")) or {}
        if answer[0] != 200 or not pool.get("SmsConfiguration") or pool.get("MfaConfiguration", "OFF") == "OFF":
            return answer
        members = ("SmsAuthenticationMessage", "SmsConfiguration")
        sms = {member: pool[member] for member in members if pool.get(member)}
        return json_response(json.loads(answer[2]) | {"SmsMfaConfiguration": sms})

    cognito._set_user_pool_mfa_config = configure_as_aws
    cognito._get_user_pool_mfa_config = get_as_aws
    cognito._pool_out = lambda pool: {k: v for k, v in describe(pool).items() if k not in extra}
