//! What is left to do before the old account can be closed: only what the data says.

use rules::reasons::Rejection;
use rules::{env, log};

use super::report::Status;
use super::resources::{Resource, State};
use crate::desired::{Desired, OldClient};
use crate::identity::Side;
use crate::record::Tags;
use crate::resource::Kind;

/// What does not move, whatever is set.
const NEVER: &str =
    "Groups, devices, passkeys and federated users do not move by this: see to them yourself.";

/// The sentences, in the order in which to think of them.
/// `variables` are those that the function was given.
#[must_use]
pub fn left(status: &Status, desired: &Desired, variables: &Tags) -> Vec<String> {
    if status.deployed() == "none" {
        let stays = users_to_move(status);
        let begin = "Nobody can move yet: `cogmig setup` begins the migration.".to_owned();
        return [begin].into_iter().chain(stays).collect();
    }
    let mut left = Vec::new();
    match status.differing() {
        0 => {}
        1 => left.push(
            "One resource is not as setup makes it: `cogmig setup` with the options of before mends it."
                .to_owned(),
        ),
        many => left.push(format!(
            "{many} resources are not as setup makes them: `cogmig setup` with the options of before mends them."
        )),
    }
    left.extend(faults(status));
    left.extend(users_to_move(status));
    left.extend(who_stays(status, variables));
    left.push(NEVER.to_owned());
    left.extend(old_account(status, desired));
    left
}

fn faults(status: &Status) -> Vec<String> {
    let Ok(log) = &status.log else {
        return Vec::new();
    };
    let sums = &log.lately.of;
    let mut lines = Vec::new();
    if sums.faults > 0 {
        let what = count(sums.faults, "sign-in", "met a fault lately");
        lines.push(format!(
            "{what}: `cogmig verify` tries the way, and names the broken link."
        ));
    }
    if sums.throttled > 0 {
        let what = count(
            sums.throttled,
            "sign-in",
            "found the old pool asked too often",
        );
        lines.push(format!(
            "{what}: look at the old account's quota for UserAuthentication."
        ));
    }
    lines
}

fn users_to_move(status: &Status) -> Option<String> {
    let old = status.users.old?;
    if old == 0 {
        return Some("The old pool has no users, by AWS's estimate.".to_owned());
    }
    let log = status.log.as_ref().ok().filter(|log| log.moved.complete);
    Some(match log.map(|log| log.moved.of) {
        Some(moved) if moved >= old && status.users.new.is_some_and(|new| new >= old) => {
            "By these counts everybody has moved; AWS's estimate may lag behind.".to_owned()
        }
        // The function has said yes: that Cognito made the user does not follow.
        Some(moved) if moved >= old => {
            "The function has let as many sign-ins through as the old pool has users; AWS's estimate of the new pool, which may lag behind, is not yet as high.".to_owned()
        }
        Some(moved) => format!(
            "Still to move: about {} of the old pool's users, each at the next sign-in.",
            old - moved
        ),
        None if status.deployed() == "none" => {
            format!("Still to move: about {old} of the old pool's users.")
        }
        None => {
            format!(
                "How many of the old pool's users, about {old}, are still to move is not known."
            )
        }
    })
}

/// Who does not move by what the function is told.
fn who_stays(status: &Status, variables: &Tags) -> Vec<String> {
    let sums = status.log.as_ref().ok().map(|log| &log.lately.of);
    let seen = |rejection: Rejection| {
        sums.map_or(0, |sums| sums.of_reason(log::REJECTED, rejection.code()))
    };
    let told = |variable: &str| variables.get(variable).map(String::as_str) == Some("refuse");
    let mut lines = Vec::new();
    // The old pool has MFA on. Of the others it is not known whether there are any.
    if told(env::MFA_USERS) {
        let lately = match seen(Rejection::Mfa) {
            0 => String::new(),
            count => format!(" ({count} refused lately)"),
        };
        lines.push(format!(
            "Users with a second factor stay in the old pool{lately}, by --mfa-users refuse."
        ));
    }
    for (variable, reason, who) in [
        (
            env::TEMPORARY_PASSWORDS,
            Rejection::TemporaryPassword,
            "a temporary password were refused lately: they stay, by --temporary-passwords refuse",
        ),
        (
            env::FORGOT_PASSWORD,
            Rejection::ForgotPassword,
            "a forgotten password were refused lately: they stay, by --forgot-password refuse",
        ),
    ] {
        let count = seen(reason);
        if told(variable) && count > 0 {
            lines.push(format!("Sign-ins with {who} ({count})."));
        }
    }
    lines
}

/// What setup left open there.
fn old_account(status: &Status, desired: &Desired) -> Option<String> {
    let role = &desired.names.access_role;
    let is_role = |one: &&Resource| one.address.side == Side::Old && one.address.kind == Kind::Role;
    let stands = status.resources.iter().find(is_role);
    if stands.is_none_or(|role| role.state == State::Missing) {
        return None;
    }
    let client = match &desired.old_client {
        OldClient::Applications { id, .. } => id,
        OldClient::Dedicated { .. } => &desired.names.old_client,
    };
    Some(format!(
        "The old account still has the role {role}, and checks passwords through the app client {client}: `cogmig teardown` puts both back, once nobody is left to move."
    ))
}

fn count(count: u64, what: &str, did: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s} {did}")
}
