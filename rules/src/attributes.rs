//! Which of the old user's attributes are migrated, under which names, and whether they count as
//! verified. Pure: no client, no event.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// An attribute's name and value, as the old pool returns them.
pub type Attribute = (String, String);

/// The contact attributes of a user, each with the attribute that marks it as verified.
const CONTACTS: [(&str, &str); 2] = [
    ("email", "email_verified"),
    ("phone_number", "phone_number_verified"),
];

/// The values of a verified flag in the new pool. Cognito rejects a user with another spelling.
const TRUE: &str = "true";
const FALSE: &str = "false";

/// One attribute that is migrated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Its name in the old pool.
    pub old: String,
    /// Its name in the new pool.
    pub new: String,
}

/// `email`, or `custom:tenant=custom:org`.
impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.old == self.new {
            return f.write_str(&self.old);
        }
        write!(f, "{}={}", self.old, self.new)
    }
}

/// The attributes of the new user. Omits attributes that Cognito sets itself, because Cognito
/// rejects them, and empty attributes. If two old attributes map to the same new attribute, the
/// first one that has a value is used.
#[must_use]
pub fn for_new_user(old: &[Attribute], mappings: &[Mapping]) -> Map<String, Value> {
    let mut chosen: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for Mapping { old: from, new: to } in mappings {
        if let Some(value) = value_of(old, from)
            && !is_reserved(to)
        {
            chosen.entry(to).or_insert((from, value));
        }
    }
    // A verified flag applies only to the value that it was set for. With another value, the flag
    // would mark an unverified contact as verified, and the owner of that contact could reset the
    // user's password.
    for (contact, flag) in CONTACTS {
        let own = mappings
            .iter()
            .any(|mapping| mapping.old == flag && mapping.new == flag);
        let has_own_contact = chosen
            .get(contact)
            .is_some_and(|(from, _)| *from == contact);
        if let Some(value) = value_of(old, flag)
            && own
            && has_own_contact
        {
            chosen.insert(flag, (flag, if is_true(value) { TRUE } else { FALSE }));
        }
    }
    chosen
        .into_iter()
        .map(|(name, (_, value))| (name.to_owned(), value.into()))
        .collect()
}

/// Whether the new user has a verified contact of one of these kinds, to which Cognito can send a
/// code.
#[must_use]
pub fn has_verified_contact(new: &Map<String, Value>, kinds: &[&str]) -> bool {
    kinds
        .iter()
        .any(|contact| new.contains_key(*contact) && is_verified(new, contact))
}

/// Whether the new user's attribute is verified, or is of a kind that needs no verification.
#[must_use]
pub fn is_verified(new: &Map<String, Value>, name: &str) -> bool {
    CONTACTS
        .iter()
        .find(|(contact, _)| *contact == name)
        .is_none_or(|(_, flag)| {
            let value = new.get(*flag).and_then(Value::as_str);
            value.is_some_and(is_true)
        })
}

/// Whether the old user's attribute is verified, or is of a kind that needs no verification.
#[must_use]
pub fn is_verified_in_old(old: &[Attribute], name: &str) -> bool {
    CONTACTS
        .iter()
        .find(|(contact, _)| *contact == name)
        .is_none_or(|(_, flag)| value_of(old, flag).is_some_and(is_true))
}

/// Whether a verified flag with this value is set. Back ends write the value in upper or lower case, for
/// example `True`, and Cognito keeps the spelling and counts the contact as verified. No source
/// says that Cognito accepts anything else, for example surrounding blanks or `1`, and a flag that
/// is set by mistake would let the owner of an unverified contact reset the password.
fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case(TRUE)
}

/// The value of an attribute, if it exists and isn't empty.
#[must_use]
pub fn value_of<'a>(old: &'a [Attribute], name: &str) -> Option<&'a str> {
    old.iter()
        .find(|(old_name, value)| old_name == name && !value.is_empty())
        .map(|(_, value)| value.as_str())
}

/// Whether a mapping must not write to this name: Cognito sets the attribute itself, uses it as the
/// username, or it is a verified flag, which has its own rules.
fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["", "sub", "identities", "username"].contains(&name.as_str())
        || name.starts_with("cognito:")
        || name.starts_with("dev:")
        || CONTACTS.iter().any(|(_, flag)| *flag == name)
}
