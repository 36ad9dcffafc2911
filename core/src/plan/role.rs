//! What both roles have in common, there and back: they bear the undo record.

use super::change::{Action, Edit, Lost, LostRecord, Plan, Reason, Update};
use super::owned::{self, is_deployed, record_is_lost};
use super::{guards, step::Step};
use crate::desired::Desired;
use crate::names::Names;
use crate::observed::{NewSide, Role};
use crate::problem::Result;
use crate::record::{self, Tags};
use crate::resource::{Address, Call, RoleCall};

/// A call of a role.
pub(super) fn step(on: &Address, call: RoleCall) -> Step {
    Step::new(on.clone(), Call::Role(call))
}

/// Whether a role is to be adopted whose tags are all gone, and with them the undo record.
pub(super) fn is_untagged(desired: &Desired, role: Option<&Role>) -> bool {
    let lacks = |role: &Role| !desired.names.own(&role.tags) && !owned::records_clients(role);
    desired.adopt && role.is_some_and(lacks)
}

/// The tags still to be written to a role of ours, then `confirm`. Of an app client the first entry
/// wins: at a second setup our own addition is not what was there before.
///
/// # Errors
/// The record would not fit.
pub(super) fn record(
    on: &Address,
    role: &Role,
    wanted: &Tags,
    confirm: Vec<Step>,
) -> Result<Update> {
    let known = record::clients(&role.tags);
    let mut wanted = wanted.clone();
    wanted.retain(|key, _| !known.keys().any(|id| *key == record::client_key(id)));
    let mut update = Update::default();
    let Some(tags) = record::missing(&role.tags, &wanted) else {
        return Ok(update);
    };
    let mut all = role.tags.clone();
    all.extend(tags.clone());
    guards::unfit(&all)?;
    update.push(Edit::of("undo record"), step(on, RoleCall::Tag { tags }));
    update.steps.extend(confirm);
    Ok(update)
}

/// Says so where a role with the record was there, and is there no more or is another.
/// Whether that is all there is to say: of a role that is not ours.
pub(super) fn say_lost(
    plan: &mut Plan,
    names: &Names,
    (address, role): (&Address, Option<&Role>),
    new: Option<&NewSide>,
    record: LostRecord,
) -> bool {
    let ours = role.filter(|role| names.own(&role.tags));
    let is_lost = |new: &NewSide| match ours {
        Some(role) => record_is_lost(names, Some(role), new.function.as_ref()),
        None => is_deployed(names, new),
    };
    if !new.is_some_and(is_lost) {
        return false;
    }
    let how = match (role, ours) {
        (None, _) => Lost::Gone,
        (Some(_), None) => Lost::NotManaged,
        (Some(_), Some(_)) => Lost::MadeAgain,
    };
    let reason = Reason::RecordLost { how, record };
    plan.add(Action::Conflict, address.clone(), reason, Vec::new());
    ours.is_none()
}

/// Deletes a role with all its policies, of which `own` are ours; then looks once more for what a
/// setup that is still under way may have done since.
pub(super) fn delete(
    plan: &mut Plan,
    names: &Names,
    (address, role): (Address, &Role),
    own: &str,
    recheck: Vec<Step>,
) {
    let mut steps = Vec::new();
    let mut others = Vec::new();
    for policy in role.inline.keys() {
        let policy = policy.clone();
        others.push(policy.clone());
        steps.push(step(&address, RoleCall::DeleteInline { policy }));
    }
    for arn in &role.attached {
        let policy_arn = arn.clone();
        others.push(arn.clone());
        steps.push(step(&address, RoleCall::Detach { policy_arn }));
    }
    steps.push(step(&address, RoleCall::Delete));
    steps.extend(recheck);
    others.retain(|policy| policy != own);
    let is_ours = names.own(&role.tags);
    owned::delete(plan, names, (address, is_ours), others, steps);
}
