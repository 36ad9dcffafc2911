//! The dedicated app client of the old pool: setup creates it, and teardown deletes it. App clients
//! can't have tags, so the undo record on the role shows that it's managed by the deployment.

use rules::env;

use super::change::{Action, Edit, Plan, Reason};
use super::guards;
use super::role::step as on_role;
use super::step::{Compensation, Expected, Step};
use crate::cognito::client;
use crate::desired::{Desired, ID_TO_COME, OldClient};
use crate::identity::Side::Old;
use crate::names::Names;
use crate::observed::{NewSide, OldSide};
use crate::problem::Result;
use crate::record::{self, Tags};
use crate::resource::{Address, Call, ClientCall, Kind, RoleCall};

fn address(names: &Names) -> Address {
    Address::new(Old, Kind::AppClient, &names.old_client)
}

fn role(names: &Names) -> Address {
    Address::new(Old, Kind::Role, &names.access_role)
}

/// Creates it if it's required and doesn't exist with its original settings.
///
/// # Errors
/// An app client with its name isn't managed by this deployment.
pub(super) fn setup(
    plan: &mut Plan,
    desired: &Desired,
    (old, new): (&OldSide, &NewSide),
) -> Result<()> {
    let OldClient::Dedicated { id } = &desired.old_client else {
        return Ok(());
    };
    let names = &desired.names;
    let is_managed = is_recorded(names, old) || is_adopted(desired, id.as_ref(), new);
    if let (Some((id, _)), false) = (old.dedicated.first(), is_managed) {
        return Err(guards::unrecorded_client(&names.old_client, id));
    }
    if let Some(id) = id {
        // An earlier run created it and was killed before it recorded the id.
        if recorded_id(old) != Some(id) {
            let edits = vec![Edit::of("undo record")];
            plan.update(role(names), edits, vec![record_id(names, id)]);
        }
        return Ok(());
    }
    let created = [create(names, old), record_id(names, ID_TO_COME)];
    if own(old).is_empty() {
        let steps = created.into();
        plan.add(
            Action::Create,
            address(names),
            Reason::ChecksPasswords,
            steps,
        );
    } else {
        let steps = [delete(names, old)].into_iter().chain(created).collect();
        plan.update_because(address(names), Reason::ChangedAfterSetup, Vec::new(), steps);
    }
    Ok(())
}

/// Creates it, and deletes it again if its record was deleted in the meantime. Without the record,
/// teardown would never delete it.
fn create(names: &Names, old: &OldSide) -> Step {
    let pool = old.pool.id.clone();
    let call = Call::Client(ClientCall::Create { pool });
    Step::new(address(names), call).rechecked(
        Expected::Tag {
            role: names.access_role.clone(),
            key: record::DEDICATED_CLIENT.to_owned(),
        },
        Compensation::DeleteClient,
    )
}

fn record_id(names: &Names, id: &str) -> Step {
    let tags = Tags::from([(record::DEDICATED_CLIENT_ID.into(), id.to_owned())]);
    on_role(&role(names), RoleCall::Tag { tags })
}

/// Whether `--adopt` is set and the function uses it. The access role was recognized before.
fn is_adopted(desired: &Desired, id: Option<&String>, new: &NewSide) -> bool {
    let function = new.function.as_ref();
    let in_use = function.and_then(|function| {
        let environment = &function.configuration.environment;
        environment.get(env::OLD_CLIENT_ID)
    });
    desired.adopt && id.is_some() && id == in_use
}

/// Deletes it if the deployment uses another app client.
pub(super) fn drop(plan: &mut Plan, desired: &Desired, old: &OldSide) {
    let is_required = matches!(desired.old_client, OldClient::Dedicated { .. });
    let names = &desired.names;
    if is_required || !is_recorded(names, old) {
        return;
    }
    let mut steps = vec![delete(names, old)];
    for key in [record::DEDICATED_CLIENT_ID, record::DEDICATED_CLIENT] {
        let key = key.to_owned();
        steps.push(on_role(&role(names), RoleCall::Untag { keys: vec![key] }));
    }
    let reason = Reason::NoLongerUsed;
    plan.add(Action::Delete, address(names), reason, steps);
}

/// Deletes it, and reports other app clients with its name.
pub(super) fn teardown(plan: &mut Plan, names: &Names, old: &OldSide) {
    if !is_recorded(names, old) {
        return;
    }
    let own = own(old);
    for id in &own {
        let on = Address::new(Old, Kind::AppClient, *id);
        let name = names.old_client.clone();
        let steps = vec![delete(names, old)];
        plan.add(Action::Delete, on, Reason::Named { name }, steps);
    }
    for (id, _) in old
        .dedicated
        .iter()
        .filter(|(id, _)| !own.contains(&id.as_str()))
    {
        let summary = format!(
            "app client {id} has the name {} too, but isn't managed by this deployment, so it isn't deleted",
            names.old_client
        );
        plan.note("app-client-not-managed", summary);
    }
}

/// Checks again after the record is deleted. A setup that runs at the same time may create another
/// one until then, but creates none without the record.
pub(super) fn recheck(names: &Names, old: &OldSide) -> Option<Step> {
    let required = is_recorded(names, old) && old.pool.described.is_some();
    required.then(|| delete(names, old))
}

fn is_recorded(names: &Names, old: &OldSide) -> bool {
    let role = old.role.as_ref();
    role.is_some_and(|role| names.made_client(&role.tags))
}

fn recorded_id(old: &OldSide) -> Option<&String> {
    old.role.as_ref()?.tags.get(record::DEDICATED_CLIENT_ID)
}

/// The ids of the app clients with its name that setup created: the recorded one, and others with
/// the original settings.
fn own(old: &OldSide) -> Vec<&str> {
    let recorded = recorded_id(old);
    let clients = old.dedicated.iter();
    let own = clients.filter(|(id, client)| recorded == Some(id) || client::is_dedicated(client));
    own.map(|(id, _)| id.as_str()).collect()
}

fn delete(names: &Names, old: &OldSide) -> Step {
    let call = ClientCall::DeleteCreated {
        pool: old.pool.id.clone(),
        recorded: recorded_id(old).cloned(),
    };
    Step::new(address(names), Call::Client(call))
}
