//! Settings around a sign-in: open sign-up, app clients, and the feature plans of both pools.

use super::pools::{Pools, Preflight, named, text, texts};
use crate::cognito::flows::{ADMIN_PASSWORD, USER_PASSWORD};
use crate::cognito::lossless::Object;
use crate::cognito::pool as user_pool;
use crate::problem::Severity;

/// Adds the warnings.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>) {
    swapped(preflight, pools);
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
    let without = pools.clients_that(|client| !sends_passwords(client));
    if !without.is_empty() {
        let (clients, dont) = match without.len() {
            1 => (named(&without), "doesn't"),
            _ => (named(&without), "don't"),
        };
        preflight.warn(
            "client-without-password-flow",
            Severity::Lockout,
            format!("{clients} {dont} allow USER_PASSWORD_AUTH yet. Setup enables it. Applications that continue to sign in with SRP don't invoke the migration trigger, so their users won't be migrated"),
            "after setup, change the applications to sign in with USER_PASSWORD_AUTH",
        );
    }
    let revealing = pools.clients_that(reveals_users);
    if !revealing.is_empty() {
        preflight.warn(
            "user-existence-revealed",
            Severity::Security,
            format!("anyone can find out through {} which usernames exist, and so which users have been migrated", named(&revealing)),
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
