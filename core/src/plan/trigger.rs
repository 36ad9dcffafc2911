//! The new pool's UserMigration trigger: setup attaches it, and teardown restores the previous one.

use super::change::{Action, Edit, Plan, Reason};
use super::notes;
use super::step::{Compensation, Expected, Guard, Step};
use crate::cognito::pool;
use crate::desired::Desired;
use crate::identity::Side;
use crate::names::Names;
use crate::observed::{NewSide, Role};
use crate::record;
use crate::resource::{Address, Call, Kind, PoolCall};

/// The setting.
const PATH: &str = "LambdaConfig.UserMigration";

fn address(new: &NewSide) -> Address {
    Address::new(Side::New, Kind::UserPool, &new.pool.id)
}

fn set(new: &NewSide, from: Option<String>, to: Option<String>) -> Step {
    Step::new(address(new), Call::Pool(PoolCall::SetTrigger { from, to }))
}

/// The trigger that is attached.
pub(super) fn attached(new: &NewSide) -> Option<&str> {
    new.pool.described.as_ref().and_then(pool::trigger)
}

/// Attaches the function as the trigger, if the connectivity check passes, and then checks that the
/// function exists. If the function of a trigger doesn't exist, users who haven't been migrated
/// can't sign in.
pub(super) fn setup(plan: &mut Plan, desired: &Desired, new: &NewSide) {
    let arn = desired.names.function_arn(&desired.new.identity);
    let current = attached(new);
    if current == Some(&arn) {
        return;
    }
    let before = current.map(str::to_owned);
    let edit = Edit::set(PATH, before.clone(), Some(desired.names.function.clone()));
    let name = desired.names.function.clone();
    // An alias of this deployment's function isn't a previous trigger.
    let other = other(desired, new).map(str::to_owned);
    let attach = set(new, before, Some(arn)).guarded(Guard::Connected);
    let step = attach.rechecked(
        Expected::Function { name },
        Compensation::RestoreTrigger { before: other },
    );
    update(plan, new, edit, step);
}

/// Updates the user pool. All its settings are compared afterwards, if they can be read.
fn update(plan: &mut Plan, new: &NewSide, edit: Edit, step: Step) {
    let lack = (
        "mfa-settings-not-compared",
        "the MFA settings of the new user pool aren't compared after its update",
    );
    notes::unread(
        plan,
        new.pool.extras.mfa.as_ref(),
        lack,
        &new.identity.place(),
    );
    plan.update(address(new), vec![edit], vec![step]);
    notes::key(plan, new);
}

/// The attached trigger, if it isn't this deployment's function.
pub(super) fn other<'a>(desired: &Desired, new: &'a NewSide) -> Option<&'a str> {
    let current = attached(new)?;
    let is_own = desired.names.is_function(&desired.new.identity, current);
    (!is_own).then_some(current)
}

/// Checks the trigger again after the role is deleted, because a setup that runs at the same time
/// may have attached it. The previous trigger was read before, because the role has it on record.
pub(super) fn recheck(names: &Names, new: &NewSide, role: Option<&Role>) -> Option<Step> {
    let before = before(new, role).ok().flatten();
    new.pool.described.as_ref()?;
    let required = new.is_attached(names) || attached(new) == before.as_deref();
    required.then(|| set(new, Some(names.function_arn(&new.identity)), before))
}

/// The previous trigger. `Err` has the record of one that can't be restored: its function no longer
/// exists, or the record was lost. A trigger without a function breaks the sign-in of all users who
/// aren't in the pool.
fn before(new: &NewSide, role: Option<&Role>) -> Result<Option<String>, String> {
    let recorded = role.and_then(|role| role.tags.get(record::TRIGGER_BEFORE));
    match recorded.map(|value| record::arn_from_tag(value)) {
        Some(arn) if new.before_is_gone || arn == record::UNKNOWN => Err(arn),
        before => Ok(before),
    }
}

/// Restores the previous trigger, or detaches the trigger if there was none.
pub(super) fn teardown(plan: &mut Plan, names: &Names, new: &NewSide) {
    let role = new.role.as_ref().filter(|role| names.own(&role.tags));
    let on = address(new);
    if new.pool.described.is_none() {
        if !new.pool.id.is_empty() {
            let id = &new.pool.id;
            let summary = format!("user pool {id} no longer exists, so it isn't restored");
            plan.note("user-pool-gone", summary);
        }
        return;
    }
    let before = before(new, role);
    if let Err(arn) = &before {
        let (conflict, reason) = if new.before_is_gone {
            let function = Address::new(Side::New, Kind::Function, arn);
            (function, Reason::PreviousTriggerGone)
        } else {
            (on.clone(), Reason::PreviousTriggerUnknown)
        };
        plan.add(Action::Conflict, conflict, reason, Vec::new());
    }
    let before = before.ok().flatten();
    let current = attached(new).map(str::to_owned);
    if current == before {
        return;
    }
    // Setup creates the role before it attaches the trigger. Without a role, the trigger was never
    // attached.
    if role.is_none() && !new.is_attached(names) {
        return;
    }
    if !new.is_attached(names) {
        let reason = Reason::OtherTrigger { trigger: current };
        plan.add(Action::Conflict, on, reason, Vec::new());
        return;
    }
    let edit = Edit::set(PATH, Some(names.function.clone()), before.clone());
    update(plan, new, edit, set(new, current, before));
}
