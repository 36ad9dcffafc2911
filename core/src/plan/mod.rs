//! The plan: the difference between the desired and the existing resources, as values. This code
//! doesn't call AWS and doesn't wait. Each resource has a file, for both setup and teardown.

mod access_role;
mod app_client;
mod change;
mod dedicated_client;
mod function;
pub mod guards;
mod lambda_policy;
mod lambda_role;
mod leftovers;
mod log_group;
mod notes;
mod order;
mod owned;
mod permission;
mod role;
pub mod runnable;
mod step;
mod tags;
#[cfg(test)]
mod tests;
mod trigger;

pub use change::{Action, Change, Edit, Lost, LostRecord, Plan, Reason};
pub use leftovers::leftovers;
pub use order::{Wait, wait};
pub use step::{Compensation, Expected, Guard, Recheck, Step};
#[cfg(test)]
pub(crate) use tests::accounts;

use crate::desired::{Desired, OldClient};
use crate::identity::Side::{New, Old};
use crate::names::Names;
use crate::observed::{NewSide, Observed, OldSide};
use crate::problem::Result;
use crate::resource::{Address, Kind};
use guards::Recognized;

/// All resources of a deployment, in the order in which setup creates them, and whether setup
/// creates them and teardown deletes them. The others are only changed.
#[must_use]
pub fn all(desired: &Desired) -> Vec<(Address, bool)> {
    let names = &desired.names;
    let (client, is_created) = match &desired.old_client {
        OldClient::Applications { id, .. } => (id, false),
        OldClient::Dedicated { .. } => (&names.old_client, true),
    };
    let mut all = vec![
        (Old, Kind::Role, &names.access_role, true),
        (Old, Kind::AppClient, client, is_created),
        (New, Kind::LogGroup, &names.log_group, true),
        (New, Kind::Policy, &names.lambda_policy, true),
        (New, Kind::Role, &names.lambda_role, true),
        (New, Kind::Function, &names.function, true),
        (New, Kind::Permission, &names.permission, true),
    ];
    let clients = desired.new.clients.iter();
    all.extend(clients.map(|client| (New, Kind::AppClient, &client.id, false)));
    all.push((New, Kind::UserPool, &desired.new.pool.id, false));
    let all = all.into_iter();
    all.map(|(side, kind, name, created)| (Address::new(side, kind, name), created))
        .collect()
}

/// The changes from the existing to the desired resources, in the order of the calls. The undo
/// record is written before the changes that it records.
///
/// # Errors
/// A resource with an expected name isn't managed by this deployment or is for another migration,
/// another trigger is attached, or the undo record or the environment exceeds the limits of AWS.
pub fn setup(desired: &Desired, old: &OldSide, new: &NewSide) -> Result<Plan> {
    let mut all = Plan::default();
    let plan = &mut all;
    let recognized = &Recognized::of(desired, old, new);
    access_role::setup(plan, desired, (old, new), recognized)?;
    dedicated_client::setup(plan, desired, (old, new))?;
    app_client::add_flows(plan, &app_client::Side::old(desired, old));
    log_group::setup(plan, desired, new, recognized)?;
    lambda_policy::setup(plan, desired, new, recognized)?;
    lambda_role::setup(plan, desired, new, recognized)?;
    function::setup(plan, desired, new, recognized)?;
    permission::setup(plan, desired, new);
    app_client::add_flows(plan, &app_client::Side::new(desired, new));
    trigger::setup(plan, desired, new);
    // These come last, because the function uses them until it's updated.
    access_role::narrow(plan, desired, old);
    app_client::drop_flows(plan, &app_client::Side::old(desired, old));
    dedicated_client::drop(plan, desired, old);
    app_client::drop_flows(plan, &app_client::Side::new(desired, new));
    notes::others(plan, desired, old, new);
    Ok(all)
}

/// The changes that remove a deployment. Settings that still have the value that setup set are
/// restored from the undo record. Settings that already have their previous value need no change.
/// All others are conflicts. The trigger is restored first, and the roles with the undo record are
/// deleted last.
#[must_use]
pub fn teardown(names: &Names, observed: &Observed, keep_logs: bool) -> Plan {
    let mut all = Plan::default();
    let plan = &mut all;
    if let Some(new) = &observed.new
        && owned::pool_is_known(plan, names, new)
    {
        trigger::teardown(plan, names, new);
        app_client::restore(plan, names, &app_client::Record::new(names, new));
        function::teardown(plan, names, new);
        log_group::teardown(plan, names, new, keep_logs);
        lambda_policy::teardown(plan, names, new);
        lambda_role::teardown(plan, names, new);
    }
    if let Some(old) = &observed.old {
        access_role::teardown(plan, names, old, observed.new.as_ref());
        notes::other_side(plan, old, observed.new.as_ref());
    }
    all
}
