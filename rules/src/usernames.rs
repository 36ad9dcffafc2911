//! The username of the new user, and whether the typed name resolves to this user. Pure: no client,
//! no event.
//!
//! Cognito creates the new user with the typed name, unless the new pool generates usernames or the
//! response sets another username. In the old pool, a user can have several names: the username,
//! aliases, and the `sub`. If the new pool can't resolve the user's other names, the user would be
//! duplicated as soon as they type another of their names. So a typed name is accepted only if the
//! new pool resolves all names that it supports to this user.

use serde_json::{Map, Value};

use crate::attributes::{Attribute, is_verified, value_of};
use crate::reasons::Rejection;

#[cfg(test)]
mod tests;

/// How users are named in both pools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameRules {
    /// The attributes that users of the old pool sign in with instead of a username.
    pub old_usernames: Vec<&'static str>,
    /// The attributes that users of the new pool sign in with instead of a username.
    pub new_usernames: Vec<&'static str>,
    /// The attributes that users of the new pool sign in with in addition to a username.
    pub new_aliases: Vec<&'static str>,
    /// Whether usernames are case sensitive in the old pool. Only the function's log depends on it.
    pub old_case_sensitive: bool,
    /// Whether usernames are case sensitive in the new pool.
    pub case_sensitive: bool,
}

/// The username to return to Cognito for the user that the typed name identifies in the old pool.
/// `None` if the response must not set a username.
///
/// # Errors
/// The new pool wouldn't resolve the typed name, or another name of the user, to this user.
pub fn for_new_user(
    rules: &NameRules,
    typed: &str,
    old_username: &str,
    old: &[Attribute],
    new: &Map<String, Value>,
) -> Result<Option<String>, Rejection> {
    // If usernames are case sensitive in the new pool, another spelling is another user there.
    let same = |name: &str| {
        if rules.case_sensitive {
            typed == name
        } else {
            typed.to_lowercase() == name.to_lowercase()
        }
    };
    let is_new = |kind: &&&str| {
        let value = new.get(**kind).and_then(Value::as_str);
        value.is_some_and(&same)
    };
    let is_old = |kind: &&str| value_of(old, kind).is_some_and(same);

    if !rules.new_usernames.is_empty() {
        // The new pool generates the username and resolves the user by the attribute. An unverified
        // attribute could belong to another person, unless it is the username in the old pool too.
        let trusted = |kind: &&str| rules.old_usernames.contains(kind) || is_verified(new, kind);
        let resolves = rules
            .new_usernames
            .iter()
            .any(|kind| is_new(&kind) && trusted(kind));
        return if resolves {
            Ok(None)
        } else {
            Err(Rejection::Name)
        };
    }
    // Users can sign in with an alias only if it is verified.
    let by_alias = rules
        .new_aliases
        .iter()
        .any(|kind| is_new(&kind) && is_verified(new, kind));
    if by_alias {
        // A pool with aliases accepts no username that has the format of an alias.
        let name = if looks_like_email(old_username) || looks_like_phone_number(old_username) {
            value_of(old, "sub")
        } else {
            Some(old_username).filter(|name| !name.is_empty())
        };
        return name
            .map(|name| Some(name.to_owned()))
            .ok_or(Rejection::Name);
    }
    let has_alias_format = rules.new_aliases.iter().any(|kind| match *kind {
        "email" => looks_like_email(typed),
        "phone_number" => looks_like_phone_number(typed),
        _ => false,
    });
    // A user who can sign in to the old pool with an attribute and with the generated username must
    // not be duplicated.
    let has_one_name = rules.old_usernames.is_empty() || !rules.new_aliases.is_empty();
    let resolves = (has_one_name && same(old_username)) || rules.old_usernames.iter().any(is_old);
    if resolves && !has_alias_format {
        return Ok(None);
    }
    Err(Rejection::Name)
}

fn looks_like_email(name: &str) -> bool {
    name.contains('@')
}

fn looks_like_phone_number(name: &str) -> bool {
    name.strip_prefix('+')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}
