//! The Lambda triggers of both pools that run at a migrating sign-in, or that don't.

use super::pools::{Pools, Preflight, listed, named, text};
use crate::cognito::lossless::Object;
use crate::problem::Severity;

/// Triggers of the new pool that run when a user is migrated, and can reject the user.
const REJECTING: [&str; 2] = ["PreSignUp", "PreAuthentication"];
/// Triggers of the old pool that run when the function checks a password.
const AT_SIGN_IN: [&str; 4] = [
    "PreAuthentication",
    "PostAuthentication",
    "PreTokenGeneration",
    "UserMigration",
];

/// Adds the warnings, and sets the rule for triggers of the old pool.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>) {
    let rejecting = triggers(pools.new, &REJECTING);
    if !rejecting.is_empty() {
        preflight.warn(
            "new-pool-triggers",
            Severity::Lockout,
            format!(
                "triggers of the new pool run for each migrated user and can reject the user: {}",
                listed(&rejecting)
            ),
            "make sure that these triggers accept migrated users",
        );
    }
    unknown_users(preflight, pools);
    if !triggers(pools.new, &["PostConfirmation"]).is_empty() {
        preflight.warn(
            "post-confirmation-not-run",
            Severity::Warning,
            "the PostConfirmation trigger of the new pool doesn't run for users who are migrated by a sign-in. What it does for users who sign up, for example to create their records, isn't done for them. For users who are migrated by a password reset request it runs with the source PostConfirmation_ConfirmForgotPassword",
            "do the same in the PostAuthentication or PreTokenGeneration trigger of the new pool, or in the application at the first sign-in",
        );
    }
    let at_sign_in = triggers(pools.old, &AT_SIGN_IN);
    if !at_sign_in.is_empty() {
        // They may create the user or write to it, so the function requests the user after them.
        preflight.rules.old_triggers = true;
        preflight.warn("old-pool-triggers", Severity::Warning, 
            format!("triggers of the old pool run for each migrated user, and their duration counts toward Cognito's limit of five seconds: {}", listed(&at_sign_in)),
            "make sure that these triggers are fast, and that they accept sign-ins that the function makes for the user, without the user's device and IP address",
        );
    }
}

/// With `PreventUserExistenceErrors`, PreAuthentication also runs for users who don't exist.
fn unknown_users(preflight: &mut Preflight, pools: Pools<'_>) {
    let hides = |client: &Object| text(client, &["PreventUserExistenceErrors"]) == Some("ENABLED");
    let clients = pools.clients_that(hides);
    if !clients.is_empty() && !triggers(pools.new, &["PreAuthentication"]).is_empty() {
        preflight.warn(
            "pre-authentication-unknown-users",
            Severity::Warning,
            format!("the PreAuthentication trigger of the new pool also runs for users who don't exist, because PreventUserExistenceErrors is ENABLED on {}: request.userNotFound is then true, and request.userAttributes is empty. It also runs so after the function has rejected a sign-in. If the trigger returns an error for these sign-ins, anyone can find out which users haven't been migrated", named(&clients)),
            "return the event unchanged in this trigger if request.userNotFound is true",
        );
    }
}

/// The triggers in `names` that a pool has, in the older or the newer member.
pub(super) fn triggers(pool: &Object, names: &[&'static str]) -> Vec<&'static str> {
    let is_set = |name: &&&'static str| {
        text(pool, &["LambdaConfig", name]).is_some()
            || text(
                pool,
                &["LambdaConfig", &format!("{name}Config"), "LambdaArn"],
            )
            .is_some()
    };
    names.iter().filter(is_set).copied().collect()
}
