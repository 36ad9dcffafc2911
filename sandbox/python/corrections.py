"""Where ministack is softer than AWS, or wrong, and one function puts it right.

Each correction wraps one function of the pinned ministack and adds hardness only:
a rule that AWS has, a default that AWS restores, a refusal that AWS makes. They
stand here and not in the proxy because here IAM has already had its say.
"""

import json
import re
import secrets
from socketserver import StreamRequestHandler

from ministack.core import iam_evaluator
from ministack.core.lambda_runtime import execution_credentials
from ministack.core.responses import error_response_json, json_response, set_request_account_id
from ministack.services import cloudwatch_logs, cognito, iam, lambda_svc
from mfa import (
    challenges_are_answered_by_who_was_asked,
    factors_are_asked_for,
    no_factor_is_not_described,
    preferences_need_their_factor,
    sms_is_configured_in_one_place,
)
from names import aliases_are_not_moved_by_an_update, names_are_not_given_twice, users_are_found_in_any_case
from rights import calls_are_judged_as_on_aws
from updates import members_can_be_planted, updates_refuse_what_conflicts, updates_reset_what_they_leave_out


def install():
    """Puts every correction in place; called once, before the first request."""
    principal_arn_of_a_session_is_its_role()
    trust_needs_principals_that_exist()
    what_is_attached_exists()
    updates_reset_what_they_leave_out()
    updates_refuse_what_conflicts()
    members_can_be_planted()
    absent_auth_flows_are_the_default_ones()
    public_calls_find_their_pool()
    users_are_found_in_any_case()
    names_are_not_given_twice()
    aliases_are_not_moved_by_an_update()
    preferences_need_their_factor()
    no_factor_is_not_described()
    factors_are_asked_for()
    challenges_are_answered_by_who_was_asked()
    sms_is_configured_in_one_place()
    migrated_users_are_made_at_once()
    nothing_is_described_as_null()
    calls_are_judged_as_on_aws()
    functions_log_what_their_role_may()
    logs_are_filtered_and_come_in_pages()
    functions_are_ready_soon()
    functions_have_their_event_at_once()


def principal_arn_of_a_session_is_its_role():
    """For an assumed role, aws:PrincipalArn is the role's ARN, not the session's."""
    resolve = iam_evaluator._resolve_condition_key
    session = re.compile(r"^arn:([^:]+):sts::(\d+):assumed-role/([^/]+)/.*$")

    def resolve_as_aws(key, ctx):
        value = resolve(key, ctx)
        if key.lower() == "aws:principalarn" and isinstance(value, str):
            return session.sub(r"arn:\1:iam::\2:role/\3", value)
        return value

    iam_evaluator._resolve_condition_key = resolve_as_aws


def trust_needs_principals_that_exist():
    """A trust policy that names a role or user which does not exist is refused."""
    refuse = iam._trust_policy_not_principal_error
    named = re.compile(r"^arn:[^:]+:iam::(\d{12}):(role|user)/(?:.*/)?([^/]+)$")

    def principals(document):
        statements = document.get("Statement", [])
        for statement in statements if isinstance(statements, list) else [statements]:
            principal = statement.get("Principal", {})
            arns = principal.get("AWS", []) if isinstance(principal, dict) else []
            yield from arns if isinstance(arns, list) else [arns]

    def refuse_as_aws(text):
        if refusal := refuse(text):
            return refusal
        try:
            arns = list(principals(json.loads(text)))
        except (AttributeError, TypeError, ValueError):
            return None
        for arn in arns:
            if match := named.match(str(arn)):
                account, kind, name = match.groups()
                stored = iam._roles if kind == "role" else iam._users
                if not stored.contains_scoped(account, None, name):
                    return f'Invalid principal in policy: "AWS":"{arn}"'
        return None

    iam._trust_policy_not_principal_error = refuse_as_aws


def what_is_attached_exists():
    """A policy that is not there cannot be attached to a role."""
    attach = iam._attach_role_policy

    def attach_as_aws(params):
        arn = iam._p(params, "PolicyArn")
        if not iam._policy_exists(arn):
            return iam._error(404, "NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", ns="iam")
        return attach(params)

    iam._IAM_HANDLERS["AttachRolePolicy"] = attach_as_aws


def absent_auth_flows_are_the_default_ones():
    """A client without ExplicitAuthFlows allows refresh, SRP and custom: no password flow."""
    refuse = cognito._auth_flow_error

    def refuse_as_aws(action, data):
        if refusal := refuse(action, data):
            return refusal
        flow = cognito._PASSWORD_AUTH_FLOWS.get(str(data.get("AuthFlow")))
        if flow is None or not action.endswith("InitiateAuth"):
            return None
        client_id = data.get("ClientId")
        pool = cognito._user_pools.get(data.get("UserPoolId")) or cognito._pool_for_client(client_id)[0]
        client = (pool or {}).get("_clients", {}).get(client_id)
        if client is None or client.get("ExplicitAuthFlows"):
            return None
        return error_response_json("InvalidParameterException", flow[1], 400)

    cognito._auth_flow_error = refuse_as_aws


