//! The next steps before the old account can be closed, as far as the data shows them.

use rules::reasons::Rejection;
use rules::{env, log};

use super::report::Status;
use super::resources::{Resource, State};
use crate::desired::{Desired, OldClient};
use crate::identity::Side;
use crate::record::Tags;
use crate::resource::Kind;
use crate::time::period;

/// What isn't migrated with any options.
const NEVER_MIGRATED: &str =
    "Groups, devices, passkeys and federated users aren't migrated. Handle them separately.";

/// The next steps, the most urgent first. `variables` is the function's environment.
#[must_use]
pub fn next_steps(status: &Status, desired: &Desired, variables: &Tags) -> Vec<String> {
    if status.deployed() == "none" {
        let start = "No user can be migrated yet. Run `cogmig setup` to start the migration.";
        let start = [start.to_owned()].into_iter();
        return start.chain(pools(status)).collect();
    }
    let mut steps = Vec::new();
    let conflicts = status.resources.iter();
    let conflicts = conflicts.filter(|one| one.state == State::ManualAction);
    let conflicts = conflicts.count();
    match status.differing() - conflicts {
        0 => {}
        1 => steps.push("Drift: 1 resource. Run `cogmig setup` to fix it.".to_owned()),
        many => steps.push(format!(
            "Drift: {many} resources. Run `cogmig setup` to fix them."
        )),
    }
    match conflicts {
        0 => {}
        1 => steps.push("Manual action required: 1 resource, marked ! above.".to_owned()),
        many => steps.push(format!(
            "Manual action required: {many} resources, marked ! above."
        )),
    }
    steps.extend(faults(status));
    steps.extend(pools(status));
    steps.extend(rejected(status, variables));
    steps.push(NEVER_MIGRATED.to_owned());
    steps.extend(old_account(status, desired));
    steps
}

fn faults(status: &Status) -> Vec<String> {
    let Ok(log) = &status.log else {
        return Vec::new();
    };
    let (sums, period) = (&log.recent, period(status.now - log.since));
    let mut lines = Vec::new();
    if sums.faults > 0 {
        let failed = count(sums.faults, "attempt", "");
        lines.push(format!(
            "{failed} to sign in failed with an error in the last {period}. Run `cogmig verify` to find the cause."
        ));
    }
    if sums.throttled > 0 {
        let throttled = count(sums.throttled, "sign-in", "throttled");
        lines.push(format!(
            "{throttled} by the old pool in the last {period}. Check the quotas for UserAuthentication and UserRead requests in the old account."
        ));
    }
    lines
}

/// The pools' sizes. They don't prove which users have been migrated.
fn pools(status: &Status) -> Option<String> {
    let old = match status.users.old? {
        0 => return Some("The old pool has no users, by AWS's estimate.".to_owned()),
        old => old,
    };
    let old = count(old, "user", "");
    let pools = match status.users.new {
        Some(new) => {
            format!(
                "The old pool has about {old} and the new pool about {new}, by AWS's estimates."
            )
        }
        None => format!("The old pool has about {old}, by AWS's estimate."),
    };
    Some(if status.attached {
        format!("{pools} Each user is migrated at their first sign-in to the new pool.")
    } else {
        pools
    })
}

/// The users that the function rejects because of its options.
fn rejected(status: &Status, variables: &Tags) -> Vec<String> {
    let log = status.log.as_ref().ok();
    let rejections =
        |reason: Rejection| log.map_or(0, |log| log.recent.of_reason(log::REJECTED, reason.code()));
    let period = log.map_or_else(String::new, |log| period(status.now - log.since));
    let rejects = |variable: &str| variables.get(variable).map(String::as_str) == Some("refuse");
    let mut lines = Vec::new();
    // MFA is on in the old pool, so the step is always shown. Whether the old pool has users of the
    // other kinds is unknown.
    if rejects(env::MFA_USERS) {
        let recent = match rejections(Rejection::Mfa) {
            0 => String::new(),
            rejected => format!(
                " {} in the last {period}.",
                count(rejected, "sign-in", "rejected")
            ),
        };
        lines.push(format!(
            "Users with MFA aren't migrated (--mfa-users refuse).{recent}"
        ));
    }
    for (variable, reason, what, who) in [
        (
            env::TEMPORARY_PASSWORDS,
            Rejection::TemporaryPassword,
            "sign-in",
            "Users with a temporary password aren't migrated (--temporary-passwords refuse).",
        ),
        (
            env::FORGOT_PASSWORD,
            Rejection::ForgotPassword,
            "password reset",
            "Password reset requests don't migrate users (--forgot-password refuse).",
        ),
    ] {
        let rejected = rejections(reason);
        if rejects(variable) && rejected > 0 {
            let rejected = count(rejected, what, "rejected");
            lines.push(format!("{who} {rejected} in the last {period}."));
        }
    }
    let reset = rejections(Rejection::ResetRequired);
    if reset > 0 {
        let by_reset = if rejects(env::FORGOT_PASSWORD) {
            "They aren't migrated with --forgot-password refuse."
        } else {
            "A password reset request migrates these users, if they have a verified contact."
        };
        lines.push(format!(
            "{} in the last {period}, because a password reset is required. {by_reset}",
            count(reset, "sign-in", "rejected")
        ));
    }
    let blocked = rejections(Rejection::Blocked);
    if blocked > 0 {
        lines.push(format!(
            "{} by the old pool's threat protection in the last {period}. All sign-ins that the function makes come from AWS's IP addresses, without the user's device. Set AdvancedSecurityMode of the old pool to AUDIT during the migration.",
            count(blocked, "sign-in", "blocked")
        ));
    }
    lines
}

/// What setup still has in the old account.
fn old_account(status: &Status, desired: &Desired) -> Option<String> {
    let role = &desired.names.access_role;
    let is_role = |one: &&Resource| one.address.side == Side::Old && one.address.kind == Kind::Role;
    let resource = status.resources.iter().find(is_role);
    if resource.is_none_or(|role| role.state == State::Missing) {
        return None;
    }
    let client = match &desired.old_client {
        OldClient::Applications { id, .. } => id,
        OldClient::Dedicated { .. } => &desired.names.old_client,
    };
    Some(format!(
        "The old account still has the role {role}, and the function checks passwords through app client {client}. When all users have been migrated, run `cogmig teardown` to revert both."
    ))
}

/// A count and a noun; with a participle, what happened to them.
fn count(count: u64, noun: &str, participle: &str) -> String {
    let (s, was) = if count == 1 {
        ("", "was")
    } else {
        ("s", "were")
    };
    match participle {
        "" => format!("{count} {noun}{s}"),
        participle => format!("{count} {noun}{s} {was} {participle}"),
    }
}
