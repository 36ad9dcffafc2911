"""Corrects ministack where it is less strict than AWS or wrong.

Each correction wraps one function of the pinned ministack. It only makes ministack
stricter: it adds a rule, a default or an error of AWS. The corrections aren't in the
proxy, because here IAM has already evaluated the permissions.
"""

import json
import re
import secrets
from socketserver import StreamRequestHandler

from ministack.core import iam_evaluator
from ministack.core.lambda_runtime import execution_credentials
from ministack.core.responses import error_response_json, json_response, set_request_account_id
from ministack.services import cloudwatch_logs, cognito, iam, lambda_svc
from client_secrets import (
    all_secrets_are_accepted,
    secrets_are_published_in_secrets_manager,
    secrets_can_be_rotated,
)
from functions import function_states_restrict_calls
from large import role_lists_are_paginated
from metrics import embedded_metrics_are_extracted, metrics_are_kept_for_15_months
from mfa import (
    challenges_are_bound_to_sessions,
    empty_mfa_settings_are_omitted,
    mfa_is_challenged,
    preferences_need_their_factor,
    sms_configuration_is_shared,
)
from names import names_are_case_insensitive_if_configured, names_are_unique, updates_do_not_take_over_aliases
from operations import operations_block_others
from permissions import calls_are_authorized_as_on_aws
from queries import expired_events_are_not_returned, queries_run
from triggers import pre_authentication_runs_before_the_password_is_checked
from updates import (
    members_can_be_set,
    updates_check_references,
    updates_need_the_feature_plan,
    updates_reject_conflicts,
    updates_reset_omitted_members,
)
from users import user_filters_are_checked


def install():
    """Installs all corrections. Called once, before the first request."""
    principal_arn_of_a_session_is_its_role()
    trust_needs_existing_principals()
    attached_policies_exist()
    updates_reset_omitted_members()
    updates_reject_conflicts()
    updates_check_references()
    updates_need_the_feature_plan()
    members_can_be_set()
    secrets_can_be_rotated()
    secrets_are_published_in_secrets_manager()
    all_secrets_are_accepted()
    absent_auth_flows_have_defaults()
    public_calls_find_their_pool()
    names_are_case_insensitive_if_configured()
    names_are_unique()
    updates_do_not_take_over_aliases()
    preferences_need_their_factor()
    empty_mfa_settings_are_omitted()
    mfa_is_challenged()
    challenges_are_bound_to_sessions()
    sms_configuration_is_shared()
    migrated_users_are_created_atomically()
    pre_authentication_runs_before_the_password_is_checked()
    null_members_are_omitted()
    operations_block_others()
    calls_are_authorized_as_on_aws()
    user_filters_are_checked()
    function_logs_need_permissions()
    log_events_are_filtered_and_paginated()
    expired_events_are_not_returned()
    queries_run()
    embedded_metrics_are_extracted()
    metrics_are_kept_for_15_months()
    functions_are_ready_soon()
    function_states_restrict_calls()
    role_lists_are_paginated()
    events_are_sent_without_delay()


def principal_arn_of_a_session_is_its_role():
    """For an assumed role, aws:PrincipalArn is the role's ARN, not the session's."""
    resolve = iam_evaluator._resolve_condition_key
    session = re.compile(r"^arn:([^:]+):sts::(\d+):assumed-role/([^/]+)/.*$")

    def resolve_as_aws(key, ctx):
        value = resolve(key, ctx)
        if key.lower() == "aws:principalarn" and isinstance(value, str) and (match := session.match(value)):
            partition, account, name = match.groups()
            role = iam._roles.get_scoped(account, None, name)
            return role["Arn"] if role else f"arn:{partition}:iam::{account}:role/{name}"
        return value

    iam_evaluator._resolve_condition_key = resolve_as_aws


def trust_needs_existing_principals():
    """A trust policy is rejected if its role or user principal doesn't exist."""
    find_error = iam._trust_policy_not_principal_error
    principal_arn = re.compile(r"^arn:[^:]+:iam::(\d{12}):(role|user)/(?:.*/)?([^/]+)$")

    def principals(document):
        statements = document.get("Statement", [])
        for statement in statements if isinstance(statements, list) else [statements]:
            principal = statement.get("Principal", {})
            arns = principal.get("AWS", []) if isinstance(principal, dict) else []
            yield from arns if isinstance(arns, list) else [arns]

    def find_error_as_aws(text):
        if error := find_error(text):
            return error
        try:
            arns = list(principals(json.loads(text)))
        except (AttributeError, TypeError, ValueError):
            return None
        for arn in arns:
            if match := principal_arn.match(str(arn)):
                account, kind, name = match.groups()
                stored = iam._roles if kind == "role" else iam._users
                if not stored.contains_scoped(account, None, name):
                    return f'Invalid principal in policy: "AWS":"{arn}"'
        return None

    iam._trust_policy_not_principal_error = find_error_as_aws


def attached_policies_exist():
    """A policy that doesn't exist can't be attached to a role."""
    attach = iam._attach_role_policy

    def attach_as_aws(params):
        arn = iam._p(params, "PolicyArn")
        if not iam._policy_exists(arn):
            return iam._error(404, "NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", ns="iam")
        return attach(params)

    iam._IAM_HANDLERS["AttachRolePolicy"] = attach_as_aws


