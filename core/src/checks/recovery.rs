//! Users who have forgotten their password. They come along on a code that the new pool sends,
//! so that one to whom it can send none would be kept out for good.

use rules::settings::ForgotPassword;
use serde_json::Value;

use super::pools::{Pools, Preflight, listed};
use super::triggers::triggers;
use crate::cognito::lossless::Object;
use crate::problem::Severity;

/// Triggers of the old pool that can keep a user out, and that a forgotten password passes by.
const GUARDS: [&str; 3] = [
    "PreAuthentication",
    "PostAuthentication",
    "PreTokenGeneration",
];

/// Settles what the function has to know, and says what is passed by.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>, wish: ForgotPassword) {
    let migrates = wish == ForgotPassword::Migrate;
    preflight.rules.forgot_password = wish;
    let ways = ways(pools.new);
    preflight.rules.recovery.clone_from(&ways);
    if !migrates {
        return;
    }
    if ways.is_empty() {
        preflight.warn("recovery-off", Severity::Lockout, 
            "the new pool sends nobody a code to reset a password (AccountRecoverySetting admin_only): whoever has forgotten theirs stays behind",
            "AccountRecoverySetting verified_email in the new pool, or --forgot-password refuse, which says so",
        );
    }
    let guards = triggers(pools.old, &GUARDS);
    if !guards.is_empty() {
        preflight.warn("recovery-bypasses-triggers", Severity::Security, 
            format!("users who ask for a code in the place of their password move without the old pool's triggers, which may keep some of them out: {}", listed(&guards)),
            "--forgot-password refuse, or to disable such users in the old pool",
        );
    }
}

/// The contacts to which a pool sends a code, as the function calls them. A pool that says
/// nothing takes either.
fn ways(pool: &Object) -> Vec<&'static str> {
    let mechanisms = pool
        .get("AccountRecoverySetting")
        .and_then(|setting| setting.get("RecoveryMechanisms"))
        .and_then(Value::as_array)
        .filter(|mechanisms| !mechanisms.is_empty());
    let all = [
        ("verified_email", "email"),
        ("verified_phone_number", "phone_number"),
    ];
    let names = |mechanism: &str| {
        mechanisms.is_none_or(|all| {
            all.iter()
                .any(|one| one.get("Name") == Some(&mechanism.into()))
        })
    };
    let ways = all.into_iter().filter(|(mechanism, _)| names(mechanism));
    ways.map(|(_, contact)| contact).collect()
}
