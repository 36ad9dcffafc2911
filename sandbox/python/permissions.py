"""IAM rules of AWS that ministack lacks: permissions that a call needs in addition to its own
action, and the resources and condition keys of calls.

As in corrections.py, this only makes ministack stricter. If a call needs several permissions,
the error names the missing one.
"""

import contextvars
import json
from urllib.parse import unquote

from ministack.core import iam_actions, iam_evaluator
from ministack.core.router import extract_access_key_id
from ministack.services import iam, lambda_svc

# The permissions that the current request needs in addition to its own action, and the one that
# was denied.
additional = contextvars.ContextVar("additional", default=())
denied = contextvars.ContextVar("denied", default=None)
caller = contextvars.ContextVar("caller", default=("", ""))
# The permissions boundary of the role that the current request changes.
boundary = contextvars.ContextVar("boundary", default=None)

# Actions on a role whose permissions boundary is a condition key. The first two have it as a parameter.
BOUNDARY_ACTIONS = (
    "CreateRole",
    "PutRolePermissionsBoundary",
    "AttachRolePolicy",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PutRolePolicy",
)
# Actions of CloudWatch Logs that use a log group's ARN without a suffix.
LOG_TAG_ACTIONS = ("TagResource", "UntagResource", "ListTagsForResource")


def calls_are_authorized_as_on_aws():
    calls_in_cbor_have_their_action()
    account_settings_need_a_permission()
    calls_have_their_resource()
    calls_have_their_condition_keys()
    calls_need_additional_permissions()
    function_tags_need_a_permission()


class Request:
    """The parameters of a request, independent of the service's protocol."""

    def __init__(self, service, method, path, body, params):
        self.service, self.method, self.params = service, method, params
        self.path = [unquote(part) for part in path.split("/") if part]
        try:
            self.body = json.loads(body) if body[:1] == b"{" else {}
        except ValueError:
            self.body = {}

    def member(self, name):
        value = self.params.get(name, self.body.get(name))
        return value[0] if isinstance(value, list) and value else value

    def has_tags(self):
        tags = self.body.get("Tags") or self.body.get("tags")
        return bool(tags) or any(name.startswith("Tags.member.1.") for name in self.params)


def resource_of(request, action, region, account):
    """The resource ARN of a call, if ministack has another one or none."""
    match (request.service, action):
        case ("iam", "CreateRole"):
            return f"arn:aws:iam::{account}:role{request.member('Path') or '/'}{request.member('RoleName')}"
        case ("iam", _) if role := existing_role(request, account):
            return role["Arn"]
        case ("iam", "CreatePolicy"):
            return f"arn:aws:iam::{account}:policy/{request.member('PolicyName')}"
        case ("iam", "RemoveRoleFromInstanceProfile"):
            return f"arn:aws:iam::{account}:instance-profile/{request.member('InstanceProfileName')}"
        case ("monitoring", "GetMetricData") | ("lambda", "GetAccountSettings"):
            return "*"
        case ("lambda", "CreateFunction"):
            return f"arn:aws:lambda:{region}:{account}:function:{request.member('FunctionName')}"
        case ("logs", _) if action not in LOG_TAG_ACTIONS and (group := request.member("logGroupName")):
            return f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:"
    return None


def existing_role(request, account):
    """The role that a call names. Its path is part of its ARN."""
    if request.service != "iam" or request.member("InstanceProfileName"):
        return None
    return iam._roles.get_scoped(account, None, request.member("RoleName") or "")


def additional_permissions(request, action, arn):
    """The permissions that a call needs in addition: action, resource and condition keys."""
    match (request.service, action):
        case ("iam", "CreateRole") if request.has_tags():
            yield "iam:TagRole", arn, {}
        case ("iam", "CreatePolicy") if request.has_tags():
            yield "iam:TagPolicy", arn, {}
        case ("logs", "CreateLogGroup") if request.has_tags():
            yield "logs:TagResource", arn.removesuffix(":log-stream:"), {}
        case ("lambda", "CreateFunction" | "UpdateFunctionConfiguration"):
            if action == "CreateFunction" and request.has_tags():
                yield "lambda:TagResource", arn, {}
            if role := request.member("Role"):
                yield "iam:PassRole", role, {"iam:passedtoservice": "lambda.amazonaws.com"}
        case ("cognito-idp", "UpdateUserPool"):
            sms = request.member("SmsConfiguration") or {}
            if role := sms.get("SnsCallerArn"):
                yield "iam:PassRole", role, {"iam:passedtoservice": "cognito-idp.amazonaws.com"}
            if key := (request.member("LambdaConfig") or {}).get("KMSKeyID"):
                yield "kms:CreateGrant", key, {}


