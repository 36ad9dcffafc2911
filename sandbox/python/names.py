"""By which names a pool finds its users, and which names it does not give away twice.

Whether case counts is the pool's own setting, and it counts where nothing is said.
"""

import re

from ministack.core.responses import error_response_json
from ministack.services import cognito
from model import at

# A user name cannot look like what is an alias in its pool.
FORMATS = {
    "email": (re.compile(r"[^@\s]+@[^@\s]+"), "email"),
    "phone_number": (re.compile(r"\+[0-9]+"), "phone number"),
}


def users_are_found_in_any_case():
    """Where case does not count, it counts in no name: user name, address or alias."""
    find = cognito._resolve_user

    def find_as_aws(pool, username):
        found = find(pool, username)
        if found[0] is not None or not isinstance(username, str):
            return found
        for user in pool["_users"].values():
            if any(same(pool, name, username) for name in names(pool, user)):
                return user, None
        return found

    cognito._resolve_user = find_as_aws


def names_are_not_given_twice():
    """A name, an address as a name, or an alias that is somebody's already is refused."""

    def refusing(create, pool_of):
        def create_as_aws(data):
            pool, username = pool_of(data), data.get("Username")
            if pool is None or not username or data.get("MessageAction") == "RESEND":
                return create(data)
            attributes = cognito._attr_list_to_dict(data.get("UserAttributes") or [])
            taken = list(holders(pool, attributes))
            forced = [(kind, holder) for kind, holder in taken if data.get("ForceAliasCreation") and kind in FORMATS]
            kept = [name for name in taken if name not in forced]
            if refusal := refused_name(pool, username) or refused_address(pool, taken) or refused_alias(kept):
                return error_response_json(*refusal, 400)
            answer = create(data)
            if answer[0] == 200:
                for kind, holder in forced:
                    unverify(holder, kind)
            return answer

        return create_as_aws

    cognito._admin_create_user = refusing(
        cognito._admin_create_user, lambda data: cognito._user_pools.get(data.get("UserPoolId"))
    )
    cognito._sign_up = refusing(cognito._sign_up, lambda data: cognito._pool_for_client(data.get("ClientId"))[0])


def aliases_are_not_moved_by_an_update():
    """AdminUpdateUserAttributes takes no address or alias away from anybody."""
    update = cognito._admin_update_user_attributes

    def update_as_aws(data):
        pool = cognito._user_pools.get(data.get("UserPoolId"))
        user = cognito._resolve_user(pool, data.get("Username"))[0] if pool else None
        if user is not None:
            changed = cognito._merge_attributes(user["Attributes"], data.get("UserAttributes") or [])
            if refusal := refused_alias(holders(pool, cognito._attr_list_to_dict(changed), user)):
                return error_response_json(*refusal, 400)
        return update(data)

    cognito._admin_update_user_attributes = update_as_aws


def refused_name(pool, username):
    for kind in pool.get("AliasAttributes") or []:
        looks, called = FORMATS.get(kind, (None, None))
        if looks and looks.fullmatch(username):
            message = f"Username cannot be of {called} format, since user pool is configured for {called} alias."
            return "InvalidParameterException", message
    if any(same(pool, user["Username"], username) for user in pool["_users"].values()):
        return "UsernameExistsException", "User account already exists"
    return None


def refused_address(pool, taken):
    addresses = [kind for kind, _ in taken if kind in (pool.get("UsernameAttributes") or [])]
    if addresses:
        return "UsernameExistsException", f"An account with the given {addresses[0]} already exists."
    return None


def refused_alias(taken):
    for kind, _ in taken:
        return "AliasExistsException", f"An account with the given {kind} already exists."
    return None


def holders(pool, attributes, but=None):
    """Of the names that these attributes make, those that are another user's: kind and user."""
    for kind, name in attribute_names(pool, attributes):
        for user in pool["_users"].values():
            others = attribute_names(pool, cognito._attr_list_to_dict(user["Attributes"]))
            if user is not but and any(other[0] == kind and same(pool, other[1], name) for other in others):
                yield kind, user


def unverify(user, kind):
    user["Attributes"] = cognito._merge_attributes(
        user["Attributes"], [{"Name": f"{kind}_verified", "Value": "false"}]
    )


def names(pool, user):
    """Everything that the user is found by."""
    attributes = cognito._attr_list_to_dict(user["Attributes"])
    yield user["Username"]
    yield attributes.get("sub", user["Username"])
    yield from (name for _, name in attribute_names(pool, attributes))


def attribute_names(pool, attributes):
    """The attributes that are names: addresses in place of a name, and aliases, which are verified first."""
    for kind in pool.get("UsernameAttributes") or []:
        if kind in attributes:
            yield kind, attributes[kind]
    for kind in pool.get("AliasAttributes") or []:
        if kind in attributes and (kind not in FORMATS or attributes.get(f"{kind}_verified") == "true"):
            yield kind, attributes[kind]


def same(pool, one, other):
    if at(pool, "UsernameConfiguration.CaseSensitive") is False:
        return one.casefold() == other.casefold()
    return one == other
