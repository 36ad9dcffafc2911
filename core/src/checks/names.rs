//! The names that users type. Which of them a pool knows is settled when it is made, and
//! whoever types one that the new pool cannot have stays behind.

use rules::settings::{ALIASES, USERNAMES};
use rules::usernames::NameRules;
use serde_json::Value;

use super::pools::{Pools, Preflight, listed, texts};
use crate::cognito::lossless::Object;
use crate::problem::Severity;

/// What a pool lets users sign in with.
struct Names<'a> {
    /// Kinds of attribute that are the name; there is no other.
    usernames: Vec<&'a str>,
    /// Kinds of attribute that do beside the name.
    aliases: Vec<&'a str>,
    case_sensitive: bool,
}

impl<'a> Names<'a> {
    fn of(pool: &'a Object) -> Self {
        let case = pool
            .get("UsernameConfiguration")
            .and_then(|set| set.get("CaseSensitive"));
        Self {
            usernames: texts(pool, "UsernameAttributes"),
            aliases: texts(pool, "AliasAttributes"),
            // The API's default, though the console's is the other.
            case_sensitive: case.is_none_or(|case| *case != Value::Bool(false)),
        }
    }

    fn attributes(&self) -> Vec<&'a str> {
        [&self.usernames[..], &self.aliases[..]].concat()
    }
}

/// The kinds of attribute as the function knows them. One that it does not know would be a name
/// that it cannot judge.
fn kinds(preflight: &mut Preflight, of_pool: &[&str], known: &[&'static str]) -> Vec<&'static str> {
    let mut kinds = Vec::new();
    for kind in of_pool {
        match known.iter().find(|known| *known == kind) {
            Some(known) => kinds.push(*known),
            None => preflight.refuse("name-kind-unknown", 
                format!("a pool takes {kind} for a username or an alias, which this version doesn't know"),
                "a newer version of cogmig",
            ),
        }
    }
    kinds
}

/// Settles what the function has to know of both pools' names, and says who stays behind.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>) {
    let (old, new) = (Names::of(pools.old), Names::of(pools.new));
    preflight.rules.names = NameRules {
        old_usernames: kinds(preflight, &old.usernames, &USERNAMES),
        new_usernames: kinds(preflight, &new.usernames, &USERNAMES),
        new_aliases: kinds(preflight, &new.aliases, &ALIASES),
        case_sensitive: new.case_sensitive,
    };
    let plain = new.attributes().is_empty();
    let by_name = old.usernames.is_empty();
    let lost: Vec<_> = old
        .attributes()
        .into_iter()
        .filter(|kind| !new.attributes().contains(kind))
        .collect();
    if by_name && !new.usernames.is_empty() {
        preflight.warn("user-names-rejected", Severity::Lockout, 
            format!("the old pool knows users by user name and the new one by {} alone: whoever types a user name that is not that, or has not verified it, stays behind", listed(&new.usernames)),
            "a new pool with AliasAttributes, if user names are to go on",
        );
    }
    // A plain pool takes the address that was typed for the name.
    if !lost.is_empty() && (by_name || !plain) {
        preflight.warn("names-rejected", Severity::Lockout, 
            format!("old users may sign in with {}, which the new pool does not take for a name: whoever types that stays behind", listed(&lost)),
            format!("a new pool with {} among its {}", listed(&lost), if new.usernames.is_empty() { "AliasAttributes" } else { "UsernameAttributes" }),
        );
    }
    if plain && old.usernames.len() > 1 {
        preflight.warn("names-ambiguous", Severity::Warning, 
            format!("the new pool takes what is typed for the user name: who signs in with {} in turn becomes two users", old.usernames.join(" and ")),
            "a new pool with the same UsernameAttributes",
        );
    }
    if old.case_sensitive != new.case_sensitive {
        let (what, remedy) = if new.case_sensitive {
            (
                "the old pool knows names in any case and the new one in one alone: whoever types another than the one that the name was made with stays behind",
                "a new pool with UsernameConfiguration.CaseSensitive = false",
            )
        } else {
            (
                "the old pool tells names apart by their case and the new one does not: of two users whose names differ in case alone, the first to sign in takes the name of both",
                "to look for such users in the old pool first, and to close sign-up there",
            )
        };
        preflight.warn("case-sensitivity", Severity::Lockout, what, remedy);
    }
}
