"""Which members a description has and which of them its update takes.

All from botocore's model of the service, so that no list of ours can grow old.
"""

import copy
from functools import cache

from botocore.loaders import Loader
from botocore.model import ServiceModel

OPERATIONS = {
    "pool": ("DescribeUserPool", "UpdateUserPool"),
    "client": ("DescribeUserPoolClient", "UpdateUserPoolClient"),
}

# Described → as the update calls it.
RENAMED = {"Id": "UserPoolId", "Name": "PoolName"}


class Model:
    """One kind: the shape that describes it and the shape that updates it."""

    def __init__(self, kind, service):
        describe, update = (service.operation_model(operation) for operation in OPERATIONS[kind])
        [self.described] = describe.output_shape.members.values()
        self.taken = update.input_shape
        names = {member: RENAMED.get(member, member) for member in self.described.members}
        self.settable = {member: name for member, name in names.items() if name in self.taken.members}
        self.describing = [member for member in self.described.members if member not in self.settable]
        if unseen := set(self.taken.members) - set(self.settable.values()):
            raise ValueError(f"the update takes what is not described: {sorted(unseen)}")

    def takes(self, member):
        """False for what the service knows, but not as input: it is ignored there."""
        return member in self.taken.members or member not in self.described.members


@cache
def service():
    return Loader().load_service_model("cognito-idp", "service-2")


@cache
def model(kind):
    """As the installed botocore has it."""
    return Model(kind, ServiceModel(service()))


def newer(kind, additions):
    """As a newer botocore might: shape → member → a shape's name, or a new shape."""
    extended = copy.deepcopy(service())
    for shape, members in additions.items():
        for member, added in members.items():
            if isinstance(added, dict):
                extended["shapes"][f"{member}Type"], added = added, f"{member}Type"
            extended["shapes"][shape]["members"][member] = {"shape": added}
    return Model(kind, ServiceModel(extended))


def at(value, path):
    """What stands at a dotted path; None where nothing does."""
    for member in path.split("."):
        value = value.get(member) if isinstance(value, dict) else None
    return value
