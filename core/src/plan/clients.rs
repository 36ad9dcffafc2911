//! The flows of app clients, there and back.

use super::{Action, Plan, Step};
use crate::cognito::client as user_pool_client;
use crate::cognito::flows::{ADMIN_PASSWORD, Added, Flow, Removal, USER_PASSWORD};
use crate::cognito::lossless::Object;
use crate::desired::Target;
use crate::identity::Side;
use crate::observed::{Pool, Role};
use crate::record;
use crate::resource::{Named, Tags};

/// Flows that are still to be added.
pub(super) fn add(plan: &mut Plan, target: &Target, pool: &Pool, flow: Flow, role: &str) {
    for Named { id, .. } in &target.clients {
        if let Some(added) = pool.client(id).and_then(|client| to_add(client, flow)) {
            let add = Step::AddFlow {
                pool: pool.id.clone(),
                client: id.clone(),
                flow,
                role: role.to_owned(),
            };
            let why = format!("ExplicitAuthFlows + {}", added.flow);
            let side = target.identity.side;
            plan.add(side, Action::Update, ("app client", id), why, vec![add]);
        }
    }
}

/// Flows of app clients that take part no longer.
pub(super) fn put_back(
    plan: &mut Plan,
    target: &Target,
    pool: &Pool,
    role: Option<&Role>,
    role_name: &str,
) {
    let recorded = role.map(|role| record::clients(&role.tags));
    for (id, added) in recorded.unwrap_or_default() {
        if target.clients.iter().any(|client| client.id == id) {
            continue;
        }
        let side = target.identity.side;
        let what = ("app client", id.as_str());
        let client = pool.client(&id).filter(|_| !pool.shared.contains_key(&id));
        let removal = client.map_or(Removal::Nothing, |client| {
            user_pool_client::without_flow(client, &added)
        });
        if removal == Removal::WouldOpenDefaults {
            plan.add(side, Action::Leave, what, added.is_last(), Vec::new());
            continue;
        }
        let mut steps = Vec::new();
        let mut why = "takes part no longer".to_owned();
        if removal != Removal::Nothing {
            why = format!("{why}: ExplicitAuthFlows - {}", added.flow);
            steps.push(Step::RemoveFlow {
                pool: pool.id.clone(),
                client: id.clone(),
                added,
                role: role_name.to_owned(),
            });
        }
        steps.push(Step::UntagRole {
            role: role_name.to_owned(),
            key: record::client_key(&id),
        });
        plan.add(side, Action::Update, what, why, steps);
    }
}

/// What is added goes on record; so does what another deployment added and this one
/// will use. Where an earlier record was `lost`, what is there may be ours.
pub(super) fn record(tags: &mut Tags, target: &Target, pool: &Pool, flow: Flow, lost: bool) {
    for Named { id, .. } in &target.clients {
        let added = pool.client(id).and_then(|client| to_add(client, flow));
        if let Some(added) = added.as_ref().or_else(|| pool.shared.get(id)) {
            tags.insert(record::client_key(id), added.to_tag());
        } else if lost {
            tags.insert(record::client_key(id), record::UNKNOWN.into());
        }
    }
}

/// Whether it is known that no app client of these has the flow.
pub(super) fn none_has(pool: &Pool, flow: Flow) -> bool {
    let has = |client: &Object| to_add(client, flow).is_none();
    let lacks = |described: &Option<Object>| !described.as_ref().is_some_and(has);
    pool.described.is_some()
        && !pool.clients.is_empty()
        && pool.clients.iter().all(|(_, described)| lacks(described))
}

fn to_add(client: &Object, flow: Flow) -> Option<Added> {
    user_pool_client::with_flow(client, flow).map(|(_, added)| added)
}

/// The flows that stand already and that another deployment may take away at this very
/// moment: looked at once more when they are on record here too, which keeps it from that.
pub(super) fn confirm(target: &Target, pool: &Pool, flow: Flow, role: &str) -> Vec<Step> {
    let clients = target.clients.iter();
    let shared = clients.filter(|client| pool.shared.contains_key(&client.id));
    let step = |client: &Named| Step::AddFlow {
        pool: pool.id.clone(),
        client: client.id.clone(),
        flow,
        role: role.to_owned(),
    };
    shared.map(step).collect()
}

/// A setup that is still under way may add a flow after it was looked for: the last
/// look comes when the record is gone, which keeps that setup from adding more. Another
/// deployment may have gone meanwhile too, and have left a shared flow to this one.
pub(super) fn last_look(pool: &Pool, role: &Role, role_name: &str) -> Vec<Step> {
    let recorded = record::clients(&role.tags).into_iter();
    recorded
        .filter(|(id, _)| pool.client(id).is_some())
        .map(|(client, added)| Step::RemoveFlow {
            pool: pool.id.clone(),
            client,
            added,
            role: role_name.to_owned(),
        })
        .collect()
}

/// Takes away each flow that the record says was added, and that is still there.
pub(super) fn restore(
    plan: &mut Plan,
    (side, role_name): (Side, &str),
    pool: &Pool,
    role: Option<&Role>,
) {
    let recorded = role
        .map(|role| record::clients(&role.tags))
        .unwrap_or_default();
    let flow = match side {
        Side::Old => ADMIN_PASSWORD,
        Side::New => USER_PASSWORD,
    };
    let unreadable = role.map(|role| record::unreadable(&role.tags));
    for id in unreadable.unwrap_or_default() {
        let has = |client| to_add(client, flow).is_none();
        if pool.client(&id).is_some_and(has) && !pool.shared.contains_key(&id) {
            let why = format!(
                "allows {}, and no record tells whether it did before: look at its ExplicitAuthFlows",
                flow.modern
            );
            plan.add(side, Action::Leave, ("app client", &id), why, Vec::new());
        }
    }
    for (id, added) in recorded {
        let Some(client) = pool.client(&id) else {
            plan.notes.push(format!(
                "the app client {id} is gone: nothing to put back there"
            ));
            continue;
        };
        if pool.shared.contains_key(&id) {
            plan.notes.push(format!(
                "the app client {id} keeps {}, which another deployment uses",
                added.flow
            ));
            continue;
        }
        let what = ("app client", id.as_str());
        match user_pool_client::without_flow(client, &added) {
            Removal::Nothing => {}
            Removal::To(rest) => {
                let why = if rest.is_empty() {
                    "ExplicitAuthFlows: none, as before".to_owned()
                } else {
                    format!("ExplicitAuthFlows - {}", added.flow)
                };
                let remove = Step::RemoveFlow {
                    pool: pool.id.clone(),
                    client: id.clone(),
                    added,
                    role: role_name.to_owned(),
                };
                plan.add(side, Action::Update, what, why, vec![remove]);
            }
            Removal::WouldOpenDefaults => {
                plan.add(side, Action::Leave, what, added.is_last(), Vec::new());
            }
        }
    }
}