def public_calls_find_their_pool():
    """A public call needs no credentials: its client or token says whose pool it is for."""
    pin = cognito._pin_unsigned_idp_scope

    def pin_as_aws(data):
        tokens = (data.get(name, "") for name in ("AccessToken", "RefreshToken", "Token"))
        pool_ids = {cognito._pool_id_from_token(token) for token in tokens}
        for (account, _, pool_id), pool in cognito._user_pools.all_items():
            if pool_id in pool_ids or data.get("ClientId") in pool["_clients"]:
                set_request_account_id(account)
                break
        pin(data)

    cognito._pin_unsigned_idp_scope = pin_as_aws


def migrated_users_are_made_at_once():
    """A user whom the trigger brings has password and status from the first moment.

    The proxy makes such users by a member of AdminCreateUser that no client sends.
    Cognito does not hold their passwords to the new pool's policy, so neither is
    this one; a user without a password (ForgotPassword) gets one nobody knows.
    """
    create = cognito._admin_create_user

    def create_as_aws(data):
        migration = data.get("SandboxMigration")
        if migration is None:
            return create(data)
        unknown = "Aa1!" + secrets.token_urlsafe(32)
        answer = create({**data, "TemporaryPassword": unknown})
        if answer[0] == 200:
            pool = cognito._user_pools[data["UserPoolId"]]
            user = pool["_users"][json.loads(answer[2])["User"]["Username"]]
            user["_password"] = migration.get("Password") or unknown
            user["UserStatus"] = migration["UserStatus"]
            if migration["SmsMfa"]:
                user |= {"_mfa_enabled": ["SMS_MFA"], "_preferred_mfa": "SMS_MFA"}
        return answer

    cognito._admin_create_user = create_as_aws


def nothing_is_described_as_null():
    """A member that is not set is left out of an answer, never null."""
    describe = cognito._pool_out
    cognito._pool_out = lambda pool: {k: v for k, v in describe(pool).items() if v is not None}


def functions_log_what_their_role_may():
    """No log of a function without its role's permission, and no log group either."""
    emit = lambda_svc._emit_lambda_logs

    def emit_as_aws(func, *args, **kwargs):
        config = func.get("config") or func
        _, partition, _, region, account, _, name = config["FunctionArn"].split(":")[:7]
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}"
        stream = f"arn:{partition}:logs:{region}:{account}:log-group:{group}:log-stream:any"
        needed = ["CreateLogStream", "PutLogEvents"]
        if group not in cloudwatch_logs._log_groups:
            needed.append("CreateLogGroup")
        key = execution_credentials(config)["AWS_ACCESS_KEY_ID"]
        if all(iam_evaluator.enforce(key, f"logs:{action}", "logs", region, stream) is None for action in needed):
            emit(func, *args, **kwargs)

    lambda_svc._emit_lambda_logs = emit_as_aws


def logs_are_filtered_and_come_in_pages():
    """A JSON pattern filters, of which those of one member's texts are known here, a page holds so
    much and no more, and the newest come first where that is asked for."""
    find, page = cloudwatch_logs._filter_log_events, 100
    term = r'\(?\$\.(\w+) = "(\w+)"\)?'
    pattern = re.compile(rf"\{{ {term}(?: \|\| {term})* \}}")

    def fits(message, terms):
        try:
            line = json.loads(message)
        except ValueError:
            return False
        return isinstance(line, dict) and any(line.get(member) == text for member, text in terms)

    def find_as_aws(data):
        asked = data.get("filterPattern", "").strip()
        if asked.startswith("{") and not pattern.fullmatch(asked):
            return error_response_json("InvalidParameterException", f"Invalid filter pattern: {asked}", 400)
        answer = find({**data, "limit": 10000})
        if answer[0] != 200:
            return answer
        events = json.loads(answer[2])["events"]
        if asked.startswith("{"):
            terms = re.findall(term, asked)
            events = [event for event in events if fits(event["message"], terms)]
        if data.get("startFromHead") is False:
            events.reverse()
        start = int(data.get("nextToken", 0))
        end = start + min(data.get("limit", page), page)
        more = {"nextToken": str(end)} if end < len(events) else {}
        return json_response({"events": events[start:end], "searchedLogStreams": [], **more})

    cloudwatch_logs._filter_log_events = find_as_aws


def functions_are_ready_soon():
    """Pending is told for a moment only; the proxy makes it as long as a test wants."""
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0.05


def functions_have_their_event_at_once():
    """Head and body of an event go out in two writes, and Nagle's algorithm held the second for 40 ms."""
    StreamRequestHandler.disable_nagle_algorithm = True
