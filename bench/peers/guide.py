"""The same as guide.sh, with boto3, in one process and with one call after another.

Environment variables specify the user pools, the app clients and the zip file.
"""

import base64
import hashlib
import json
import os
import secrets
import sys
import time

import boto3

ACCESS = "cognito-access-role"
LAMBDA = "cognito-migration-lambda"
POLICY = f"{LAMBDA}-policy"
LOGS = f"/aws/lambda/{LAMBDA}"
OLD_POOL, OLD_CLIENT, NEW_POOL, NEW_CLIENT, ZIP, ARCHITECTURE = (
    os.environ[name] for name in ("OLD_POOL", "OLD_CLIENT", "NEW_POOL", "NEW_CLIENT", "ZIP", "ARCHITECTURE")
)

old, new = (boto3.Session(profile_name=name) for name in ("old", "new"))
old_cognito, new_cognito = old.client("cognito-idp"), new.client("cognito-idp")
old_iam, new_iam = old.client("iam"), new.client("iam")
logs, functions = new.client("logs"), new.client("lambda")

old_account = old.client("sts").get_caller_identity()["Account"]
new_account = new.client("sts").get_caller_identity()["Account"]
old_region, new_region = OLD_POOL.split("_")[0], NEW_POOL.split("_")[0]
access_arn = f"arn:aws:iam::{old_account}:role/{ACCESS}"
lambda_arn = f"arn:aws:iam::{new_account}:role/{LAMBDA}"
policy_arn = f"arn:aws:iam::{new_account}:policy/{POLICY}"
function_arn = f"arn:aws:lambda:{new_region}:{new_account}:function:{LAMBDA}"
old_pool_arn = f"arn:aws:cognito-idp:{old_region}:{old_account}:userpool/{OLD_POOL}"
new_pool_arn = f"arn:aws:cognito-idp:{new_region}:{new_account}:userpool/{NEW_POOL}"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions, **rest):
    return {"Effect": "Allow", "Action": actions, **rest}


def settable(cognito, operation, described):
    """The members of a Describe response that the Update call accepts. It resets omitted members."""
    known = cognito.meta.service_model.operation_model(operation).input_shape.members
    return {name: value for name, value in described.items() if value not in ("", {}) and name in known}


def client_of(cognito, pool, client):
    return cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client)["UserPoolClient"]


def add_flow(cognito, pool, client, flow):
    settings = settable(cognito, "UpdateUserPoolClient", client_of(cognito, pool, client))
    settings["ExplicitAuthFlows"] = sorted({*settings.get("ExplicitAuthFlows", []), flow})
    cognito.update_user_pool_client(**settings)


def create_function(environment):
    with open(ZIP, "rb") as package:
        code = package.read()
    while True:
        try:
            return functions.create_function(
                FunctionName=LAMBDA, Role=lambda_arn, Runtime="provided.al2023", Handler="bootstrap",
                Architectures=[ARCHITECTURE], MemorySize=256, Timeout=5, Code={"ZipFile": code},
                Environment={"Variables": environment},
            )
        except functions.exceptions.InvalidParameterValueException:
            time.sleep(5)


