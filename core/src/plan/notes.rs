//! Warnings about what no change of the plan touches.

use super::change::Plan;
use crate::call::CallError;
use crate::cognito::pool;
use crate::desired::Desired;
use crate::observed::{NewSide, OldSide, Role};
use crate::problem::{Problem, Severity};
use crate::record::{self, Tags};
use crate::text::on_one_line;

/// Teardown can't restore what an earlier role had on record.
pub(super) fn lost(plan: &mut Plan, name: &str, tags: &Tags) {
    if tags.values().any(|value| value == record::UNKNOWN) {
        let lost = format!("the undo record of the role {name} is lost");
        let effect = "Teardown can't restore what isn't on record, and reports it";
        let summary = format!("{lost}. {effect}");
        let warning = Problem::new("undo-record-lost", Severity::Warning, summary);
        plan.warnings.push(warning);
    }
}

/// The permission that an update of the new pool needs if it has custom sender triggers.
pub(super) fn key(plan: &mut Plan, new: &NewSide) {
    let Some(key) = new.pool.described.as_ref().and_then(pool::kms_key) else {
        return;
    };
    let key = on_one_line(key);
    let summary = format!(
        "the new pool has custom sender triggers, so updating it requires kms:CreateGrant for the key {key}"
    );
    let note = Problem::new("kms-grant-required", Severity::Info, summary);
    let fix = format!("allow it in the pipeline's policy: `cogmig policy new --kms-key {key}`");
    plan.warnings.push(note.fix(fix));
}

/// Permissions that others gave to managed roles aren't revoked, and aren't hidden.
pub(super) fn others(plan: &mut Plan, desired: &Desired, old: &OldSide, new: &NewSide) {
    let names = &desired.names;
    let policy_arn = names.lambda_policy_arn(&desired.new.identity);
    given(
        plan,
        &names.access_role,
        old.role.as_ref(),
        &names.access_policy,
    );
    given(plan, &names.lambda_role, new.role.as_ref(), &policy_arn);
}

fn given(plan: &mut Plan, name: &str, role: Option<&Role>, own: &str) {
    let Some(role) = role else { return };
    let policies = role.inline.keys().chain(&role.attached);
    let others: Vec<_> = policies
        .filter(|policy| *policy != own)
        .map(String::as_str)
        .collect();
    if !others.is_empty() {
        let summary = format!(
            "role {name} has policies that cogmig didn't attach: {}",
            others.join(", ")
        );
        let warning = Problem::new("role-has-other-policies", Severity::Security, summary);
        let warning = warning.fix(format!("remove them if the role {name} doesn't need them"));
        plan.warnings.push(warning);
    }
}

/// A note if a read failed that only a check of this plan needs. `lack` is the consequence.
pub(super) fn unread<T>(
    plan: &mut Plan,
    read: Option<&Result<T, CallError>>,
    (id, lack): (&'static str, &str),
    place: &str,
) {
    let Some(Err(error)) = read else { return };
    let (why, message) = (error.word(), &error.message);
    let summary = format!(
        "{lack}, because {} failed in the {place}: {why}: {message}",
        error.call
    );
    let mut note = Problem::new(id, Severity::Info, summary);
    if error.is_denied() {
        let action = error.call;
        note = note.fix(format!(
            "allow {action} in an IAM policy of this profile's role or user"
        ));
    }
    plan.warnings.push(note);
}

/// After a teardown of the old side alone, the new pool keeps a trigger that can't reach the old
/// pool.
pub(super) fn other_side(plan: &mut Plan, old: &OldSide, new: Option<&NewSide>) {
    let peer = old
        .role
        .as_ref()
        .and_then(|role| role.tags.get(record::PEER));
    if let (None, Some(peer)) = (new, peer) {
        let attached = format!("the trigger is still attached in account {peer}");
        let effect = "Users who haven't been migrated get an error until you tear down that side";
        let summary = format!("{attached}. {effect} too");
        let warning = Problem::new("trigger-still-attached", Severity::Lockout, summary);
        plan.warnings
            .push(warning.fix("run `cogmig teardown` with --new-profile"));
    }
}
