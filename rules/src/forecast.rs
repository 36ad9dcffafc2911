//! Whether a user of the old pool could be migrated, without a sign-in: with the same decision as
//! at a sign-in or a password reset request, for a user as ListUsers shows them. Pure.
//!
//! ListUsers doesn't show which MFA a user has set up, except for the legacy `MFAOptions`, and
//! nobody knows what a trigger of the old pool does. So a user with a positive forecast can still
//! be rejected for these two reasons.

use crate::attributes::{is_verified_in_old, value_of};
use crate::decision::{Evidence, OldUser, Status, approve};
use crate::reasons::Rejection;
use crate::settings::{MfaUsers, Rules};
use crate::usernames;

#[cfg(test)]
mod tests;

/// The name with which a sign-in with the right password migrates the user. `old_aliases` are the
/// `AliasAttributes` of the old pool.
///
/// # Errors
/// Why no sign-in migrates the user.
pub fn forecast<'a>(
    rules: &Rules,
    old_aliases: &[&str],
    user: &'a OldUser,
) -> Result<&'a str, Rejection> {
    typed_name(rules, old_aliases, evidence(rules, user)?, user)
}

/// The name with which a password reset request migrates the user.
///
/// # Errors
/// Why no password reset request migrates the user.
pub fn forecast_reset<'a>(
    rules: &Rules,
    old_aliases: &[&str],
    user: &'a OldUser,
) -> Result<&'a str, Rejection> {
    typed_name(rules, old_aliases, Evidence::of_forgotten(rules)?, user)
}

/// The name that resolves to the user in both pools.
fn typed_name<'a>(
    rules: &Rules,
    old_aliases: &[&str],
    evidence: Evidence,
    user: &'a OldUser,
) -> Result<&'a str, Rejection> {
    let migration = approve(rules, evidence, user)?;
    let resolves = |typed: &&str| {
        let (attributes, new) = (&user.attributes, migration.attributes());
        usernames::for_new_user(&rules.names, typed, &user.username, attributes, new).is_ok()
    };
    let usernames = &rules.names.old_usernames;
    let username = usernames.is_empty().then_some(user.username.as_str());
    let attribute = |kind: &&str| value_of(&user.attributes, kind);
    // A pool resolves an alias only if it is verified.
    let is_alias = |kind: &&&str| is_verified_in_old(&user.attributes, kind);
    username
        .into_iter()
        .chain(usernames.iter().filter_map(attribute))
        .chain(old_aliases.iter().filter(is_alias).filter_map(attribute))
        .find(resolves)
        .ok_or(Rejection::Name)
}

/// What the old pool answers to the right password of this user.
fn evidence(rules: &Rules, user: &OldUser) -> Result<Evidence, Rejection> {
    if let Some(rejection) = user.blocker() {
        return Err(rejection);
    }
    let has_mfa = rules.mfa_users != MfaUsers::None && (rules.mfa_required || user.has_mfa);
    let challenge = match user.status {
        Status::TemporaryPassword => Some("NEW_PASSWORD_REQUIRED"),
        _ if has_mfa && user.has_sms_mfa => Some("SMS_MFA"),
        _ if has_mfa => Some("SELECT_MFA_TYPE"),
        _ => None,
    };
    Evidence::of_response(challenge.is_none(), challenge, rules)
}
