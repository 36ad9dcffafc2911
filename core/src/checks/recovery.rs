//! Users who have forgotten their password. They are migrated with a code that the new pool sends,
//! so a user to whom it can't send a code could never be migrated.

use rules::settings::ForgotPassword;
use serde_json::Value;

use super::pools::{Pools, Preflight, listed};
use super::triggers::triggers;
use crate::cognito::lossless::Object;
use crate::problem::Severity;

/// Triggers of the old pool that can reject a sign-in, and that don't run for ForgotPassword.
const GUARDS: [&str; 3] = [
    "PreAuthentication",
    "PostAuthentication",
    "PreTokenGeneration",
];

/// Sets the rules for the function, and warns of triggers that don't run.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>, choice: ForgotPassword) {
    let migrates = choice == ForgotPassword::Migrate;
    preflight.rules.forgot_password = choice;
    let contacts = recovery_contacts(pools.new);
    preflight.rules.recovery.clone_from(&contacts);
    if !migrates {
        return;
    }
    if contacts.is_empty() {
        preflight.warn("recovery-off", Severity::Lockout, 
            "the new pool doesn't send codes to reset passwords (AccountRecoverySetting is admin_only): users who have forgotten their password aren't migrated",
            "set AccountRecoverySetting of the new pool to verified_email, or use --forgot-password refuse to accept this",
        );
    }
    let guards = triggers(pools.old, &GUARDS);
    if !guards.is_empty() {
        preflight.warn("recovery-bypasses-triggers", Severity::Security, 
            format!("users who reset a forgotten password are migrated, but these triggers of the old pool don't run for them, so they can't reject any of them: {}", listed(&guards)),
            "use --forgot-password refuse, or disable the users that these triggers would reject in the old pool",
        );
    }
}

/// The contacts to which a pool sends a code, by the names of their attributes. A pool without
/// `AccountRecoverySetting` uses both.
fn recovery_contacts(pool: &Object) -> Vec<&'static str> {
    let mechanisms = pool
        .get("AccountRecoverySetting")
        .and_then(|setting| setting.get("RecoveryMechanisms"))
        .and_then(Value::as_array)
        .filter(|mechanisms| !mechanisms.is_empty());
    let all = [
        ("verified_email", "email"),
        ("verified_phone_number", "phone_number"),
    ];
    let is_used = |mechanism: &str| {
        mechanisms.is_none_or(|all| {
            all.iter()
                .any(|one| one.get("Name") == Some(&mechanism.into()))
        })
    };
    let used = all.into_iter().filter(|(mechanism, _)| is_used(mechanism));
    used.map(|(_, contact)| contact).collect()
}
