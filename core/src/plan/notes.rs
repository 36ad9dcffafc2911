//! What a person should know although nothing is done about it.

use super::change::Plan;
use crate::desired::Desired;
use crate::observed::{NewSide, OldSide, Role};
use crate::record::{self, Tags};

/// What an earlier role recorded cannot be put back without a person.
pub(super) fn lost(plan: &mut Plan, name: &str, tags: &Tags) {
    if tags.values().any(|value| value == record::UNKNOWN) {
        plan.notes.push(format!(
            "the undo record of the role {name} is lost: teardown can't restore what is not on record, and reports it"
        ));
    }
}

/// Rights that others gave to roles of ours are not ours to take, and not to be hidden.
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
        plan.notes.push(format!(
            "the role {name} has been given more than it needs: {}",
            others.join(", ")
        ));
    }
}

/// Where the old side is torn down alone, the new one is left with a trigger that nothing answers.
pub(super) fn other_side(plan: &mut Plan, old: &OldSide, new: Option<&NewSide>) {
    let peer = old
        .role
        .as_ref()
        .and_then(|role| role.tags.get(record::PEER));
    if let (None, Some(peer)) = (new, peer) {
        plan.notes.push(format!(
            "as long as the trigger stands in the new account {peer}, whom its pool does not know gets an error there: tear that side down too"
        ));
    }
}
