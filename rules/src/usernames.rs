//! Under which name the new user is made, and whether that is the person who typed it. Pure: no client, no event.
//!
//! Cognito makes the new user under the typed name, unless the new pool makes its own names or is told another one. The
//! old pool knows one user by many names: the username, aliases, and the `sub`. Made under a name that the new pool does
//! not hold against the user's other names, a second account would come into being as soon as the person types another
//! of them. So a name is taken only where the new pool will find this very user by all the names that it knows.

use serde_json::{Map, Value};

use crate::attributes::{Attribute, is_verified, value_of};
use crate::reasons::Rejection;

#[cfg(test)]
mod tests;

/// How users are named in both pools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameRules {
    /// What users of the old pool sign in with in the place of a username.
    pub old_usernames: Vec<&'static str>,
    /// What users of the new pool sign in with in the place of a username.
    pub new_usernames: Vec<&'static str>,
    /// What users of the new pool sign in with beside their username.
    pub new_aliases: Vec<&'static str>,
    /// Whether the new pool tells names apart by their case.
    pub case_sensitive: bool,
}

/// The username to return to Cognito, if one must be, for the user whom the old pool knows by the typed name.
///
/// # Errors
/// The new pool would not resolve the typed name, or another name of the user, to this user.
pub fn for_new_user(
    rules: &NameRules,
    typed: &str,
    old_username: &str,
    old: &[Attribute],
    new: &Map<String, Value>,
) -> Result<Option<String>, Rejection> {
    // Where case counts in the new pool, another spelling is another user there.
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
        // The new pool makes the username, and finds the user by the attribute: one that nobody proved could be
        // another's, unless the old pool already took it for the user's name.
        let proved = |kind: &&str| rules.old_usernames.contains(kind) || is_verified(new, kind);
        let known = rules
            .new_usernames
            .iter()
            .any(|kind| is_new(&kind) && proved(kind));
        return if known {
            Ok(None)
        } else {
            Err(Rejection::Name)
        };
    }
    // An alias signs in only where it is verified.
    let by_alias = rules
        .new_aliases
        .iter()
        .any(|kind| is_new(&kind) && is_verified(new, kind));
    if by_alias {
        // A pool with aliases takes no username that looks like one.
        let name = if looks_like_email(old_username) || looks_like_phone_number(old_username) {
            value_of(old, "sub")
        } else {
            Some(old_username).filter(|name| !name.is_empty())
        };
        return name
            .map(|name| Some(name.to_owned()))
            .ok_or(Rejection::Name);
    }
    let is_kept_for_aliases = rules.new_aliases.iter().any(|kind| match *kind {
        "email" => looks_like_email(typed),
        "phone_number" => looks_like_phone_number(typed),
        _ => false,
    });
    // A user whom the old pool knows by address and by its own name must not become two.
    let has_one_name = rules.old_usernames.is_empty() || !rules.new_aliases.is_empty();
    let known = (has_one_name && same(old_username)) || rules.old_usernames.iter().any(is_old);
    if known && !is_kept_for_aliases {
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
