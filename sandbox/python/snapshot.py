"""The resources of both accounts, read inside the emulator with botocore's models (direct.py).

The order is stable, and members that change by reading or over time are removed. So two
snapshots are equal if nothing was changed between them.
"""

import json

from botocore.exceptions import ClientError
from direct import Direct, handlers

# Timestamps, estimates, and members that change by use.
VOLATILE = {
    "CreateDate",
    "CreationDate",
    "EstimatedNumberOfUsers",
    "LastModified",
    "LastModifiedDate",
    "ResponseMetadata",
    "RevisionId",
    "RoleLastUsed",
    "UpdateDate",
    "UserCreateDate",
    "UserLastModifiedDate",
    "creationTime",
    "storedBytes",
}


def snapshot(accounts, regions):
    """Account → its resources in these Regions."""
    return {account: stable(resources(account, regions)) for account in accounts}


def resources(account, regions):
    handle = handlers()

    def connect(service, region):
        return Direct(account, region, service, handle[service])

    iam = connect("iam", "us-east-1")
    found = {"roles": roles(iam), "policies": policies(iam), "instance_profiles": instance_profiles(iam)}
    found |= {"pools": [], "functions": [], "log_groups": []}
    for region in regions:
        found["pools"] += pools(connect("cognito-idp", region))
        found["functions"] += functions(connect("lambda", region))
        found["log_groups"] += log_groups(connect("logs", region))
    return found


def stable(value):
    """Removes volatile members, and sorts dictionaries by key."""
    if isinstance(value, dict):
        return {key: stable(value[key]) for key in sorted(value) if key not in VOLATILE}
    return [stable(member) for member in value] if isinstance(value, list) else value


def every(client, operation, member, **params):
    """All pages of a listing."""
    for page in client.get_paginator(operation).paginate(**params):
        yield from page[member]


def tags(listed):
    return {tag["Key"]: tag["Value"] for tag in listed}


def pools(idp):
    for listed in sorted(every(idp, "list_user_pools", "UserPools", MaxResults=60), key=lambda p: p["Id"]):
        pool_id = {"UserPoolId": listed["Id"]}
        pool = idp.describe_user_pool(**pool_id)["UserPool"]
        clients = sorted(c["ClientId"] for c in every(idp, "list_user_pool_clients", "UserPoolClients", **pool_id))
        users = sorted(every(idp, "list_users", "Users", **pool_id), key=lambda u: u["Username"])
        for user in users:
            user["Attributes"] = {a["Name"]: a["Value"] for a in user["Attributes"]}
        yield {
            "pool": pool,
            "clients": [
                idp.describe_user_pool_client(ClientId=client, **pool_id)["UserPoolClient"] for client in clients
            ],
            "users": users,
        }


def roles(iam):
    found = []
    for role in sorted(every(iam, "list_roles", "Roles"), key=lambda r: r["Arn"]):
        name = {"RoleName": role["RoleName"]}
        inline = sorted(every(iam, "list_role_policies", "PolicyNames", **name))
        attached = every(iam, "list_attached_role_policies", "AttachedPolicies", **name)
        found.append(
            {
                "role": iam.get_role(**name)["Role"] | {"Tags": None},
                "inline": {p: iam.get_role_policy(PolicyName=p, **name)["PolicyDocument"] for p in inline},
                "attached": sorted(p["PolicyArn"] for p in attached),
                "tags": tags(iam.list_role_tags(**name)["Tags"]),
            }
        )
    return found


def policies(iam):
    found = []
    for policy in sorted(every(iam, "list_policies", "Policies", Scope="Local"), key=lambda p: p["Arn"]):
        arn = {"PolicyArn": policy["Arn"]}
        version = iam.get_policy_version(VersionId=policy["DefaultVersionId"], **arn)["PolicyVersion"]
        found.append(
            {
                "policy": policy | {"Tags": None},
                "document": version["Document"],
                "tags": tags(iam.list_policy_tags(**arn)["Tags"]),
            }
        )
    return found


def instance_profiles(iam):
    listed = every(iam, "list_instance_profiles", "InstanceProfiles")
    return {p["InstanceProfileName"]: [role["RoleName"] for role in p["Roles"]] for p in listed}


def functions(awslambda):
    listed = every(awslambda, "list_functions", "Functions")
    for name in sorted(function["FunctionName"] for function in listed):
        function = awslambda.get_function(FunctionName=name)
        try:
            policy = json.loads(awslambda.get_policy(FunctionName=name)["Policy"])
        except ClientError as fault:
            if fault.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            policy = None
        yield {"configuration": function["Configuration"], "policy": policy, "tags": function.get("Tags", {})}


def log_groups(logs):
    for group in sorted(every(logs, "describe_log_groups", "logGroups"), key=lambda g: g["logGroupName"]):
        arn = group["arn"].removesuffix(":*")
        yield {"group": group, "tags": logs.list_tags_for_resource(resourceArn=arn)["tags"]}
