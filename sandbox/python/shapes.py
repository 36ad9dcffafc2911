"""Descriptions with all members of botocore's model, including nested members.

No member has its default value. Members that exclude each other by AWS's rules are in
different variants. A member that is in no variant is an error.
"""

import re
import zlib

import botocore
from defaults import DEFAULTS
from model import at, model, newer

# Rules that the model doesn't contain. A null omits the member.
VARIANTS = {
    "pool": [
        {
            "AdminCreateUserConfig.UnusedAccountValidityDays": None,
            "SmsConfiguration.EumsSms": None,
        },
        {
            "Policies.PasswordPolicy.TemporaryPasswordValidityDays": None,
            "SmsConfiguration.SnsCallerArn": None,
        },
    ],
    "client": [
        {
            "AnalyticsConfiguration.ApplicationArn": None,
            "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"],
            "ClientSecretArn": None,
            "RefreshTokenRotation.Feature": "ENABLED",
        },
        {
            "AnalyticsConfiguration.RoleArn": None,
            "ClientSecret": None,
            "AnalyticsConfiguration.ExternalId": None,
            "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "RefreshTokenRotation.Feature": "DISABLED",
        },
    ],
}

# Values for all variants, because the last enum value would be the default.
CHOSEN = {
    "pool": {"VerificationMessageTemplate.DefaultEmailOption": "CONFIRM_WITH_LINK"},
    "client": {
        # Others would have to exist.
        "AllowedOAuthScopes": ["openid", "profile"],
        "SupportedIdentityProviders": ["COGNITO"],
        "TokenValidityUnits.RefreshToken": "hours",
    },
}

# All keys of a map whose keys are fixed.
KEYS = {"AcrConfiguration": ["Level1", "Level2", "Level3", "Level4"]}

# Members that must have the same value.
SAME = {"LambdaConfig.PreTokenGeneration": "LambdaConfig.PreTokenGenerationConfig.LambdaArn"}


def filled(request):
    """The variants of a description, and the members in the model."""
    kind = request["kind"]
    additions = request.get("additions")
    shapes = newer(kind, additions) if additions else model(kind)
    leaves = set(paths(shapes.described, ""))
    fillings = [Filling(DEFAULTS[kind], CHOSEN[kind] | variant) for variant in VARIANTS[kind]]
    variants = [filling.fill(shapes.described, "") for filling in fillings]
    if missing := leaves.difference(*(filling.leaves for filling in fillings)):
        raise ValueError(f"in no variant: {sorted(missing)}")
    for filling in fillings:
        if unknown := filling.chosen.keys() - filling.visited:
            raise ValueError(f"not in the model: {sorted(unknown)}")
    return {
        "botocore": botocore.__version__,
        "variants": variants,
        "settable": shapes.settable,
        "describing": shapes.describing,
        "leaves": sorted(leaves),
    }


def paths(shape, path):
    """The paths of all leaves, without list indexes."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from paths(member, f"{path}.{name}".lstrip("."))
    elif shape.type_name in ("list", "map"):
        yield from paths(shape.member if shape.type_name == "list" else shape.value, path)
    else:
        yield path


class Filling:
    """Fills a shape with values, and records the filled leaves."""

    def __init__(self, defaults, chosen):
        self.defaults = defaults
        self.chosen = chosen
        self.visited = set()
        self.leaves = set()

    def fill(self, shape, path, place=0):
        if shape.type_name == "structure":
            members = ((name, member, f"{path}.{name}".lstrip(".")) for name, member in shape.members.items())
            return {name: self.fill(member, below, place) for name, member, below in members if self.includes(below)}
        if path in self.chosen:
            return self.choice(shape, path)
        if shape.type_name == "list":
            count = min(2, shape.metadata.get("max", 2))
            return [self.fill(shape.member, path, place) for place in range(count)]
        if shape.type_name == "map":
            keys = KEYS.get(path) or [text(shape.key, f"{path}-key")]
            return {key: self.fill(shape.value, path, place) for place, key in enumerate(keys)}
        self.leaves.add(path)
        return LEAVES[shape.type_name](shape, path, place, at(self.defaults, path))

    def includes(self, path):
        self.visited.add(path)
        return self.chosen.get(path, path) is not None

    def choice(self, shape, path):
        self.leaves.add(path)
        value = self.chosen[path]
        allowed = (shape.member if shape.type_name == "list" else shape).enum
        if allowed and not set(value if shape.type_name == "list" else [value]) <= set(allowed):
            raise ValueError(f"{path} cannot be {value}")
        return value


def number(shape, path, place, default):
    low = max(shape.metadata.get("min", 1), 1)
    span = min(shape.metadata.get("max", low + 49), low + 49) - low + 1
    values = (low + (mark(path) + place + further) % span for further in range(span))
    return next(value for value in values if value != default)


def string(shape, path, place, default):
    if shape.enum:
        values = [value for value in reversed(shape.enum) if value != default]
        return values[place % len(values)]
    return text(shape, f"{SAME.get(path, path)}-{place}" if place else SAME.get(path, path))


def text(shape, path):
    """The path, in the first spelling that the shape accepts."""
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 100)
    pattern = re.compile(re.sub(r"\\p\{\w\}", r"\\S", shape.metadata.get("pattern", r"(?s).*")))
    dashed = re.sub(r"\W", "-", path).lower()
    word = dashed.replace("-", "_")
    spellings = [
        path,
        f"arn:aws:filled:eu-central-1:222222222222:{path}",
        f"arn:aws:secretsmanager:eu-central-1:222222222222:secret/{path}",
        f"{path} {{####}}",
        f"{path} {{##here##}}",
        f"{dashed}@example.com",
        dashed,
        word.ljust(low, "_"),
        f"eu-central-1_{mark(path)}",
        f"{mark(path):x}",
    ]
    for spelling in spellings:
        # The end of a path is more specific than its beginning.
        spelling = spelling[-high:].lstrip(".-")
        if len(spelling) >= low and pattern.fullmatch(spelling):
            return spelling
    raise ValueError(f"{path} has no spelling for {shape.name}: {shape.metadata}")


def mark(path):
    return zlib.crc32(path.encode())


LEAVES = {
    "string": string,
    "boolean": lambda shape, path, place, default: default is not True,
    "integer": number,
    "long": number,
    "float": number,
    "double": number,
    "timestamp": lambda shape, path, place, default: 1_700_000_000 + mark(path) % 10_000_000,
    "blob": lambda shape, path, place, default: "ZmlsbGVk",
}
