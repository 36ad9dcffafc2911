//! The new pool's UserMigration trigger, there and back.

use super::{Action, Plan, Step};
use crate::account::Side::New;
use crate::desired::Desired;
use crate::names::Names;
use crate::observe::NewSide;
use crate::resources::role::Role;
use crate::resources::user_pool;
use crate::undo;

/// Makes the function the trigger.
pub(super) fn attach(plan: &mut Plan, desired: &Desired, new: &NewSide) {
    let arn = desired.names.function_arn(&desired.new.identity);
    let stands = new.pool.described.as_ref().and_then(user_pool::trigger);
    if stands == Some(&arn) {
        return;
    }
    let why = match stands {
        Some(other) => format!(
            "LambdaConfig.UserMigration {other} → {}",
            desired.names.function
        ),
        None => format!("LambdaConfig.UserMigration = {}", desired.names.function),
    };
    let set = Step::SetTrigger {
        pool: desired.new.pool.id.clone(),
        arn: Some(arn),
    };
    plan.add(
        New,
        Action::Update,
        ("user pool", &desired.new.pool.id),
        why,
        vec![set],
    );
}

/// The trigger that stands and is not ours.
pub(super) fn other<'a>(desired: &Desired, new: &'a NewSide) -> Option<&'a str> {
    let stands = user_pool::trigger(new.pool.described.as_ref()?)?;
    let ours = desired.names.is_function(&desired.new.identity, stands);
    (!ours).then_some(stands)
}

/// Puts back the trigger that was there before ours, if any.
pub(super) fn restore(plan: &mut Plan, names: &Names, new: &NewSide, role: Option<&Role>) {
    let Some(pool) = &new.pool.described else {
        if !new.pool.id.is_empty() {
            plan.notes.push(format!(
                "the user pool {} is gone: nothing to put back there",
                new.pool.id
            ));
        }
        return;
    };
    let before = role
        .and_then(|role| role.tags.get(undo::TRIGGER_BEFORE))
        .map(|value| undo::arn_from_tag(value));
    let stands = user_pool::trigger(pool);
    let what = ("user pool", new.pool.id.as_str());
    if stands == before.as_deref() {
        return;
    }
    if !stands.is_some_and(|arn| names.is_function(&new.identity, arn)) {
        let why = format!(
            "LambdaConfig.UserMigration is {}, set by somebody else",
            stands.unwrap_or("none")
        );
        plan.add(New, Action::Leave, what, why, Vec::new());
        return;
    }
    let why = match &before {
        Some(before) => format!("LambdaConfig.UserMigration {} → {before}", names.function),
        None => format!("LambdaConfig.UserMigration {} → none", names.function),
    };
    let set = Step::SetTrigger {
        pool: new.pool.id.clone(),
        arn: before,
    };
    plan.add(New, Action::Update, what, why, vec![set]);
}
