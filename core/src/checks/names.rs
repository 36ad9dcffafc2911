//! The identifiers that users sign in with. A pool's choice of them is fixed when the pool is
//! created, and sign-ins with an identifier that the new pool can't resolve are rejected.

use rules::settings::{ALIASES, USERNAMES};
use rules::usernames::NameRules;
use serde_json::Value;

use super::pools::{Pools, Preflight, listed, texts};
use crate::cognito::lossless::Object;
use crate::problem::Severity;

/// The identifiers that a pool accepts at sign-in.
struct Names<'a> {
    /// `UsernameAttributes`: the only identifiers, if there are any.
    usernames: Vec<&'a str>,
    /// `AliasAttributes`: identifiers in addition to the username.
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
            // The API's default. The console creates case-insensitive pools.
            case_sensitive: case.is_none_or(|case| *case != Value::Bool(false)),
        }
    }

    fn attributes(&self) -> Vec<&'a str> {
        [&self.usernames[..], &self.aliases[..]].concat()
    }
}

/// The `AliasAttributes` of a pool.
#[must_use]
pub fn alias_attributes(pool: &Object) -> Vec<&str> {
    texts(pool, "AliasAttributes")
}

/// The attributes as the function knows them. Others are rejected, because the function couldn't
/// decide on such an identifier.
fn kinds(preflight: &mut Preflight, of_pool: &[&str], known: &[&'static str]) -> Vec<&'static str> {
    let mut kinds = Vec::new();
    for kind in of_pool {
        match known.iter().find(|known| *known == kind) {
            Some(known) => kinds.push(*known),
            None => preflight.refuse("name-kind-unknown", 
                format!("a pool uses {kind} as a username or an alias, which this version of cogmig doesn't support"),
                "use a newer version of cogmig",
            ),
        }
    }
    kinds
}

/// Sets the rules for the function, and warns of sign-ins that are rejected.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>) {
    let (old, new) = (Names::of(pools.old), Names::of(pools.new));
    preflight.rules.names = NameRules {
        old_usernames: kinds(preflight, &old.usernames, &USERNAMES),
        new_usernames: kinds(preflight, &new.usernames, &USERNAMES),
        new_aliases: kinds(preflight, &new.aliases, &ALIASES),
        old_case_sensitive: old.case_sensitive,
        case_sensitive: new.case_sensitive,
    };
    let plain = new.attributes().is_empty();
    let has_usernames = old.usernames.is_empty();
    let lost: Vec<_> = old
        .attributes()
        .into_iter()
        .filter(|kind| !new.attributes().contains(kind))
        .collect();
    if has_usernames && !new.usernames.is_empty() {
        let attributes = new.usernames.join(" or ");
        preflight.warn("user-names-rejected", Severity::Lockout, 
            format!("the old pool accepts usernames at sign-in, but the new pool accepts only {attributes}. Sign-ins with a username are rejected, unless the username is the user's verified {attributes}"),
            "use a new pool with AliasAttributes if users must keep their usernames",
        );
    }
    // A pool without such attributes uses the email or phone number as the username.
    if !lost.is_empty() && (has_usernames || !plain) {
        preflight.warn("names-rejected", Severity::Lockout, 
            format!("users of the old pool can sign in with {}, which the new pool doesn't accept. Sign-ins with an identifier that the new pool can't resolve are rejected, because they would create duplicate users", listed(&lost)),
            format!("use a new pool with {} in {}", listed(&lost), if new.usernames.is_empty() { "AliasAttributes" } else { "UsernameAttributes" }),
        );
    }
    if plain && old.usernames.len() > 1 {
        preflight.warn("names-ambiguous", Severity::Warning, 
            format!("the new pool uses what the user enters at sign-in as the username. A user who signs in once with {} becomes two users", old.usernames.join(" and once with ")),
            "use a new pool with the same UsernameAttributes as the old pool",
        );
    }
    if old.case_sensitive != new.case_sensitive {
        let (what, remedy) = if new.case_sensitive {
            (
                "usernames are case-insensitive in the old pool and case-sensitive in the new pool. Sign-ins are rejected if the case of the entered username differs from that of the user's username",
                "use a new pool with UsernameConfiguration.CaseSensitive = false",
            )
        } else {
            (
                "usernames are case-sensitive in the old pool and case-insensitive in the new pool. If the usernames of two users differ only in case, the first user who signs in takes the username of both",
                "find such users in the old pool before the migration, and disable sign-up there",
            )
        };
        preflight.warn("case-sensitivity", Severity::Lockout, what, remedy);
    }
}
