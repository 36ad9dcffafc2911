"""The filters of ListUsers."""

import re

from ministack.core.responses import error_response_json
from ministack.services import cognito

# The only attributes that can be searched, from the API reference of ListUsers.
SEARCHABLE = {
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
    "sub",
}
# Values are escaped with a backslash.
FILTER = re.compile(r'\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*')


def user_filters_are_checked():
    """A filter that isn't valid is rejected. Its value can have escaped characters.

    ministack returns all users for a filter that it can't parse.
    """
    find = cognito._list_users

    def find_as_aws(data):
        if text := data.get("Filter"):
            match = FILTER.fullmatch(text)
            if match is None or match[1] not in SEARCHABLE:
                return error_response_json("InvalidParameterException", "Error while parsing filter.", 400)
        return find(data)

    def apply_as_aws(users, text):
        name, kind, value = FILTER.fullmatch(text).groups()
        value = re.sub(r"\\(.)", r"\1", value)
        ignores_case = name not in cognito._CASE_SENSITIVE_FILTER_ATTRIBUTES
        fold = str.casefold if ignores_case else str

        def matches(user):
            attributes = cognito._attr_list_to_dict(user.get("Attributes", []))
            found = {
                "username": user.get("Username"),
                "status": "Enabled" if user.get("Enabled", True) else "Disabled",
                "cognito:user_status": user.get("UserStatus"),
            }.get(name, attributes.get(name))
            if found is None:
                return False
            if kind == "=":
                return fold(found) == fold(value)
            return fold(found).startswith(fold(value))

        return [user for user in users if matches(user)]

    cognito._list_users = find_as_aws
    cognito._apply_user_filter = apply_as_aws
