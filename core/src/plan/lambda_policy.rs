//! The managed policy of the function's role.

use super::change::{Action, Edit, Plan, Reason, Update};
use super::guards::{self, Recognized};
use super::role;
use super::{owned, step::Step, tags};
use crate::desired::Desired;
use crate::iam::documents::same;
use crate::identity::Side;
use crate::names::Names;
use crate::observed::NewSide;
use crate::problem::Result;
use crate::record;
use crate::resource::{Address, Call, Kind, PolicyCall, RoleCall};

fn address(names: &Names) -> Address {
    Address::new(Side::New, Kind::Policy, &names.lambda_policy)
}

fn step(on: &Address, call: PolicyCall) -> Step {
    Step::new(on.clone(), Call::Policy(call))
}

/// Creates or updates it.
///
/// # Errors
/// It isn't managed by this deployment.
pub(super) fn setup(
    plan: &mut Plan,
    desired: &Desired,
    new: &NewSide,
    recognized: &Recognized,
) -> Result<()> {
    let on = address(&desired.names);
    let document = desired.lambda_policy.clone();
    let Some(policy) = &new.policy else {
        let reason = Reason::Allows {
            role: desired.names.access_role.clone(),
            account: desired.old.identity.id.clone(),
        };
        let create = PolicyCall::Create {
            description: "Permissions of the user migration function".into(),
            document,
            tags: desired.with_tags(&desired.new_tags),
        };
        let steps = vec![step(&on, create)];
        plan.add(Action::Create, on, reason, steps);
        return Ok(());
    };
    guards::managed(&on, &policy.tags, desired, recognized)?;
    let mut update = Update::default();
    if let Some(tags) = record::missing(&policy.tags, &desired.new_tags) {
        update.push(Edit::of("tags"), step(&on, PolicyCall::Tag { tags }));
    }
    tags::update(
        &mut update,
        (desired, new),
        &policy.tags,
        |tags| step(&on, PolicyCall::Tag { tags }),
        |keys| step(&on, PolicyCall::Untag { keys }),
    );
    if !same(&policy.document, &document) {
        let set = step(&on, PolicyCall::Update { document });
        update.push(Edit::of("document"), set);
    }
    plan.update(on, update.edits, update.steps);
    Ok(())
}

/// Detaches it from the function's role and deletes it, unless it's attached to other entities.
pub(super) fn teardown(plan: &mut Plan, names: &Names, new: &NewSide) {
    let Some(policy) = &new.policy else { return };
    let on = address(names);
    let role = new.role.as_ref().filter(|role| names.own(&role.tags));
    let is_managed = names.own(&policy.tags);
    let attached = policy.attached_to.iter();
    let others = attached.filter(|name| role.is_none() || **name != names.lambda_role);
    let others: Vec<_> = others.cloned().collect();
    if is_managed && !others.is_empty() {
        let reason = Reason::AttachedToOthers { others };
        plan.add(Action::Conflict, on, reason, Vec::new());
        return;
    }
    let policy_arn = names.lambda_policy_arn(&new.identity);
    let mut steps = Vec::new();
    if role.is_some_and(|role| role.attached.contains(&policy_arn)) {
        let from = Address::new(Side::New, Kind::Role, &names.lambda_role);
        steps.push(role::step(&from, RoleCall::Detach { policy_arn }));
    }
    steps.push(step(&on, PolicyCall::Delete));
    owned::delete(plan, names, (on, is_managed), Vec::new(), steps);
}