def calls_in_cbor_have_their_action():
    """The path of a call in CBOR has its operation: `/service/NAME/operation/OPERATION`."""
    extract = iam_actions.extract_iam_action

    def extract_as_aws(service, method, path, *more):
        if service == "monitoring" and "/operation/" in path:
            return f"cloudwatch:{path.rpartition('/')[2]}"
        return extract(service, method, path, *more)

    iam_actions.extract_iam_action = extract_as_aws


def account_settings_need_a_permission():
    extract = iam_actions.extract_iam_action

    def extract_as_aws(service, method, path, *more):
        if service == "lambda" and path.rstrip("/").endswith("/account-settings"):
            return "lambda:GetAccountSettings"
        return extract(service, method, path, *more)

    iam_actions.extract_iam_action = extract_as_aws


def calls_have_their_resource():
    extract = iam_actions.extract_resource_arn

    def extract_as_aws(service, method, path, headers, body, params, region, account):
        request = Request(service, method, path, body, params)
        action = iam_actions.extract_iam_action(service, method, path, headers, body, params)
        action = (action or "").rpartition(":")[2]
        arn = resource_of(request, action, region, account)
        arn = arn or extract(service, method, path, headers, body, params, region, account)
        additional.set(tuple(additional_permissions(request, action, arn)))
        denied.set(None)
        caller.set((extract_access_key_id(headers, params), region))
        boundary.set((existing_role(request, account) or {}).get("PermissionsBoundary"))
        return arn

    iam_actions.extract_resource_arn = extract_as_aws


def calls_have_their_condition_keys():
    keys_of = iam_actions.request_tag_context

    def keys_as_aws(service, iam_action, body, params):
        request, keys = Request(service, "", "", body, params), {}
        match iam_action:
            case "iam:AttachRolePolicy" | "iam:DetachRolePolicy":
                keys["iam:policyarn"] = request.member("PolicyArn")
            case "lambda:AddPermission":
                keys["lambda:principal"] = request.member("Principal")
        if service == "iam" and iam_action.removeprefix("iam:") in BOUNDARY_ACTIONS:
            asked = iam_action.removeprefix("iam:") in BOUNDARY_ACTIONS[:2]
            if arn := request.member("PermissionsBoundary") if asked else boundary.get():
                keys["iam:permissionsboundary"] = arn
        return {**keys_of(service, iam_action, body, params), **keys}

    iam_actions.request_tag_context = keys_as_aws


def calls_need_additional_permissions():
    enforce, answer = iam_evaluator.enforce, iam_actions.access_denied_response

    def enforce_as_aws(key, iam_action, service, region, resource_arn="*", service_context=None):
        denial = enforce(key, iam_action, service, region, resource_arn, service_context)
        permissions = additional.get()
        additional.set(())
        for action, arn, keys in permissions if denial is None else ():
            denial = enforce(key, action, action.partition(":")[0], region, arn, keys)
            if denial is not None:
                denied.set((action, arn))
                return denial
        return denial

    def answer_as_aws(service, action, principal_arn, request_id, **more):
        if missing := denied.get():
            action, more["resource_arn"] = missing
        return answer(service, action, principal_arn, request_id, **more)

    iam_evaluator.enforce, iam_actions.access_denied_response = enforce_as_aws, answer_as_aws


def function_tags_need_a_permission():
    """GetFunction omits the tags if the caller may not list them."""
    describe = lambda_svc._get_function

    def describe_as_aws(name, qualifier=None):
        status, headers, body = describe(name, qualifier)
        if status != 200:
            return status, headers, body
        described, (key, region) = json.loads(body), caller.get()
        arn = described["Configuration"]["FunctionArn"].rsplit(f":function:{name}")[0] + f":function:{name}"
        if iam_evaluator.enforce(key, "lambda:ListTags", "lambda", region, arn) is not None:
            del described["Tags"]
        return status, headers, json.dumps(described).encode()

    lambda_svc._get_function = describe_as_aws
