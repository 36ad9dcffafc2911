//! The execution role of the function.

use super::change::{Action, Edit, LostRecord, Plan, Reason};
use super::guards::{self, Recognized};
use super::owned::record_is_lost;
use super::role::{self, step};
use super::{app_client, notes, trigger};
use crate::desired::Desired;
use crate::iam::documents::same;
use crate::identity::Side;
use crate::names::Names;
use crate::observed::{NewSide, Role};
use crate::problem::Result;
use crate::record;
use crate::resource::{Address, Kind, RoleCall};

fn address(names: &Names) -> Address {
    Address::new(Side::New, Kind::Role, &names.lambda_role)
}

/// Creates or updates it, with the undo record of the new side.
///
/// # Errors
/// It isn't managed by this deployment, the tags for the undo record exceed IAM's limits, or
/// another trigger is attached.
pub(super) fn setup(
    plan: &mut Plan,
    desired: &Desired,
    new: &NewSide,
    recognized: &Recognized,
) -> Result<()> {
    let on = address(&desired.names);
    let mut tags = desired.new_tags.clone();
    let lost = role::is_untagged(desired, new.role.as_ref())
        || record_is_lost(&desired.names, new.role.as_ref(), new.function.as_ref());
    let clients = app_client::Side::new(desired, new);
    clients.record(&mut tags, lost);
    let confirm = clients.confirm();
    let recorded = |role: &Role| role.tags.contains_key(record::TRIGGER_BEFORE);
    if lost && new.is_attached(&desired.names) && !new.role.as_ref().is_some_and(recorded) {
        tags.insert(record::TRIGGER_BEFORE.into(), record::UNKNOWN.into());
    }
    notes::lost(plan, &on.name, &tags);
    if let Some(other) = trigger::other(desired, new) {
        guards::replaces_trigger(desired, other)?;
        tags.insert(record::TRIGGER_BEFORE.into(), record::arn_to_tag(other));
    }
    let policy_arn = desired.names.lambda_policy_arn(&desired.new.identity);
    let attach = || {
        let policy_arn = policy_arn.clone();
        step(&on, RoleCall::Attach { policy_arn })
    };
    let Some(role) = &new.role else {
        let tags = desired.with_tags_and_keys(&tags);
        guards::unfit(&tags)?;
        let create = RoleCall::Create {
            path: desired.names.role_path.clone(),
            boundary: desired.new_boundary.clone(),
            description: format!(
                "Execution role of the migration function of user pool {}",
                desired.new.pool.id
            ),
            trust: desired.lambda_trust.clone(),
            tags,
        };
        let policy = desired.names.lambda_policy.clone();
        let mut steps = vec![step(&on, create), attach()];
        steps.extend(confirm);
        plan.add(Action::Create, on, Reason::RunsFunction { policy }, steps);
        return Ok(());
    };
    guards::managed(&on, &role.tags, desired, recognized)?;
    guards::same_migration(&on.name, &role.tags, &desired.new_tags)?;
    guards::same_path(&on.name, &role.path, desired)?;
    let mut update = role::record(&on, role, &tags, confirm)?;
    role::govern(
        &mut update,
        &on,
        role,
        (desired, new),
        desired.new_boundary.as_ref(),
    )?;
    // The recorded trigger was detached by its owner before it could be replaced.
    if trigger::attached(new).is_none() && recorded(role) {
        let key = record::TRIGGER_BEFORE.to_owned();
        let edit = Edit::remove("undo record", &key);
        update.push(edit, step(&on, RoleCall::Untag { keys: vec![key] }));
    }
    if !same(&role.trust, &desired.lambda_trust) {
        let trust = desired.lambda_trust.clone();
        update.push(
            Edit::of("trust policy"),
            step(&on, RoleCall::SetTrust { trust }),
        );
    }
    if !role.attached.contains(&policy_arn) {
        let edit = Edit::add("attached policies", &desired.names.lambda_policy);
        update.push(edit, attach());
    }
    plan.update(on, update.edits, update.steps);
    Ok(())
}

/// Deletes it, and reports a lost undo record.
pub(super) fn teardown(plan: &mut Plan, names: &Names, new: &NewSide) {
    let on = address(names);
    let (role, record) = (new.role.as_ref(), LostRecord::NewFlowsAndTrigger);
    if role::report_lost(plan, names, (&on, role), Some(new), record) {
        return;
    }
    let Some(role) = role else { return };
    let mut recheck = app_client::Record::new(names, new).recheck();
    recheck.extend(trigger::recheck(names, new, Some(role)));
    let policy_arn = names.lambda_policy_arn(&new.identity);
    role::delete(plan, names, (on, role), &policy_arn, recheck);
}
