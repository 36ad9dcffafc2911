//! Recognizes the resources that the deployment manages, and deletes them.

use super::change::{Action, Plan, Reason};
use super::step::{Guard, Step};
use crate::identity::Side;
use crate::names::Names;
use crate::observed::{Function, NewSide, Role};
use crate::record;
use crate::resource::{Address, Kind};

/// Whether the role was recreated, but not by setup: setup creates the function after the roles,
/// and this role is younger. IAM's timestamps are in whole seconds, so equal timestamps aren't
/// evidence.
pub(super) fn is_recreated(role: &Role, function: &Function) -> bool {
    matches!((role.created, function.modified), (Some(created), Some(modified)) if created > modified)
}

/// Whether an undo record is lost: the function of the deployment exists, but its role doesn't, or
/// was recreated.
pub(super) fn record_is_lost(
    names: &Names,
    role: Option<&Role>,
    function: Option<&Function>,
) -> bool {
    let Some(function) = function.filter(|function| names.own(&function.tags)) else {
        return false;
    };
    role.is_none_or(|role| is_recreated(role, function) && !records_clients(role))
}

/// Whether the undo record of a role includes app clients.
pub(super) fn records_clients(role: &Role) -> bool {
    record::client_ids(&role.tags).next().is_some()
}

/// Whether the function of the deployment exists or is the trigger. Teardown removes both before
/// the roles. If a role is missing while one of them remains, it wasn't deleted by teardown.
pub(super) fn is_deployed(names: &Names, new: &NewSide) -> bool {
    let function = new.function.as_ref();
    function.is_some_and(|function| names.own(&function.tags)) || new.is_attached(names)
}

/// Whether the new user pool of the deployment is known. If it isn't, teardown changes nothing in
/// the new account and reports a conflict.
pub(super) fn pool_is_known(plan: &mut Plan, names: &Names, new: &NewSide) -> bool {
    if !new.pool.id.is_empty() {
        return true;
    }
    let role = new.role.as_ref().filter(|role| names.own(&role.tags));
    let conflict = if is_deployed(names, new) {
        Address::new(Side::New, Kind::Function, &names.function)
    } else if role.is_some_and(records_clients) {
        Address::new(Side::New, Kind::Role, &names.lambda_role)
    } else {
        return true;
    };
    plan.add(Action::Conflict, conflict, Reason::PoolUnknown, Vec::new());
    false
}

/// Deletes a managed resource, including `others`, which cogmig didn't add to it. A resource that
/// isn't managed is a conflict.
pub(super) fn delete(
    plan: &mut Plan,
    names: &Names,
    (address, is_managed): (Address, bool),
    others: Vec<String>,
    mut steps: Vec<Step>,
) {
    if !is_managed {
        plan.add(Action::Conflict, address, Reason::NotManaged, Vec::new());
        return;
    }
    if let Some(first) = steps.first_mut() {
        first.guard = Some(Guard::Managed {
            address: address.clone(),
            deployment: names.deployment.clone(),
        });
    }
    let reason = (!others.is_empty()).then_some(Reason::IncludesOthers { others });
    plan.add(Action::Delete, address, reason, steps);
}
