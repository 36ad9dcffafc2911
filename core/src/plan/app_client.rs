//! The authentication flows of app clients: setup adds them, and teardown removes them.

use super::change::{Action, Edit, Plan, Reason};
use super::role;
use super::step::{Compensation, Expected, Guard, Step};
use crate::cognito::client;
use crate::cognito::flows::{ADMIN_PASSWORD, Added, Flow, Removal, USER_PASSWORD};
use crate::cognito::lossless::Object;
use crate::desired::{Desired, Target};
use crate::identity;
use crate::names::Names;
use crate::observed::{NewSide, OldSide, Pool, Role};
use crate::record::{self, Tags};
use crate::reference::Listed;
use crate::resource::{Address, Call, ClientCall, Kind, RoleCall};

/// The setting.
const PATH: &str = "ExplicitAuthFlows";

/// The role that records what is added to the app clients of one side.
struct Recorder<'a> {
    side: identity::Side,
    role: &'a str,
    pool: &'a Pool,
}

/// The undo record of one side's app clients.
pub(super) struct Record<'a> {
    recorder: Recorder<'a>,
    role: Option<&'a Role>,
    flow: Flow,
}

/// The app clients of one side that the deployment uses.
pub(super) struct Side<'a> {
    record: Record<'a>,
    target: &'a Target,
}

impl Recorder<'_> {
    fn address(&self, client: &str) -> Address {
        Address::new(self.side, Kind::AppClient, client)
    }

    fn on_role(&self) -> Address {
        Address::new(self.side, Kind::Role, self.role)
    }

    /// Adds a flow, and removes it again if its record was deleted in the meantime. Without the
    /// record, teardown would never remove it.
    fn add(&self, client: &str, flow: Flow) -> Step {
        let pool = self.pool.id.clone();
        let call = Call::Client(ClientCall::AddFlow { pool, flow });
        Step::new(self.address(client), call).rechecked(
            Expected::Tag {
                role: self.role.to_owned(),
                key: record::client_key(client),
            },
            Compensation::RemoveFlow,
        )
    }

    /// Removes a flow, unless another deployment has it on record.
    fn remove(&self, client: &str, added: Added) -> Step {
        let pool = self.pool.id.clone();
        let call = Call::Client(ClientCall::RemoveFlow { pool, added });
        Step::new(self.address(client), call).guarded(Guard::RecordedHereAlone {
            role: self.role.to_owned(),
            key: record::client_key(client),
        })
    }
}

impl<'a> Record<'a> {
    /// Of the old side.
    pub(super) fn old(names: &'a Names, old: &'a OldSide) -> Self {
        Self {
            recorder: Recorder {
                side: identity::Side::Old,
                role: &names.access_role,
                pool: &old.pool,
            },
            role: old.role.as_ref(),
            flow: ADMIN_PASSWORD,
        }
    }

    /// Of the new side.
    pub(super) fn new(names: &'a Names, new: &'a NewSide) -> Self {
        Self {
            recorder: Recorder {
                side: identity::Side::New,
                role: &names.lambda_role,
                pool: &new.pool,
            },
            role: new.role.as_ref(),
            flow: USER_PASSWORD,
        }
    }

    fn clients(&self) -> impl Iterator<Item = (String, Added)> + use<> {
        let recorded = self.role.map(|role| record::clients(&role.tags));
        recorded.unwrap_or_default().into_iter()
    }

    /// Checks again after the record is deleted. A setup that runs at the same time may add a flow
    /// after teardown first checked, but adds none without the record. Another deployment may also
    /// have been torn down in the meantime and left a shared flow to this one.
    pub(super) fn recheck(&self) -> Vec<Step> {
        let recorder = &self.recorder;
        self.clients()
            .filter(|(id, _)| recorder.pool.client(id).is_some())
            .map(|(client, added)| recorder.remove(&client, added))
            .collect()
    }
}

impl<'a> Side<'a> {
    /// Of the old side.
    pub(super) fn old(desired: &'a Desired, old: &'a OldSide) -> Self {
        Self {
            record: Record::old(&desired.names, old),
            target: &desired.old,
        }
    }

    /// Of the new side.
    pub(super) fn new(desired: &'a Desired, new: &'a NewSide) -> Self {
        Self {
            record: Record::new(&desired.names, new),
            target: &desired.new,
        }
    }

