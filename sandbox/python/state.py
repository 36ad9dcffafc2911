"""Checkpoints: saves and restores the state of the emulator's services."""

import asyncio
import copy

from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict

checkpoints = []


def stores():
    """The stores of the services that the sandbox uses."""
    from ministack.services import cloudwatch, cloudwatch_logs, cognito, iam, lambda_svc

    for service in (cloudwatch, cloudwatch_logs, cognito, iam, lambda_svc):
        for name, value in vars(service).items():
            if isinstance(value, AccountScopedDict | AccountRegionScopedDict):
                yield (service.__name__, name), value


async def settled():
    """Waits until functions that were created or changed are ready, because their state changes
    asynchronously."""
    from ministack.services import lambda_svc

    def changes(function):
        config = function["config"]
        return config.get("State") == "Pending" or config.get("LastUpdateStatus") == "InProgress"

    for _ in range(500):
        if not any(changes(function) for function in list(lambda_svc._functions._data.values())):
            return
        await asyncio.sleep(0.01)


def checkpoint():
    """Saves the current state. Returns the checkpoint's number."""
    checkpoints.append({name: copy.deepcopy(store._data) for name, store in stores()})
    return len(checkpoints) - 1


def restore(number):
    """Restores the state of a checkpoint."""
    for name, store in stores():
        data = copy.deepcopy(checkpoints[number].get(name, {}))
        store._data.clear()
        store._data.update(data)
