//! What else stands around a sign-in: triggers that run with it, doors that are open beside
//! it, and what the two pools are worth.

use super::pools::{Pools, Preflight, listed, text, texts};
use super::triggers::triggers;
use crate::cognito::flows::{ADMIN_PASSWORD, USER_PASSWORD};
use crate::cognito::lossless::Object;
use crate::cognito::pool as user_pool;
use crate::problem::Severity;

/// Triggers of the new pool that run when a user is moved, and can stop it.
const VETO: [&str; 2] = ["PreSignUp", "PreAuthentication"];
/// Triggers of the old pool that run whenever the function asks whether a password is right.
const AT_SIGN_IN: [&str; 4] = [
    "PreAuthentication",
    "PostAuthentication",
    "PreTokenGeneration",
    "UserMigration",
];

/// Says what a person should look at.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>) {
    swapped(preflight, pools);
    let veto = triggers(pools.new, &VETO);
    if !veto.is_empty() {
        preflight.warn(
            "new-pool-triggers",
            Severity::Lockout,
            format!(
                "triggers of the new pool run for every user who moves, and can refuse it: {}",
                listed(&veto)
            ),
            "to see that they let such users pass",
        );
    }
    let at_sign_in = triggers(pools.old, &AT_SIGN_IN);
    if !at_sign_in.is_empty() {
        // They may make the user, or write to it: so it is asked for after them.
        preflight.rules.old_triggers = true;
        preflight.warn("old-pool-triggers", Severity::Warning, 
            format!("triggers of the old pool run whenever a user moves, within the same five seconds: {}", listed(&at_sign_in)),
            "to see that they are quick, and that nothing of theirs goes by who calls",
        );
    }
    if signs_up(pools.new) {
        preflight.warn("new-pool-sign-up-open", Severity::Security, 
            "anybody can sign up in the new pool: also under the name of an old user who has not moved yet, and who is then kept out",
            "AdminCreateUserConfig.AllowAdminCreateUserOnly = true in the new pool until users have moved, unless names are addresses that are verified",
        );
    }
    if signs_up(pools.old) {
        preflight.warn("old-pool-sign-up-open", Severity::Warning, 
            "anybody can still sign up in the old pool",
            "AllowAdminCreateUserOnly = true in the old pool once the application signs up in the new one",
        );
    }
    for (id, client) in pools.new_clients {
        let Some(client) = client else { continue };
        let flows = texts(client, "ExplicitAuthFlows");
        let sends_password = [USER_PASSWORD, ADMIN_PASSWORD]
            .iter()
            .any(|flow| flows.contains(&flow.modern) || flows.contains(&flow.legacy));
        if !sends_password {
            preflight.warn("client-without-password-flow", Severity::Lockout, 
                format!("the new app client {id} has taken no passwords until now: an application that goes on with SRP moves nobody, since SRP never fires the trigger"),
                "USER_PASSWORD_AUTH in the application while users move",
            );
        }
        if text(client, &["PreventUserExistenceErrors"]) != Some("ENABLED") {
            preflight.warn("user-existence-revealed", Severity::Security, 
                format!("the new app client {id} says whether a name exists: who asks it learns who has moved"),
                "PreventUserExistenceErrors = ENABLED",
            );
        }
    }
    let tiers = [pools.old, pools.new].map(|pool| text(pool, &["UserPoolTier"]));
    if let [Some(old), Some(new)] = tiers
        && old != new
    {
        preflight.warn("tiers-differ", Severity::Info, 
            format!("the old pool is of the tier {old} and the new one of {new}: features and price differ"),
            "to compare what the application uses with what that tier has",
        );
    }
}

/// Before the first setup the counts alone can tell that the profiles are swapped: users are
/// migrated out of the pool that has them.
fn swapped(preflight: &mut Preflight, pools: Pools<'_>) {
    let [old, new] = [pools.old, pools.new].map(user_pool::users);
    if let (Some(old), Some(new)) = (old, new)
        && pools.is_first
        && old < new
    {
        preflight.warn("pools-swapped", Severity::Warning, 
            format!("the new user pool has more users (about {new}) than the old one (about {old}): the two sides may be swapped. Users are migrated from the old pool to the new one"),
            "if so, swap --old-profile and --new-profile",
        );
    }
}

fn signs_up(pool: &Object) -> bool {
    let create = pool.get("AdminCreateUserConfig");
    let only = create.and_then(|create| create.get("AllowAdminCreateUserOnly"));
    only.is_none_or(|only| *only != serde_json::Value::Bool(true))
}
