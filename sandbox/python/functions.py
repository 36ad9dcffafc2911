"""States of functions that ministack lacks, and the calls that Lambda rejects in them.

A function of ministack is always ready after a moment. Tests set another state, or the result of
the next change of a function, which Lambda reports only after the call has succeeded.
"""

import json
import threading
import time
from contextvars import copy_context

from ministack.core.responses import error_response_json, json_response, request_scope
from ministack.services import lambda_svc

# The members of the configuration after each of the next changes.
results = []
# Account → its concurrency limit, if it isn't AWS's default. ministack's depends on the machine.
concurrency = {}
DEFAULT_CONCURRENCY = 1000


def function_states_restrict_calls():
    changes_can_fail()
    invocations_depend_on_the_state()
    changes_depend_on_the_state()
    concurrency_limits_can_be_set()


def function_state(account, region, name, members):
    """Sets members of the stored configuration of a function."""
    with request_scope(account, region):
        lambda_svc._functions[name]["config"].update(members)


def function_result(members):
    """Sets the members of the configuration of a function after its next change."""
    results.append(members)


def account_concurrency(account, limit):
    """Sets the limit of concurrent executions of an account. The emulator doesn't enforce it."""
    concurrency[account] = limit


def changes_can_fail():
    schedule = lambda_svc._schedule_state_transition

    def schedule_as_aws(name, delay):
        if not results:
            return schedule(name, delay)
        members = results.pop(0)

        def finish():
            time.sleep(delay)
            if function := lambda_svc._functions.get(name):
                function["config"].update(members)

        threading.Thread(target=copy_context().run, args=(finish,), daemon=True).start()

    lambda_svc._schedule_state_transition = schedule_as_aws


def state_of(name):
    """The state, as far as it restricts calls. ministack is Pending during updates, AWS isn't."""
    config = (lambda_svc._functions.get(name) or {}).get("config", {})
    state, code = config.get("State"), config.get("StateReasonCode")
    return None if state == "Pending" and code != "Restoring" else state


def conflict(state):
    message = f"The operation cannot be performed at this time. The function is currently in the following state: {state}"
    return error_response_json("ResourceConflictException", message, 409)


def invocations_depend_on_the_state():
    invoke = lambda_svc._invoke

    async def invoke_as_aws(name, *args, **kwargs):
        state = state_of(name)
        if state == "Inactive":
            config = lambda_svc._functions[name]["config"]
            config |= {"State": "Pending", "StateReasonCode": "Restoring", "StateReason": "The function is being restored."}
            lambda_svc._schedule_state_transition(name, 1)
            message = "The function is inactive and its VPC connection is no longer available."
            return error_response_json("ResourceNotReadyException", message, 502)
        if state not in (None, "", "Active"):
            return conflict(state)
        return await invoke(name, *args, **kwargs)

    lambda_svc._invoke = invoke_as_aws


def changes_depend_on_the_state():
    def restrict(handler):
        def handle_as_aws(name, data):
            state = state_of(name)
            return handler(name, data) if state in (None, "", "Active", "Inactive") else conflict(state)

        return handle_as_aws

    lambda_svc._update_code = restrict(lambda_svc._update_code)
    lambda_svc._update_config = restrict(lambda_svc._update_config)


def concurrency_limits_can_be_set():
    describe = lambda_svc._get_account_settings

    def describe_as_aws():
        body = describe()[2]
        limit = concurrency.get(lambda_svc.get_account_id(), DEFAULT_CONCURRENCY)
        settings = json.loads(body)
        limits = settings["AccountLimit"]
        reserved = limits["ConcurrentExecutions"] - limits["UnreservedConcurrentExecutions"]
        limits |= {"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": limit - reserved}
        return json_response(settings)

    lambda_svc._get_account_settings = describe_as_aws
