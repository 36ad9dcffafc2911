//! What a person should know although setup does nothing about it.

use super::Plan;
use crate::observed::Role;
use crate::record;
use crate::resource::Tags;

/// What an earlier role recorded cannot be put back without a person.
pub(super) fn lost(plan: &mut Plan, name: &str, tags: &Tags) {
    if tags.values().any(|value| value == record::UNKNOWN) {
        plan.notes.push(format!(
            "the undo record of the role {name} is lost: teardown can't restore what is not on record, and reports it"
        ));
    }
}

/// Rights that others gave to a role of ours are not ours to take, and not to be hidden.
pub(super) fn others(plan: &mut Plan, name: &str, role: Option<&Role>, own: &str) {
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
