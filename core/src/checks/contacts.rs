//! Contacts that several users share. A pool in which users sign in with an email or a phone number
//! accepts each one for a single user, and a pool in which they don't, for any number of users.

use super::attributes::migrates_contact;
use super::pools::{Pools, Preflight, texts};
use super::schema::FLAGS;
use crate::cognito::lossless::Object;
use crate::identity::Identity;
use crate::problem::Severity;
use crate::text::shell_word;

/// Adds the warnings.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>) {
    let identifies = |pool: &Object, contact: &str| {
        ["UsernameAttributes", "AliasAttributes"]
            .iter()
            .any(|list| texts(pool, list).contains(&contact))
    };
    for (contact, flag) in FLAGS {
        let is_new = identifies(pools.new, contact) && !identifies(pools.old, contact);
        if !is_new || !migrates_contact(&preflight.rules, contact) {
            continue;
        }
        let id = pools.old.get("Id").and_then(|id| id.as_str());
        let command = list_command(pools.old_account, id.unwrap_or_default(), contact, flag);
        let noun = contact.replace('_', " ");
        preflight.warn("shared-contacts", Severity::Lockout,
            format!("several users of the old pool can have the same verified {noun}, but only one user of the new pool can have it, because users sign in with it there. Of these users, only the first who signs in is migrated. The function also approves the others, but Cognito doesn't create them, so they can't sign in"),
            format!("give each user another {noun} in the old pool before the migration. To list the {noun}s that several users have, run `{command}`"),
        );
    }
}

/// The command that lists the contacts that more than one user has verified. It isn't limited to
/// `true`, because applications also write the flag as `True`.
fn list_command(account: &Identity, pool: &str, contact: &str, flag: &str) -> String {
    let Identity {
        profile, region, ..
    } = account;
    let profile = shell_word(profile);
    let query = format!(
        "Users[?Attributes[?Name=='{flag}' && Value!='false']].Attributes[] | [?Name=='{contact}'].[Value]"
    );
    format!(
        "aws cognito-idp list-users --profile {profile} --region {region} --user-pool-id {pool} --output text --query \"{query}\" | sort -f | uniq -di"
    )
}
