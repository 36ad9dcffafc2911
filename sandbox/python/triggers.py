"""The PreAuthentication trigger, which the emulator lacks."""

import json

from ministack.core.responses import error_response_json
from ministack.services import cognito, lambda_svc
from model import at

PASSWORD_FLOWS = {"USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}


def pre_authentication_runs_before_the_password_is_checked():
    """A trigger that fails rejects the sign-in of a user of the pool, also with the right password.

    It gets the ClientMetadata of the sign-in as validationData.
    """

    def triggering(sign_in, pool_of):
        def sign_in_as_aws(data):
            pool = pool_of(data)
            if pool is not None and data.get("AuthFlow") in PASSWORD_FLOWS:
                if error := pre_authentication(pool, data):
                    return error_response_json(*error, 400)
            return sign_in(data)

        return sign_in_as_aws

    cognito._admin_initiate_auth = triggering(
        cognito._admin_initiate_auth, lambda data: cognito._user_pools.get(data.get("UserPoolId"))
    )
    cognito._initiate_auth = triggering(
        cognito._initiate_auth, lambda data: cognito._pool_for_client(data.get("ClientId"))[0]
    )


def pre_authentication(pool, data):
    """The error with which the trigger rejects the sign-in. The function's policy isn't checked."""
    arn = at(pool, "LambdaConfig.PreAuthentication")
    user = cognito._resolve_user(pool, (data.get("AuthParameters") or {}).get("USERNAME"))[0]
    if not arn or user is None:
        return None
    event = {
        "version": "1",
        "triggerSource": "PreAuthentication_Authentication",
        "region": cognito._pool_region(pool["Id"]),
        "userPoolId": pool["Id"],
        "userName": user["Username"],
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": data.get("ClientId")},
        "request": {
            "userAttributes": cognito._attr_list_to_dict(user["Attributes"]),
            "validationData": data.get("ClientMetadata"),
            "userNotFound": False,
        },
        "response": {},
    }
    record, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if record is None or config is None:
        message = "PreAuthentication invocation failed due to error ResourceNotFoundException."
        return "UnexpectedLambdaException", message
    record = lambda_svc._execution_record_for_config(record, config)
    result = lambda_svc._execute_function_with_config_scope(record, event)
    if not result.get("error"):
        return None
    body = result.get("body")
    body = json.loads(body) if isinstance(body, str | bytes) else body or {}
    message = f"PreAuthentication failed with error {body.get('errorMessage', 'null')}."
    return "UserLambdaValidationException", message