    fn pool(&self) -> &'a Pool {
        self.record.recorder.pool
    }

    /// Records flows that setup adds, and flows that another deployment added and this one will
    /// use. If an earlier record was `lost`, existing flows may have been added by cogmig.
    pub(super) fn record(&self, tags: &mut Tags, lost: bool) {
        for Listed { id, .. } in &self.target.clients {
            let client = self.pool().client(id);
            let added = client.and_then(|client| to_add(client, self.record.flow));
            if let Some(added) = added.as_ref().or_else(|| self.pool().shared.get(id)) {
                tags.insert(record::client_key(id), added.to_tag());
            } else if lost {
                tags.insert(record::client_key(id), record::UNKNOWN.into());
            }
        }
    }

    /// Checks shared flows again after they're recorded here. Another deployment may remove them
    /// until then, but not after.
    pub(super) fn confirm(&self) -> Vec<Step> {
        let clients = self.target.clients.iter();
        let shared = clients.filter(|client| self.pool().shared.contains_key(&client.id));
        let (recorder, flow) = (&self.record.recorder, self.record.flow);
        shared
            .map(|client| recorder.add(&client.id, flow))
            .collect()
    }
}

/// Adds missing flows.
pub(super) fn add_flows(plan: &mut Plan, side: &Side<'_>) {
    let (recorder, flow) = (&side.record.recorder, side.record.flow);
    for Listed { id, .. } in &side.target.clients {
        let client = recorder.pool.client(id);
        if let Some(added) = client.and_then(|client| to_add(client, flow)) {
            let edits = vec![Edit::add(PATH, added.flow)];
            plan.update(recorder.address(id), edits, vec![recorder.add(id, flow)]);
        }
    }
}

/// Removes the flows of app clients that the deployment no longer uses.
pub(super) fn drop_flows(plan: &mut Plan, side: &Side<'_>) {
    let recorder = &side.record.recorder;
    let pool = recorder.pool;
    for (id, added) in side.record.clients() {
        if side.target.clients.iter().any(|client| client.id == id) {
            continue;
        }
        let on = recorder.address(&id);
        let client = pool.client(&id).filter(|_| !pool.shared.contains_key(&id));
        let removal = client.map_or(Removal::Nothing, |client| {
            client::without_flow(client, &added)
        });
        if removal == Removal::WouldOpenDefaults {
            plan.add(Action::Conflict, on, Reason::LastFlow { added }, Vec::new());
            continue;
        }
        let (mut edits, mut steps) = (Vec::new(), Vec::new());
        if removal != Removal::Nothing {
            edits.push(Edit::remove(PATH, &added.flow));
            steps.push(recorder.remove(&id, added));
        }
        let key = record::client_key(&id);
        steps.push(role::step(
            &recorder.on_role(),
            RoleCall::Untag { keys: vec![key] },
        ));
        plan.update_because(on, Reason::NoLongerUsed, edits, steps);
    }
}

/// Whether all app clients were read, and none of them has the flow.
pub(super) fn none_has(pool: &Pool, flow: Flow) -> bool {
    let has = |client: &Object| to_add(client, flow).is_none();
    let lacks = |described: &Option<Object>| !described.as_ref().is_some_and(has);
    pool.described.is_some()
        && !pool.clients.is_empty()
        && pool.clients.iter().all(|(_, described)| lacks(described))
}

fn to_add(client: &Object, flow: Flow) -> Option<Added> {
    client::with_flow(client, flow).map(|(_, added)| added)
}

/// Removes each recorded flow that the app client still has.
pub(super) fn restore(plan: &mut Plan, names: &Names, record: &Record<'_>) {
    if !record.role.is_some_and(|role| names.own(&role.tags)) {
        return;
    }
    let (recorder, flow) = (&record.recorder, record.flow);
    let pool = recorder.pool;
    let unreadable = record.role.map(|role| record::unreadable(&role.tags));
    for id in unreadable.unwrap_or_default() {
        let has = |client| to_add(client, flow).is_none();
        if pool.client(&id).is_some_and(has) && !pool.shared.contains_key(&id) {
            let reason = Reason::FlowUnrecorded { flow };
            plan.add(Action::Conflict, recorder.address(&id), reason, Vec::new());
        }
    }
    for (id, added) in record.clients() {
        let Some(client) = pool.client(&id) else {
            let summary = format!("app client {id} no longer exists, so it isn't restored");
            plan.note("app-client-gone", summary);
            continue;
        };
        if pool.shared.contains_key(&id) {
            let summary = format!(
                "app client {id} keeps {}, because another deployment uses it",
                added.flow
            );
            plan.note("flow-shared", summary);
            continue;
        }
        let on = recorder.address(&id);
        match client::without_flow(client, &added) {
            Removal::Nothing => {}
            Removal::To(rest) => {
                let edit = if rest.is_empty() {
                    let before = format!("default flows + {}", added.flow);
                    Edit::set(
                        PATH,
                        Some(before),
                        Some("not set, as before setup (default flows)".into()),
                    )
                } else {
                    Edit::remove(PATH, &added.flow)
                };
                plan.update(on, vec![edit], vec![recorder.remove(&id, added)]);
            }
            Removal::WouldOpenDefaults => {
                plan.add(Action::Conflict, on, Reason::LastFlow { added }, Vec::new());
            }
        }
    }
}
