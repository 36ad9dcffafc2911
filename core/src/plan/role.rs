//! What both roles have in common: they have the undo record in their tags.

use super::change::{Action, Edit, Lost, LostRecord, Plan, Reason, Update};
use super::owned::{self, is_deployed, record_is_lost};
use super::{guards, step::Step, tags};
use crate::desired::Desired;
use crate::names::Names;
use crate::observed::{NewSide, Role};
use crate::problem::Result;
use crate::record::{self, Tags};
use crate::resource::{Address, Call, RoleCall};

/// A step on a role.
pub(super) fn step(on: &Address, call: RoleCall) -> Step {
    Step::new(on.clone(), Call::Role(call))
}

/// Whether `--adopt` is set and a role lost all its tags, including the undo record.
pub(super) fn is_untagged(desired: &Desired, role: Option<&Role>) -> bool {
    let lacks = |role: &Role| !desired.names.own(&role.tags) && !owned::records_clients(role);
    desired.adopt && role.is_some_and(lacks)
}

/// Writes missing tags to a managed role, and then runs `confirm`. The first record of an app
/// client is never overwritten: at a second setup, the flow that was added isn't the previous
/// setting.
///
/// # Errors
/// The tags for the undo record exceed IAM's limits.
pub(super) fn record(
    on: &Address,
    role: &Role,
    desired: &Tags,
    confirm: Vec<Step>,
) -> Result<Update> {
    let recorded = record::clients(&role.tags);
    let mut desired = desired.clone();
    desired.retain(|key, _| !recorded.keys().any(|id| *key == record::client_key(id)));
    let mut update = Update::default();
    let Some(tags) = record::missing(&role.tags, &desired) else {
        return Ok(update);
    };
    let mut all = role.tags.clone();
    all.extend(tags.clone());
    guards::unfit(&all)?;
    update.push(Edit::of("undo record"), step(on, RoleCall::Tag { tags }));
    update.steps.extend(confirm);
    Ok(update)
}

/// Sets the permissions boundary and the user's tags.
///
/// # Errors
/// The tags exceed IAM's limits.
pub(super) fn govern(
    update: &mut Update,
    on: &Address,
    role: &Role,
    sides: (&Desired, &NewSide),
    boundary: Option<&String>,
) -> Result<()> {
    if role.boundary.as_ref() != boundary {
        let edit = Edit::set(
            "permissions boundary",
            role.boundary.clone(),
            boundary.cloned(),
        );
        let boundary = boundary.cloned();
        update.push(edit, step(on, RoleCall::SetBoundary { boundary }));
    }
    let desired = &sides.0.tags;
    let mut all = role.tags.clone();
    // IAM doesn't distinguish keys by case.
    all.retain(|key, _| {
        !desired
            .keys()
            .any(|other| other.to_lowercase() == key.to_lowercase())
    });
    all.extend(desired.clone());
    guards::unfit(&all)?;
    tags::update(
        update,
        sides,
        &role.tags,
        |tags| step(on, RoleCall::Tag { tags }),
        |keys| step(on, RoleCall::Untag { keys }),
    );
    Ok(())
}

/// Reports a conflict if the role with the undo record was deleted or recreated. Returns whether
/// there is nothing else to do, because the role isn't managed by the deployment.
pub(super) fn report_lost(
    plan: &mut Plan,
    names: &Names,
    (address, role): (&Address, Option<&Role>),
    new: Option<&NewSide>,
    record: LostRecord,
) -> bool {
    let managed = role.filter(|role| names.own(&role.tags));
    let is_lost = |new: &NewSide| match managed {
        Some(role) => record_is_lost(names, Some(role), new.function.as_ref()),
        None => is_deployed(names, new),
    };
    if !new.is_some_and(is_lost) {
        return false;
    }
    let how = match (role, managed) {
        (None, _) => Lost::Gone,
        (Some(_), None) => Lost::NotManaged,
        (Some(_), Some(_)) => Lost::Recreated,
    };
    let reason = Reason::RecordLost { how, record };
    plan.add(Action::Conflict, address.clone(), reason, Vec::new());
    managed.is_none()
}

/// Deletes a role and all its policies. cogmig added the policy `own`. Then runs `recheck`, because
/// a setup that runs at the same time may have made changes in the meantime.
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
    let is_managed = names.own(&role.tags);
    owned::delete(plan, names, (address, is_managed), others, steps);
}
