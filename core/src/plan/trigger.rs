//! The new pool's UserMigration trigger, there and back.

use super::{Action, Confirm, Plan, Step};
use crate::cognito::pool as user_pool;
use crate::desired::Desired;
use crate::identity::Side::New;
use crate::names::Names;
use crate::observed::{NewSide, Role};
use crate::record;

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
    // An alias of ours is no trigger of before.
    let before = other(desired, new).map(str::to_owned);
    let set = Step::SetTrigger {
        pool: desired.new.pool.id.clone(),
        from: stands.map(str::to_owned),
        to: Some(arn),
        confirm: Some(Confirm {
            function: desired.names.function.clone(),
            before,
        }),
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

/// Whether the pool's trigger is the function of the deployment.
pub(super) fn is_ours(names: &Names, new: &NewSide) -> bool {
    let stands = new.pool.described.as_ref().and_then(user_pool::trigger);
    stands.is_some_and(|arn| names.is_function(&new.identity, arn))
}

/// A setup that is still under way may set the trigger after it was looked for: the
/// last look comes when the role is gone, and with it what tells of the one before.
pub(super) fn last_look(names: &Names, new: &NewSide, role: Option<&Role>) -> Option<Step> {
    let before = before(new, role).ok().flatten();
    let stands = user_pool::trigger(new.pool.described.as_ref()?);
    (is_ours(names, new) || stands == before.as_deref()).then(|| Step::SetTrigger {
        pool: new.pool.id.clone(),
        from: Some(names.function_arn(&new.identity)),
        to: before,
        confirm: None,
    })
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
    let before = before(new, role);
    if let Err(arn) = &before {
        let (what, why) = if new.before_is_gone {
            let why = "was the UserMigration trigger before and is gone since: not put back";
            (("function", arn.as_str()), why)
        } else {
            let why = "may have had another UserMigration trigger before: no record tells";
            (("user pool", new.pool.id.as_str()), why)
        };
        plan.add(New, Action::Leave, what, why, Vec::new());
    }
    let before = before.ok().flatten();
    let stands = user_pool::trigger(pool);
    let what = ("user pool", new.pool.id.as_str());
    if stands == before.as_deref() {
        return;
    }
    // The role comes before the trigger: without one, ours has never been there.
    if role.is_none() && !is_ours(names, new) {
        return;
    }
    if !is_ours(names, new) {
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
        from: stands.map(str::to_owned),
        to: before,
        confirm: None,
    };
    plan.add(New, Action::Update, what, why, vec![set]);
}
