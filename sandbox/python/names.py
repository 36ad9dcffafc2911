"""The names by which a pool resolves its users, and the names that must be unique.

Names are case sensitive by default. A pool can change that.
"""

import re

from ministack.core.responses import error_response_json
from ministack.services import cognito
from model import at

# A username can't have the format of an alias of its pool.
FORMATS = {
    "email": (re.compile(r"[^@\s]+@[^@\s]+"), "email"),
    "phone_number": (re.compile(r"\+[0-9]+"), "phone number"),
}


def names_are_case_insensitive_if_configured():
    """In a case insensitive pool, usernames, addresses and aliases are case insensitive."""
    find = cognito._resolve_user

    def find_as_aws(pool, username):
        result = find(pool, username)
        if result[0] is not None or not isinstance(username, str):
            return result
        for user in pool["_users"].values():
            if any(same(pool, name, username) for name in names(pool, user)):
                return user, None
        return result

    cognito._resolve_user = find_as_aws


def names_are_unique():
    """A username, an address as username, or an alias of another user is rejected."""

    def checking(create, pool_of):
        def create_as_aws(data):
            pool, username = pool_of(data), data.get("Username")
            if pool is None or not username or data.get("MessageAction") == "RESEND":
                return create(data)
            attributes = cognito._attr_list_to_dict(data.get("UserAttributes") or [])
            taken = list(holders(pool, attributes))
            forced = [(kind, holder) for kind, holder in taken if data.get("ForceAliasCreation") and kind in FORMATS]
            kept = [name for name in taken if name not in forced]
            if error := username_error(pool, username) or address_error(pool, taken) or alias_error(kept):
                return error_response_json(*error, 400)
            answer = create(data)
            if answer[0] == 200:
                for kind, holder in forced:
                    unverify(holder, kind)
            return answer

        return create_as_aws

    cognito._admin_create_user = checking(
        cognito._admin_create_user, lambda data: cognito._user_pools.get(data.get("UserPoolId"))
    )
    cognito._sign_up = checking(cognito._sign_up, lambda data: cognito._pool_for_client(data.get("ClientId"))[0])


def updates_do_not_take_over_aliases():
    """AdminUpdateUserAttributes doesn't take an address or alias from another user."""
    update = cognito._admin_update_user_attributes

    def update_as_aws(data):
        pool = cognito._user_pools.get(data.get("UserPoolId"))
        user = cognito._resolve_user(pool, data.get("Username"))[0] if pool else None
        if user is not None:
            changed = cognito._merge_attributes(user["Attributes"], data.get("UserAttributes") or [])
            if error := alias_error(holders(pool, cognito._attr_list_to_dict(changed), user)):
                return error_response_json(*error, 400)
        return update(data)

    cognito._admin_update_user_attributes = update_as_aws


def username_error(pool, username):
    for kind in pool.get("AliasAttributes") or []:
        pattern, label = FORMATS.get(kind, (None, None))
        if pattern and pattern.fullmatch(username):
            message = f"Username cannot be of {label} format, since user pool is configured for {label} alias."
            return "InvalidParameterException", message
    if any(same(pool, user["Username"], username) for user in pool["_users"].values()):
        return "UsernameExistsException", "User account already exists"
    return None


def address_error(pool, taken):
    addresses = [kind for kind, _ in taken if kind in (pool.get("UsernameAttributes") or [])]
    if addresses:
        return "UsernameExistsException", f"An account with the given {addresses[0]} already exists."
    return None


def alias_error(taken):
    for kind, _ in taken:
        return "AliasExistsException", f"An account with the given {kind} already exists."
    return None


def holders(pool, attributes, owner=None):
    """The names in these attributes that belong to a user other than the owner, as kind and user."""
    for kind, name in attribute_names(pool, attributes):
        for user in pool["_users"].values():
            others = attribute_names(pool, cognito._attr_list_to_dict(user["Attributes"]))
            if user is not owner and any(other[0] == kind and same(pool, other[1], name) for other in others):
                yield kind, user


def unverify(user, kind):
    user["Attributes"] = cognito._merge_attributes(
        user["Attributes"], [{"Name": f"{kind}_verified", "Value": "false"}]
    )


def names(pool, user):
    """All names by which the pool resolves the user."""
    attributes = cognito._attr_list_to_dict(user["Attributes"])
    yield user["Username"]
    yield attributes.get("sub", user["Username"])
    yield from (name for _, name in attribute_names(pool, attributes))


def attribute_names(pool, attributes):
    """The attributes that are names: addresses as usernames, and aliases, which must be verified."""
    for kind in pool.get("UsernameAttributes") or []:
        if kind in attributes:
            yield kind, attributes[kind]
    for kind in pool.get("AliasAttributes") or []:
        if kind in attributes and (kind not in FORMATS or is_verified(attributes, kind)):
            yield kind, attributes[kind]


def is_verified(attributes, kind):
    """Cognito compares the flag without case, and keeps its spelling."""
    return attributes.get(f"{kind}_verified", "").lower() == "true"


def same(pool, one, other):
    if at(pool, "UsernameConfiguration.CaseSensitive") is False:
        return one.casefold() == other.casefold()
    return one == other
