//! Which of the old user's attributes go to the new pool, under which names, and what they prove there. Pure: no
//! client, no event.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// An attribute's name and value, as the old pool gives them.
pub type Attribute = (String, String);

/// The contacts of a user, each with the flag that says whether it was proved to be the user's.
const CONTACTS: [(&str, &str); 2] = [
    ("email", "email_verified"),
    ("phone_number", "phone_number_verified"),
];

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

/// The attributes that the new user gets. Those that Cognito itself sets are left out, as it rejects them, and so are
/// empty ones. Of two old attributes for one new one the first that has a value wins.
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
    // A flag is true of the one value that it was set for. Beside another it would say that a contact was proved which
    // nobody proved, and whoever holds it could then have the user's password reset.
    for (contact, flag) in CONTACTS {
        let own = mappings
            .iter()
            .any(|mapping| mapping.old == flag && mapping.new == flag);
        let beside_its_own = chosen
            .get(contact)
            .is_some_and(|(from, _)| *from == contact);
        if let Some(value) = value_of(old, flag)
            && own
            && beside_its_own
        {
            chosen.insert(flag, (flag, value));
        }
    }
    chosen
        .into_iter()
        .map(|(name, (_, value))| (name.to_owned(), value.into()))
        .collect()
}

/// Whether a code can be sent to a contact of the new user, of one of these kinds, that was proved to be the user's.
#[must_use]
pub fn has_verified_contact(new: &Map<String, Value>, kinds: &[&str]) -> bool {
    kinds
        .iter()
        .any(|contact| new.contains_key(*contact) && is_verified(new, contact))
}

/// Whether the new user's attribute needs no proof or has it.
#[must_use]
pub fn is_verified(new: &Map<String, Value>, name: &str) -> bool {
    CONTACTS
        .iter()
        .find(|(contact, _)| *contact == name)
        .is_none_or(|(_, flag)| new.get(*flag).is_some_and(|value| value == "true"))
}

/// The value of an attribute, where there is one that is not empty.
#[must_use]
pub fn value_of<'a>(old: &'a [Attribute], name: &str) -> Option<&'a str> {
    old.iter()
        .find(|(known, value)| known == name && !value.is_empty())
        .map(|(_, value)| value.as_str())
}

/// Whether a mapping may not write to this name: Cognito sets it, or takes it for the name of the user, or it is a
/// flag, which has rules of its own.
fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["", "sub", "identities", "username"].contains(&name.as_str())
        || name.starts_with("cognito:")
        || name.starts_with("dev:")
        || CONTACTS.iter().any(|(_, flag)| *flag == name)
}
