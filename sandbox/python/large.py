"""Accounts with many roles and user pools, and the pages in which AWS lists roles."""

from ministack.core.responses import request_scope
from ministack.services import cognito, iam

# The default and the largest page of ListRoles.
PAGE, LARGEST_PAGE = 100, 1000


def role_lists_are_paginated():
    """ListRoles returns 100 roles unless MaxItems is set."""

    def list_as_aws(params):
        prefix, after = iam._p(params, "PathPrefix") or "/", iam._p(params, "Marker") or ""
        size = min(int(iam._p(params, "MaxItems") or PAGE), LARGEST_PAGE)
        names = sorted(name for name, role in iam._roles.items() if role.get("Path", "/").startswith(prefix))
        names = [name for name in names if name > after]
        page, is_truncated = names[:size], len(names) > size
        members = "".join(f"<member>{iam._role_xml(name, boundary=False)}</member>" for name in page)
        marker = f"<Marker>{page[-1]}</Marker>" if is_truncated else ""
        result = f"<Roles>{members}</Roles><IsTruncated>{str(is_truncated).lower()}</IsTruncated>{marker}"
        return iam._xml(200, "ListRolesResponse", f"<ListRolesResult>{result}</ListRolesResult>", ns="iam")

    iam._IAM_HANDLERS["ListRoles"] = list_as_aws


def fill(account, region, what):
    """Adds roles, of which some are those of other deployments, and user pools."""
    with request_scope(account, region):
        for number in range(what["roles"] - what["deployments"]):
            add_role(f"application-{number}", {})
        for number in range(what["deployments"]):
            deployment = f"other-{number}"
            pool = f"{region}_Other{number}"
            tags = {"cogmig:deployment": deployment, "cogmig:pool": pool, "cogmig:peer": "333333333333"}
            add_role(f"{what['base']}-{deployment}", tags)
        for number in range(what["pools"]):
            cognito._create_user_pool({"PoolName": f"pool-{number}"})


def add_role(name, tags):
    trust = '{"Version": "2012-10-17", "Statement": []}'
    params = {"RoleName": [name], "AssumeRolePolicyDocument": [trust]}
    iam._create_role(params)
    iam._roles[name]["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
