//! Settings around a sign-in: triggers that run at it, open sign-up, app clients, and the feature
//! plans of both pools.

use super::pools::{Pools, Preflight, listed, text, texts};
use super::triggers::triggers;
use crate::cognito::flows::{ADMIN_PASSWORD, USER_PASSWORD};
use crate::cognito::lossless::Object;
use crate::cognito::pool as user_pool;
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

/// Adds the warnings.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>) {
    swapped(preflight, pools);
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
    let at_sign_in = triggers(pools.old, &AT_SIGN_IN);
    if !at_sign_in.is_empty() {
        // They may create the user or write to it, so the function requests the user after them.
        preflight.rules.old_triggers = true;
        preflight.warn("old-pool-triggers", Severity::Warning, 
            format!("triggers of the old pool run for each migrated user, and their duration counts toward Cognito's limit of five seconds: {}", listed(&at_sign_in)),
            "make sure that these triggers are fast, and that they accept sign-ins that the function makes for the user, without the user's device and IP address",
        );
    }
    if allows_sign_up(pools.new) {
        preflight.warn("new-pool-sign-up-open", Severity::Security, 
            "anyone can sign up in the new pool, also with the username of a user who hasn't been migrated yet. That user then can't be migrated",
            "set AdminCreateUserConfig.AllowAdminCreateUserOnly to true in the new pool during the migration. This isn't needed if the pool uses verified emails or phone numbers as usernames",
        );
    }
    if allows_sign_up(pools.old) {
        preflight.warn("old-pool-sign-up-open", Severity::Warning, 
            "anyone can still sign up in the old pool",
            "set AdminCreateUserConfig.AllowAdminCreateUserOnly to true in the old pool when the application signs users up in the new pool",
        );
    }
    app_clients(preflight, pools);
    let tiers = [pools.old, pools.new].map(|pool| text(pool, &["UserPoolTier"]));
    if let [Some(old), Some(new)] = tiers
        && old != new
    {
        preflight.warn("tiers-differ", Severity::Info, 
            format!("the old pool has the feature plan {old} and the new pool has {new}: features and price differ"),
            "check that the feature plan of the new pool has the features that the application uses",
        );
    }
}

/// One warning for all app clients of the new pool that it applies to.
fn app_clients(preflight: &mut Preflight, pools: Pools<'_>) {
    let named = |applies: fn(&Object) -> bool| {
        let clients = pools.new_clients.iter();
        let clients = clients.filter(|(_, client)| client.as_ref().is_some_and(applies));
        let ids: Vec<_> = clients.map(|(id, _)| id).collect();
        let (s, dont) = match ids.len() {
            0 => return None,
            1 => ("", "doesn't"),
            _ => ("s", "don't"),
        };
        Some((format!("app client{s} {}", listed(&ids)), dont))
    };
    if let Some((clients, dont)) = named(|client| !sends_passwords(client)) {
        preflight.warn(
            "client-without-password-flow",
            Severity::Lockout,
            format!("{clients} {dont} allow USER_PASSWORD_AUTH yet. Setup enables it. Applications that continue to sign in with SRP don't invoke the migration trigger, so their users won't be migrated"),
            "after setup, change the applications to sign in with USER_PASSWORD_AUTH",
        );
    }
    if let Some((clients, _)) = named(reveals_users) {
        preflight.warn(
            "user-existence-revealed",
            Severity::Security,
            format!("anyone can find out through {clients} which usernames exist, and so which users have been migrated"),
            "set PreventUserExistenceErrors to ENABLED on these app clients",
        );
    }
}

/// Whether a flow is enabled with which the application sends the password.
fn sends_passwords(client: &Object) -> bool {
    let flows = texts(client, "ExplicitAuthFlows");
    [USER_PASSWORD, ADMIN_PASSWORD]
        .iter()
        .any(|flow| flows.contains(&flow.modern) || flows.contains(&flow.legacy))
}

/// Whether the errors of a sign-in differ for usernames that don't exist.
fn reveals_users(client: &Object) -> bool {
    text(client, &["PreventUserExistenceErrors"]) != Some("ENABLED")
}

/// Before the first setup only the counts can show that the profiles are swapped, because users
/// are migrated from the pool that has them.
fn swapped(preflight: &mut Preflight, pools: Pools<'_>) {
    let [old, new] = [pools.old, pools.new].map(user_pool::users);
    if let (Some(old), Some(new)) = (old, new)
        && pools.is_first
        && old < new
    {
        preflight.warn("pools-swapped", Severity::Warning, 
            format!("the new user pool has more users (about {new}) than the old user pool (about {old}): the two sides may be swapped. Users are migrated from the old pool to the new pool"),
            "if so, swap --old-profile and --new-profile",
        );
    }
}

fn allows_sign_up(pool: &Object) -> bool {
    let create = pool.get("AdminCreateUserConfig");
    let only = create.and_then(|create| create.get("AllowAdminCreateUserOnly"));
    only.is_none_or(|only| *only != serde_json::Value::Bool(true))
}
