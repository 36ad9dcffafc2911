//! What is known to be of the deployment, and is deleted with it.

use super::change::{Action, Plan, Reason};
use super::step::{Guard, Step};
use super::trigger;
use crate::identity::Side;
use crate::names::Names;
use crate::observed::{Function, NewSide, Role};
use crate::record;
use crate::resource::{Address, Kind};

/// Whether the role was made after the function, which setup makes after its roles: it
/// is not the one that setup made. IAM tells whole seconds, so that equal ones tell
/// nothing.
pub(super) fn made_again(role: &Role, function: &Function) -> bool {
    matches!((role.created, function.modified), (Some(made), Some(set)) if made > set)
}

/// Whether a role once stood here with an undo record that is there no more: that of
/// a deployment whose function stands.
pub(super) fn record_is_lost(
    names: &Names,
    role: Option<&Role>,
    function: Option<&Function>,
) -> bool {
    let Some(function) = function.filter(|function| names.own(&function.tags)) else {
        return false;
    };
    role.is_none_or(|role| made_again(role, function) && !records_clients(role))
}

/// Whether the undo record of a role names app clients.
pub(super) fn records_clients(role: &Role) -> bool {
    record::client_ids(&role.tags).next().is_some()
}

/// Whether the function of the deployment stands, or is the trigger. Both go before the
/// roles do: a role that is missing then was taken away by somebody else.
pub(super) fn is_deployed(names: &Names, new: &NewSide) -> bool {
    let function = new.function.as_ref();
    function.is_some_and(|function| names.own(&function.tags)) || trigger::is_ours(names, new)
}

/// Whether it is known which pool the new side serves; otherwise nothing is taken away there, and
/// said why.
pub(super) fn pool_is_known(plan: &mut Plan, names: &Names, new: &NewSide) -> bool {
    if !new.pool.id.is_empty() {
        return true;
    }
    let role = new.role.as_ref().filter(|role| names.own(&role.tags));
    let left = if is_deployed(names, new) {
        Address::new(Side::New, Kind::Function, &names.function)
    } else if role.is_some_and(records_clients) {
        Address::new(Side::New, Kind::Role, &names.lambda_role)
    } else {
        return true;
    };
    plan.add(Action::Conflict, left, Reason::PoolUnknown, Vec::new());
    false
}

/// Deletes what bears our tag, with what `others` gave it, and leaves what does not.
pub(super) fn delete(
    plan: &mut Plan,
    names: &Names,
    (address, is_ours): (Address, bool),
    others: Vec<String>,
    mut steps: Vec<Step>,
) {
    if !is_ours {
        plan.add(Action::Conflict, address, Reason::NotManaged, Vec::new());
        return;
    }
    if let Some(first) = steps.first_mut() {
        first.guard = Some(Guard::Managed {
            address: address.clone(),
            deployment: names.deployment.clone(),
        });
    }
    let reason = (!others.is_empty()).then_some(Reason::WithOthers { others });
    plan.add(Action::Delete, address, reason, steps);
}
