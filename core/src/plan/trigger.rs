//! The new pool's UserMigration trigger, there and back.

use super::change::{Action, Edit, Plan, Reason};
use super::step::{Compensation, Seen, Step};
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

/// Makes the function the trigger, and then sees that it is there: a trigger that nothing answers
/// keeps every user out whom the pool does not know.
pub(super) fn setup(plan: &mut Plan, desired: &Desired, new: &NewSide) {
    let arn = desired.names.function_arn(&desired.new.identity);
    let stands = attached(new);
    if stands == Some(&arn) {
        return;
    }
    let before = stands.map(str::to_owned);
    let edit = Edit::set(PATH, before.clone(), Some(desired.names.function.clone()));
    let name = desired.names.function.clone();
    // An alias of ours is no trigger of before.
    let other = other(desired, new).map(str::to_owned);
    let step = set(new, before, Some(arn)).rechecked(
        Seen::Function { name },
        Compensation::RestoreTrigger { before: other },
    );
    plan.update(address(new), vec![edit], vec![step]);
}

/// The trigger that stands and is not ours.
pub(super) fn other<'a>(desired: &Desired, new: &'a NewSide) -> Option<&'a str> {
    let stands = attached(new)?;
    let ours = desired.names.is_function(&desired.new.identity, stands);
    (!ours).then_some(stands)
}

/// Whether the pool's trigger is the function of the deployment.
pub(super) fn is_ours(names: &Names, new: &NewSide) -> bool {
    attached(new).is_some_and(|arn| names.is_function(&new.identity, arn))
}

/// A setup that is still under way may set the trigger after it was looked for: it is looked for
/// once more when the role is gone, and with it what tells of the one before.
pub(super) fn recheck(names: &Names, new: &NewSide, role: Option<&Role>) -> Option<Step> {
    let before = before(new, role).ok().flatten();
    new.pool.described.as_ref()?;
    let looks = is_ours(names, new) || attached(new) == before.as_deref();
    looks.then(|| set(new, Some(names.function_arn(&new.identity)), before))
}

/// The trigger that was there before ours and is of use; or the record of one that is not:
/// a trigger that nothing answers breaks the sign-in of every unknown user.
fn before(new: &NewSide, role: Option<&Role>) -> Result<Option<String>, String> {
    let recorded = role.and_then(|role| role.tags.get(record::TRIGGER_BEFORE));
    match recorded.map(|value| record::arn_from_tag(value)) {
        Some(arn) if new.before_is_gone || arn == record::UNKNOWN => Err(arn),
        before => Ok(before),
    }
}

/// Puts back the trigger that was there before ours, if any.
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
        let (left, reason) = if new.before_is_gone {
            let function = Address::new(Side::New, Kind::Function, arn);
            (function, Reason::FormerTriggerGone)
        } else {
            (on.clone(), Reason::FormerTriggerUnknown)
        };
        plan.add(Action::Conflict, left, reason, Vec::new());
    }
    let before = before.ok().flatten();
    let stands = attached(new).map(str::to_owned);
    if stands == before {
        return;
    }
    // The role comes before the trigger: without one, ours has never been there.
    if role.is_none() && !is_ours(names, new) {
        return;
    }
    if !is_ours(names, new) {
        let reason = Reason::OtherTrigger { trigger: stands };
        plan.add(Action::Conflict, on, reason, Vec::new());
        return;
    }
    let edit = Edit::set(PATH, Some(names.function.clone()), before.clone());
    plan.update(on, vec![edit], vec![set(new, stands, before)]);
}
