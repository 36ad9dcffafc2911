//! The role in the old account that the function assumes.

use super::change::{Action, Edit, LostRecord, Plan, Reason};
use super::guards::{self, Recognized};
use super::owned::{record_is_lost, records_clients};
use super::role::{self, step};
use super::step::Step;
use super::{app_client, dedicated_client, notes};
use crate::cognito::flows::ADMIN_PASSWORD;
use crate::desired::{Desired, OldClient};
use crate::iam::documents::same;
use crate::identity::Side;
use crate::names::Names;
use crate::observed::{NewSide, OldSide};
use crate::problem::Result;
use crate::record;
use crate::resource::{Address, Kind, RoleCall};

fn address(names: &Names) -> Address {
    Address::new(Side::Old, Kind::Role, &names.access_role)
}

/// Creates or updates it, with the undo record of the old side.
///
/// # Errors
/// It isn't managed by this deployment, or the tags for the undo record exceed IAM's limits.
pub(super) fn setup(
    plan: &mut Plan,
    desired: &Desired,
    (old, new): (&OldSide, &NewSide),
    recognized: &Recognized,
) -> Result<()> {
    let on = address(&desired.names);
    let mut tags = desired.old_tags.clone();
    if let OldClient::Dedicated { .. } = desired.old_client {
        let client = desired.names.old_client.clone();
        tags.insert(record::DEDICATED_CLIENT.into(), client);
    }
    let lost = role::is_untagged(desired, old.role.as_ref())
        || record_is_lost(&desired.names, old.role.as_ref(), new.function.as_ref());
    let clients = app_client::Side::old(desired, old);
    clients.record(&mut tags, lost);
    let confirm = clients.confirm();
    notes::lost(plan, &on.name, &tags);
    let Some(role) = &old.role else {
        let tags = desired.with_tags_and_keys(&tags);
        guards::unfit(&tags)?;
        let reason = Reason::Trusts {
            role: desired.names.lambda_role.clone(),
            account: desired.new.identity.id.clone(),
        };
        let create = RoleCall::Create {
            path: desired.names.role_path.clone(),
            boundary: desired.old_boundary.clone(),
            description: format!(
                "Allows the migration function of account {} to check passwords in user pool {}",
                desired.new.identity.id, desired.old.pool.id
            ),
            trust: desired.access_trust.clone(),
            tags,
        };
        let mut steps = vec![step(&on, create), put_inline(desired)];
        steps.extend(confirm);
        plan.add(Action::Create, on, reason, steps);
        return Ok(());
    };
    guards::managed(&on, &role.tags, desired, recognized)?;
    guards::same_migration(&on.name, &role.tags, &desired.old_tags)?;
    guards::same_path(&on.name, &role.path, desired)?;
    let mut update = role::record(&on, role, &tags, confirm)?;
    role::govern(
        &mut update,
        &on,
        role,
        (desired, new),
        desired.old_boundary.as_ref(),
    )?;
    if !same(&role.trust, &desired.access_trust) {
        let trust = desired.access_trust.clone();
        let set = step(&on, RoleCall::SetTrust { trust });
        update.push(Edit::secret("trust policy"), set);
    }
    let inline = role.inline.get(&desired.names.access_policy);
    let in_sync = inline.is_some_and(|document| same(document, &desired.access_policy));
    if !in_sync && !narrows(desired, old) {
        update.push(Edit::of("inline policy"), put_inline(desired));
    }
    plan.update(on, update.edits, update.steps);
    Ok(())
}

/// Removes the permission to read a client secret, if the function no longer reads one.
pub(super) fn narrow(plan: &mut Plan, desired: &Desired, old: &OldSide) {
    if narrows(desired, old) {
        let edits = vec![Edit::of("inline policy")];
        let steps = vec![put_inline(desired)];
        plan.update_because(address(&desired.names), Reason::NoSecretRead, edits, steps);
    }
}

/// Whether the permission to read a client secret must be removed. This is a separate, later step,
/// because the function reads the secret until it's updated.
fn narrows(desired: &Desired, old: &OldSide) -> bool {
    let wide = desired.access_policy_with_secret();
    let role = old.role.as_ref();
    let existing = role.and_then(|role| role.inline.get(&desired.names.access_policy));
    existing.is_some_and(|existing| same(existing, &wide)) && !same(&wide, &desired.access_policy)
}

fn put_inline(desired: &Desired) -> Step {
    let put = RoleCall::PutInline {
        policy: desired.names.access_policy.clone(),
        document: desired.access_policy.clone(),
    };
    step(&address(&desired.names), put)
}

/// Restores the settings of the old side that it has on record, and deletes it.
pub(super) fn teardown(plan: &mut Plan, names: &Names, old: &OldSide, new: Option<&NewSide>) {
    let on = address(names);
    // If no app client allows the flow, this side was torn down before, and nothing is left to
    // check.
    let new = new.filter(|_| !app_client::none_has(&old.pool, ADMIN_PASSWORD));
    let role = (&on, old.role.as_ref());
    if role::report_lost(plan, names, role, new, LostRecord::OldFlow) {
        return;
    }
    let Some(role) = &old.role else { return };
    let records = records_clients(role) || names.made_client(&role.tags);
    if names.own(&role.tags) && old.pool.id.is_empty() && records {
        plan.add(Action::Conflict, on, Reason::PoolUnknown, Vec::new());
        return;
    }
    let record = app_client::Record::old(names, old);
    let mut recheck = record.recheck();
    if names.own(&role.tags) {
        app_client::restore(plan, names, &record);
        dedicated_client::teardown(plan, names, old);
    }
    recheck.extend(dedicated_client::recheck(names, old));
    role::delete(plan, names, (on, role), &names.access_policy, recheck);
}
