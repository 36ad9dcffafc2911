//! The app client of the old pool that is made for a deployment, there and back. It can bear
//! no tag: the role's record tells that those of its name are ours.

use anyhow::{Result, bail};

use super::{Action, Plan, Step};
use crate::account::Side::Old;
use crate::desired::{Desired, OldClient};
use crate::names::Names;
use crate::observe::OldSide;
use crate::undo;

/// Makes it where it is wanted and does not stand as it was made.
pub(super) fn make(plan: &mut Plan, desired: &Desired, old: &OldSide) -> Result<()> {
    let OldClient::Dedicated { id } = &desired.old_client else {
        return Ok(());
    };
    let name = &desired.names.old_client;
    if let (Some((id, _)), false) = (old.dedicated.first(), is_recorded(&desired.names, old)) {
        bail!(
            "the old user pool has an app client {name} already, {id}, and no record tells that it is of this deployment\n  try  --suffix for another name, or delete it if nobody needs it"
        );
    }
    if id.is_some() {
        return Ok(());
    }
    let (pool, role) = (&desired.old.pool.id, &desired.names.access_role);
    let create = Step::CreateClient {
        pool: pool.clone(),
        name: name.clone(),
        role: role.clone(),
    };
    let (action, why, steps) = if old.dedicated.is_empty() {
        let why = "no secret, one flow, the shortest token lives: checks passwords alone";
        (Action::Create, why, vec![create])
    } else {
        let why = "made again: it was changed since";
        (Action::Update, why, vec![delete(pool, name), create])
    };
    plan.add(Old, action, ("app client", name), why, steps);
    Ok(())
}

/// Deletes it where another one takes its part.
pub(super) fn put_back(plan: &mut Plan, desired: &Desired, old: &OldSide) {
    let wanted = matches!(desired.old_client, OldClient::Dedicated { .. });
    if wanted || !is_recorded(&desired.names, old) {
        return;
    }
    let (name, role) = (&desired.names.old_client, &desired.names.access_role);
    let untag = Step::UntagRole {
        role: role.clone(),
        key: undo::DEDICATED_CLIENT.into(),
    };
    let steps = vec![delete(&desired.old.pool.id, name), untag];
    plan.add(
        Old,
        Action::Delete,
        ("app client", name),
        "takes part no longer",
        steps,
    );
}

/// Deletes it.
pub(super) fn restore(plan: &mut Plan, names: &Names, old: &OldSide) {
    if is_recorded(names, old) && !old.dedicated.is_empty() {
        let steps = vec![delete(&old.pool.id, &names.old_client)];
        plan.add(
            Old,
            Action::Delete,
            ("app client", &names.old_client),
            "",
            steps,
        );
    }
}

/// A setup that is still under way may make one more: looked for once more when the record
/// is gone, without which it makes none.
pub(super) fn last_look(names: &Names, old: &OldSide) -> Option<Step> {
    let looks = is_recorded(names, old) && old.pool.described.is_some();
    looks.then(|| delete(&old.pool.id, &names.old_client))
}

fn is_recorded(names: &Names, old: &OldSide) -> bool {
    let role = old.role.as_ref();
    role.is_some_and(|role| names.made_client(&role.tags))
}

fn delete(pool: &str, name: &str) -> Step {
    Step::DeleteClients {
        pool: pool.to_owned(),
        name: name.to_owned(),
    }
}