def absent_auth_flows_have_defaults():
    """An app client without ExplicitAuthFlows allows refresh, SRP and custom auth, but no password flow."""
    find_error = cognito._auth_flow_error

    def find_error_as_aws(action, data):
        if error := find_error(action, data):
            return error
        flow = cognito._PASSWORD_AUTH_FLOWS.get(str(data.get("AuthFlow")))
        if flow is None or not action.endswith("InitiateAuth"):
            return None
        client_id = data.get("ClientId")
        pool = cognito._user_pools.get(data.get("UserPoolId")) or cognito._pool_for_client(client_id)[0]
        client = (pool or {}).get("_clients", {}).get(client_id)
        if client is None or client.get("ExplicitAuthFlows"):
            return None
        return error_response_json("InvalidParameterException", flow[1], 400)

    cognito._auth_flow_error = find_error_as_aws


def public_calls_find_their_pool():
    """A public call has no credentials. Its app client or token determines the account of the pool."""
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


def migrated_users_are_created_atomically():
    """A migrated user is created with its password and status in one step.

    The proxy creates these users with a parameter of AdminCreateUser that no client sends.
    Cognito doesn't apply the new pool's password policy to them. A user without a
    password (ForgotPassword) gets a random password.
    """
    create = cognito._admin_create_user

    def create_as_aws(data):
        migration = data.get("SandboxMigration")
        if migration is None:
            return create(data)
        random_password = "Aa1!" + secrets.token_urlsafe(32)
        answer = create({**data, "TemporaryPassword": random_password})
        if answer[0] == 200:
            pool = cognito._user_pools[data["UserPoolId"]]
            user = pool["_users"][json.loads(answer[2])["User"]["Username"]]
            user["_password"] = migration.get("Password") or random_password
            user["UserStatus"] = migration["UserStatus"]
            if migration["SmsMfa"]:
                user |= {"_mfa_enabled": ["SMS_MFA"], "_preferred_mfa": "SMS_MFA"}
        return answer

    cognito._admin_create_user = create_as_aws


def null_members_are_omitted():
    """A response omits members that aren't set. They are never null."""
    describe = cognito._pool_out
    cognito._pool_out = lambda pool: {k: v for k, v in describe(pool).items() if v is not None}


def function_logs_need_permissions():
    """A function writes logs, and creates its log group, only with the permissions of its role."""
    emit = lambda_svc._emit_lambda_logs

    def emit_as_aws(func, *args, **kwargs):
        config = func.get("config") or func
        _, partition, _, region, account, _, name = config["FunctionArn"].split(":")[:7]
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}"
        stream = f"arn:{partition}:logs:{region}:{account}:log-group:{group}:log-stream:any"
        actions = ["CreateLogStream", "PutLogEvents"]
        if group not in cloudwatch_logs._log_groups:
            actions.append("CreateLogGroup")
        key = execution_credentials(config)["AWS_ACCESS_KEY_ID"]
        if all(iam_evaluator.enforce(key, f"logs:{action}", "logs", region, stream) is None for action in actions):
            emit(func, *args, **kwargs)

    lambda_svc._emit_lambda_logs = emit_as_aws


def log_events_are_filtered_and_paginated():
    """Log events are filtered by JSON patterns (only comparisons of fields with strings are
    supported) and returned in pages of limited size, newest first if requested."""
    find, page_size = cloudwatch_logs._filter_log_events, 100
    term = r'\(?\$\.(\w+) = "(\w+)"\)?'
    pattern = re.compile(rf"\{{ {term}(?: \|\| {term})* \}}")

    def matches(message, terms):
        try:
            line = json.loads(message)
        except ValueError:
            return False
        return isinstance(line, dict) and any(line.get(member) == text for member, text in terms)

    def find_as_aws(data):
        wanted = data.get("filterPattern", "").strip()
        if wanted.startswith("{") and not pattern.fullmatch(wanted):
            return error_response_json("InvalidParameterException", f"Invalid filter pattern: {wanted}", 400)
        answer = find({**data, "limit": 10000})
        if answer[0] != 200:
            return answer
        events = json.loads(answer[2])["events"]
        if wanted.startswith("{"):
            terms = re.findall(term, wanted)
            events = [event for event in events if matches(event["message"], terms)]
        if data.get("startFromHead") is False:
            events.reverse()
        start = int(data.get("nextToken", 0))
        end = start + min(data.get("limit", page_size), page_size)
        more = {"nextToken": str(end)} if end < len(events) else {}
        return json_response({"events": events[start:end], "searchedLogStreams": [], **more})

    cloudwatch_logs._filter_log_events = find_as_aws


def functions_are_ready_soon():
    """Functions are Pending only for a short time. The proxy extends it if a test needs it."""
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0.05


def events_are_sent_without_delay():
    """Disables Nagle's algorithm, which delays the body of each event by 40 ms."""
    StreamRequestHandler.disable_nagle_algorithm = True
