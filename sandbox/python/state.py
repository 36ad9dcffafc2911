"""Checkpoints: what the emulator's services hold, kept aside and put back."""

import asyncio
import copy

from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict

kept = []


def stores():
    """Where the services that the sandbox uses keep what exists, by account."""
    from ministack.services import cloudwatch_logs, cognito, iam, lambda_svc

    for service in (cloudwatch_logs, cognito, iam, lambda_svc):
        for name, value in vars(service).items():
            if isinstance(value, AccountScopedDict | AccountRegionScopedDict):
                yield (service.__name__, name), value


async def settled():
    """Waits for functions that were just created or changed: their state changes by itself."""
    from ministack.services import lambda_svc

    def changes(function):
        config = function["config"]
        return config.get("State") == "Pending" or config.get("LastUpdateStatus") == "InProgress"

    for _ in range(500):
        if not any(changes(function) for function in list(lambda_svc._functions._data.values())):
            return
        await asyncio.sleep(0.01)


def checkpoint():
    """Keeps what exists now; its number."""
    kept.append({name: copy.deepcopy(store._data) for name, store in stores()})
    return len(kept) - 1


def restore(number):
    """From now on exists what did then."""
    for name, store in stores():
        data = copy.deepcopy(kept[number].get(name, {}))
        store._data.clear()
        store._data.update(data)