def create():
    external_id = secrets.token_hex(32)
    trust = document(allow(
        "sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{new_account}:root"},
        Condition={"ArnEquals": {"aws:PrincipalArn": lambda_arn}, "StringEquals": {"sts:ExternalId": external_id}},
    ))
    old_iam.create_role(RoleName=ACCESS, AssumeRolePolicyDocument=trust)
    actions = ["cognito-idp:AdminInitiateAuth", "cognito-idp:AdminGetUser"]
    old_iam.put_role_policy(
        RoleName=ACCESS, PolicyName=ACCESS, PolicyDocument=document(allow(actions, Resource=old_pool_arn))
    )
    add_flow(old_cognito, OLD_POOL, OLD_CLIENT, "ALLOW_ADMIN_USER_PASSWORD_AUTH")
    logs.create_log_group(logGroupName=LOGS)
    logs.put_retention_policy(logGroupName=LOGS, retentionInDays=30)
    new_iam.create_policy(PolicyName=POLICY, PolicyDocument=document(
        allow("sts:AssumeRole", Resource=access_arn),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"],
              Resource=f"arn:aws:logs:{new_region}:{new_account}:log-group:{LOGS}:*"),
    ))
    new_iam.create_role(RoleName=LAMBDA, AssumeRolePolicyDocument=document(
        allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})
    ))
    new_iam.attach_role_policy(RoleName=LAMBDA, PolicyArn=policy_arn)
    create_function({
        "OLD_EXTERNAL_ID": external_id, "OLD_ROLE_ARN": access_arn, "OLD_USER_POOL_ID": OLD_POOL,
        "OLD_USER_POOL_REGION": old_region, "OLD_CLIENT_ID": OLD_CLIENT, "NEW_USER_POOL_ID": NEW_POOL,
    })
    functions.get_waiter("function_active_v2").wait(FunctionName=LAMBDA)
    functions.add_permission(
        FunctionName=LAMBDA, StatementId="cognito", Action="lambda:InvokeFunction",
        Principal="cognito-idp.amazonaws.com", SourceArn=new_pool_arn, SourceAccount=new_account,
    )
    add_flow(new_cognito, NEW_POOL, NEW_CLIENT, "ALLOW_USER_PASSWORD_AUTH")
    pool = new_cognito.describe_user_pool(UserPoolId=NEW_POOL)["UserPool"]
    settings = settable(new_cognito, "UpdateUserPool", pool)
    settings.get("AdminCreateUserConfig", {}).pop("UnusedAccountValidityDays", None)
    triggers = settings.get("LambdaConfig", {}) | {"UserMigration": function_arn}
    new_cognito.update_user_pool(**settings | {"UserPoolId": NEW_POOL, "LambdaConfig": triggers})


def again():
    with open(ZIP, "rb") as package:
        sha256 = base64.b64encode(hashlib.sha256(package.read()).digest()).decode()
    role = old_iam.get_role(RoleName=ACCESS)["Role"]
    policy = old_iam.get_role_policy(RoleName=ACCESS, PolicyName=ACCESS)
    old_client = client_of(old_cognito, OLD_POOL, OLD_CLIENT)
    groups = logs.describe_log_groups(logGroupNamePrefix=LOGS)["logGroups"]
    version = new_iam.get_policy(PolicyArn=policy_arn)["Policy"]["DefaultVersionId"]
    own = new_iam.get_policy_version(PolicyArn=policy_arn, VersionId=version)
    lambda_role = new_iam.get_role(RoleName=LAMBDA)["Role"]
    attached = new_iam.list_attached_role_policies(RoleName=LAMBDA)["AttachedPolicies"]
    function = functions.get_function(FunctionName=LAMBDA)["Configuration"]
    permission = functions.get_policy(FunctionName=LAMBDA)["Policy"]
    new_client = client_of(new_cognito, NEW_POOL, NEW_CLIENT)
    pool = new_cognito.describe_user_pool(UserPoolId=NEW_POOL)["UserPool"]
    for what, holds, wanted in [
        ("the access role", json.dumps(role["AssumeRolePolicyDocument"]), lambda_arn),
        ("its policy", json.dumps(policy["PolicyDocument"]), old_pool_arn),
        ("the old app client", old_client["ExplicitAuthFlows"], "ALLOW_ADMIN_USER_PASSWORD_AUTH"),
        ("the log group", [group.get("retentionInDays") for group in groups], 30),
        ("the policy", json.dumps(own["PolicyVersion"]["Document"]), access_arn),
        ("the Lambda's role", json.dumps(lambda_role["AssumeRolePolicyDocument"]), "lambda.amazonaws.com"),
        ("the attached policy", [one["PolicyArn"] for one in attached], policy_arn),
        ("the function", [function["CodeSha256"]], sha256),
        ("its permission", permission, new_pool_arn),
        ("the new app client", new_client["ExplicitAuthFlows"], "ALLOW_USER_PASSWORD_AUTH"),
        ("the new pool", [pool["LambdaConfig"].get("UserMigration")], function_arn),
    ]:
        if wanted not in holds:
            sys.exit(f"{what} has drifted")


{"create": create, "again": again}[sys.argv[1]]()
