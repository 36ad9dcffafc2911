"""Operations on a whole user pool that take time and block others: user import jobs and
point-in-time recoveries. ministack has neither.

A job doesn't read a file, and a recovery doesn't change users. Tests start and end them.
"""

import re
import uuid

from ministack.core.responses import error_response_json, json_response, now_epoch
from ministack.services import cognito

RUNNING_JOBS = {"Pending", "InProgress", "Stopping"}
ACTIVE_RECOVERIES = {
    "PREVIEW_GENERATING",
    "PREVIEW_GENERATED",
    "RESTORING",
    "TEMPORARY_INTERNAL_ERROR_SEE_SUPPORT_CASE",
    "AWS_ABORTED",
}
# A recovery blocks these calls. Sign-ins and reads continue. AWS documents "operations that write
# to the user pool", but no list and no error code, so the sandbox blocks every write.
WRITES = re.compile(r"(Admin)?(Add|Confirm|Create|Delete|Disable|Enable|Link|Remove|Reset|Set|SignUp|Start|Update)")
EXEMPT = {"StartPointInTimeRecovery"}


def operations_block_others():
    """Adds the calls for both operations, and rejects the calls that they block."""
    dispatch = cognito._dispatch_idp

    async def dispatch_as_aws(action, data):
        pool = cognito._user_pools.get(data.get("UserPoolId"))
        if call := CALLS.get(action):
            if pool is None:
                return error_response_json("ResourceNotFoundException", "User pool does not exist.", 400)
            return call(pool, data)
        if pool is not None and "SandboxSeed" not in data and (blocked := blocked_by(pool, action)):
            return error_response_json(*blocked, 400)
        return await dispatch(action, data)

    cognito._dispatch_idp = dispatch_as_aws


def blocked_by(pool, action):
    """The error of a call that an operation blocks."""
    if action == "UpdateUserPool" and any(job["Status"] in RUNNING_JOBS for job in jobs(pool)):
        return "UserImportInProgressException", "User pool is currently being imported into."
    is_write = WRITES.match(action) and action not in EXEMPT
    if is_write and any(recovery["RestoreStatus"] in ACTIVE_RECOVERIES for recovery in recoveries(pool)):
        return "OperationNotEnabledException", "A point-in-time recovery of the user pool is in progress."
    return None


def jobs(pool):
    return pool.setdefault("_import_jobs", [])


def recoveries(pool):
    """The latest first."""
    return pool.setdefault("_recoveries", [])


def create_job(pool, data):
    job = {
        "JobName": data["JobName"],
        "JobId": f"import-{uuid.uuid4().hex[:10]}",
        "UserPoolId": pool["Id"],
        "CreationDate": now_epoch(),
        "Status": "Created",
        "CloudWatchLogsRoleArn": data["CloudWatchLogsRoleArn"],
    }
    jobs(pool).insert(0, job)
    return json_response({"UserImportJob": job})


def list_jobs(pool, data):
    """Pages of MaxResults jobs, which is required."""
    size = data.get("MaxResults")
    if not isinstance(size, int) or not 1 <= size <= 60:
        return error_response_json("InvalidParameterException", "MaxResults must be between 1 and 60.", 400)
    return json_response(page(jobs(pool), size, data, "UserImportJobs", "PaginationToken"))


def list_recoveries(pool, data):
    summaries = [{name: one[name] for name in one if name != "TriggerTimestamp"} for one in recoveries(pool)]
    return json_response(page(summaries, data.get("MaxResults", 60), data, "Restorations", "NextToken"))


def page(items, size, data, member, token):
    start = int(data.get(token, 0))
    more = {token: str(start + size)} if start + size < len(items) else {}
    return {member: items[start : start + size], **more}


def set_job(status):
    def call(pool, data):
        for job in jobs(pool):
            if job["JobId"] == data["JobId"]:
                job["Status"] = status
                return json_response({"UserImportJob": job})
        return error_response_json("ResourceNotFoundException", "The job does not exist.", 400)

    return call


def initiate_recovery(pool, data):
    recovery = {
        "RestoreId": str(uuid.uuid4()),
        "RestoreStatus": "PREVIEW_GENERATED",
        "RestoreTimestamp": data["RestoreTimestamp"],
        "TriggerTimestamp": now_epoch(),
    }
    recoveries(pool).insert(0, recovery)
    return json_response({"Restoration": recovery})


def set_recovery(status):
    def call(pool, data):
        for recovery in recoveries(pool):
            if recovery["RestoreId"] == data["RestoreId"]:
                recovery["RestoreStatus"] = status
                return json_response({"Restoration": recovery})
        return error_response_json("ResourceNotFoundException", "The recovery does not exist.", 400)

    return call


CALLS = {
    "CreateUserImportJob": create_job,
    "ListUserImportJobs": list_jobs,
    "StartUserImportJob": set_job("InProgress"),
    "StopUserImportJob": set_job("Stopped"),
    "InitiatePointInTimeRecovery": initiate_recovery,
    "ListPointInTimeRecoveries": list_recoveries,
    "StartPointInTimeRecovery": set_recovery("RESTORING"),
    "CancelPointInTimeRecovery": set_recovery("PREVIEW_CANCELLED"),
}
