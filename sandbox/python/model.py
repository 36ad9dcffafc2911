"""The members of a description, and those that its update accepts.

Both come from botocore's service model, so there is no list to maintain.
"""

import copy
from functools import cache

from botocore.loaders import Loader
from botocore.model import ServiceModel

OPERATIONS = {
    "pool": ("DescribeUserPool", "UpdateUserPool"),
    "client": ("DescribeUserPoolClient", "UpdateUserPoolClient"),
}

# Name in the description → name in the update.
RENAMED = {"Id": "UserPoolId", "Name": "PoolName"}


# Members of an update that no description has. Without them, an update changes nothing.
WRITE_ONLY = {"PublishSecretsInAWSSecretsManager"}


class Model:
    """The shapes of a kind's description and update."""

    def __init__(self, kind, service):
        describe, update = (service.operation_model(operation) for operation in OPERATIONS[kind])
        [self.described] = describe.output_shape.members.values()
        self.accepted = update.input_shape
        names = {member: RENAMED.get(member, member) for member in self.described.members}
        self.settable = {member: name for member, name in names.items() if name in self.accepted.members}
        self.describing = [member for member in self.described.members if member not in self.settable]
        if undescribed := set(self.accepted.members) - set(self.settable.values()) - WRITE_ONLY:
            raise ValueError(f"the description lacks members of the update: {sorted(undescribed)}")

    def accepts(self, member):
        """False for members that exist only in the description. The update ignores them."""
        return member in self.accepted.members or member not in self.described.members


@cache
def service():
    return Loader().load_service_model("cognito-idp", "service-2")


@cache
def model(kind):
    """The model of the installed botocore."""
    return Model(kind, ServiceModel(service()))


def newer(kind, additions):
    """A model with additions, like a newer botocore: shape → member → a shape's name or a new shape."""
    extended = copy.deepcopy(service())
    for shape, members in additions.items():
        for member, added in members.items():
            if isinstance(added, dict):
                extended["shapes"][f"{member}Type"], added = added, f"{member}Type"
            extended["shapes"][shape]["members"][member] = {"shape": added}
    return Model(kind, ServiceModel(extended))


def at(value, path):
    """The value at a dotted path. None if it doesn't exist."""
    for member in path.split("."):
        value = value.get(member) if isinstance(value, dict) else None
    return value
