//! The app client of the old pool that is made for a deployment, there and back. It can bear
//! no tag: the role's record tells that those of its name are ours.

use rules::env;

use super::{Action, Plan, Step};
use crate::cognito::client as user_pool_client;
use crate::desired::{Desired, OldClient};
use crate::identity::Side::Old;
use crate::names::Names;
use crate::observed::{NewSide, OldSide};
use crate::problem::{Problem, Result};
use crate::record;
use crate::resource::Tags;

/// Makes it where it is wanted and does not stand as it was made.
pub(super) fn make(
    plan: &mut Plan,
    desired: &Desired,
    (old, new): (&OldSide, &NewSide),
) -> Result<()> {
    let OldClient::Dedicated { id } = &desired.old_client else {
        return Ok(());
    };
    let name = &desired.names.old_client;
    let is_ours = is_recorded(&desired.names, old) || is_adopted(desired, id.as_ref(), new);
    if let (Some((id, _)), false) = (old.dedicated.first(), is_ours) {
        return Err(Problem::error("client-not-managed", format!("the old user pool has an app client {name} already, {id}, and no record tells that it is of this deployment")).fix("--suffix for another name, or delete it if nothing uses it"));
    }
    let (pool, role) = (&desired.old.pool.id, &desired.names.access_role);
    if let Some(id) = id {
        // A run that was killed has made it, and not come to write its id down.
        if recorded_id(old) != Some(id) {
            let tags = Tags::from([(record::DEDICATED_CLIENT_ID.into(), id.clone())]);
            let tag = Step::TagRole {
                role: role.clone(),
                tags,
            };
            plan.add(
                Old,
                Action::Update,
                ("role", role),
                "undo record",
                vec![tag],
            );
        }
        return Ok(());
    }
    let create = Step::CreateClient {
        pool: pool.clone(),
        name: name.clone(),
        role: role.clone(),
    };
    let (action, why, steps) = if own(old).is_empty() {
        let why = "no secret, one flow, the shortest token lives: checks passwords alone";
        (Action::Create, why, vec![create])
    } else {
        let why = "made again: it was changed since";
        (Action::Update, why, vec![delete(pool, name, old), create])
    };
    plan.add(Old, action, ("app client", name), why, steps);
    Ok(())
}

/// Whether it is the one that the function of a deployment uses whose tags are written again: by
/// then the access role has been recognized.
fn is_adopted(desired: &Desired, id: Option<&String>, new: &NewSide) -> bool {
    let function = new.function.as_ref();
    let in_use = function.and_then(|function| {
        let environment = &function.configuration.environment;
        environment.get(env::OLD_CLIENT_ID)
    });
    desired.adopt && id.is_some() && id == in_use
}

/// Deletes it where another one takes its part.
pub(super) fn put_back(plan: &mut Plan, desired: &Desired, old: &OldSide) {
    let wanted = matches!(desired.old_client, OldClient::Dedicated { .. });
    if wanted || !is_recorded(&desired.names, old) {
        return;
    }
    let (name, role) = (&desired.names.old_client, &desired.names.access_role);
    let mut steps = vec![delete(&desired.old.pool.id, name, old)];
    for key in [record::DEDICATED_CLIENT_ID, record::DEDICATED_CLIENT] {
        steps.push(Step::UntagRole {
            role: role.clone(),
            key: key.into(),
        });
    }
    plan.add(
        Old,
        Action::Delete,
        ("app client", name),
        "takes part no longer",
        steps,
    );
}

/// Deletes it, and leaves what has its name and is somebody else's.
pub(super) fn restore(plan: &mut Plan, names: &Names, old: &OldSide) {
    if !is_recorded(names, old) {
        return;
    }
    let own = own(old);
    for id in &own {
        let steps = vec![delete(&old.pool.id, &names.old_client, old)];
        let why = names.old_client.as_str();
        plan.add(Old, Action::Delete, ("app client", id), why, steps);
    }
    for (id, _) in old
        .dedicated
        .iter()
        .filter(|(id, _)| !own.contains(&id.as_str()))
    {
        plan.notes.push(format!(
            "the app client {id} is called {} too, and is not as it was made here: it stays",
            names.old_client
        ));
    }
}

/// A setup that is still under way may make one more: looked for once more when the record
/// is gone, without which it makes none.
pub(super) fn last_look(names: &Names, old: &OldSide) -> Option<Step> {
    let looks = is_recorded(names, old) && old.pool.described.is_some();
    looks.then(|| delete(&old.pool.id, &names.old_client, old))
}

fn is_recorded(names: &Names, old: &OldSide) -> bool {
    let role = old.role.as_ref();
    role.is_some_and(|role| names.made_client(&role.tags))
}

fn recorded_id(old: &OldSide) -> Option<&String> {
    old.role.as_ref()?.tags.get(record::DEDICATED_CLIENT_ID)
}

/// The ids of those of the name that were made here, whatever became of the one on record.
fn own(old: &OldSide) -> Vec<&str> {
    let recorded = recorded_id(old);
    let clients = old.dedicated.iter();
    let own = clients
        .filter(|(id, client)| recorded == Some(id) || user_pool_client::is_dedicated(client));
    own.map(|(id, _)| id.as_str()).collect()
}

fn delete(pool: &str, name: &str, old: &OldSide) -> Step {
    Step::DeleteClients {
        pool: pool.to_owned(),
        name: name.to_owned(),
        recorded: recorded_id(old).cloned(),
    }
}
