//! What a deployment consists of, each with what the plan has to say of it.

use crate::desired::{Desired, OldClient};
use crate::identity::Side;
use crate::identity::Side::{New, Old};
use crate::plan::{Action, Change, Plan};

/// A resource, and whether it is as setup makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// In which account.
    pub side: Side,
    /// AWS's word for such a thing, as in a plan.
    pub kind: &'static str,
    /// Its name, or its id.
    pub name: String,
    /// Whether setup makes it, and teardown deletes it; others it changes only.
    pub made: bool,
    /// How it stands.
    pub state: State,
    /// What differs.
    pub why: String,
}

/// How a resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As setup makes it.
    Stands,
    /// Otherwise.
    Differs,
    /// Not at all.
    Missing,
    /// Otherwise, and no setup will touch it: a person must look.
    LookAt,
}

impl State {
    fn of(action: Action) -> Self {
        match action {
            Action::Create => Self::Missing,
            Action::Update | Action::Delete => Self::Differs,
            Action::Leave => Self::LookAt,
        }
    }

    /// One character for a line.
    #[must_use]
    pub fn glyph(self) -> char {
        match self {
            Self::Stands => '=',
            Self::Differs => '~',
            Self::Missing => '+',
            Self::LookAt => '!',
        }
    }

    /// A word for JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stands => "stands",
            Self::Differs => "differs",
            Self::Missing => "missing",
            Self::LookAt => "look_at",
        }
    }
}

/// Everything that the deployment consists of, in the order in which setup makes it, and then
/// whatever else the plan would change.
#[must_use]
pub fn resources(desired: &Desired, plan: &Plan) -> Vec<Resource> {
    let names = &desired.names;
    let mut all = vec![
        (Old, "role", &names.access_role, true),
        (New, "log group", &names.log_group, true),
        (New, "policy", &names.lambda_policy, true),
        (New, "role", &names.lambda_role, true),
        (New, "function", &names.function, true),
        (New, "permission", &names.permission, true),
    ];
    match &desired.old_client {
        OldClient::Applications { id, .. } => all.insert(1, (Old, "app client", id, false)),
        OldClient::Dedicated { .. } => all.insert(1, (Old, "app client", &names.old_client, true)),
    }
    let clients = desired.new.clients.iter();
    all.extend(clients.map(|client| (New, "app client", &client.id, false)));
    all.push((New, "user pool", &desired.new.pool.id, false));

    let mut resources: Vec<_> = all
        .into_iter()
        .map(|(side, kind, name, made)| Resource {
            side,
            kind,
            name: name.clone(),
            made,
            state: State::Stands,
            why: String::new(),
        })
        .collect();
    for change in &plan.changes {
        let known = resources.iter_mut().find(|one| is_of(change, one));
        match known {
            Some(resource) => resource.differs_by(change),
            None => resources.push(Resource {
                side: change.side,
                kind: change.kind,
                name: change.name.clone(),
                made: false,
                state: State::of(change.action),
                why: change.why.clone(),
            }),
        }
    }
    resources
}

fn is_of(change: &Change, resource: &Resource) -> bool {
    change.side == resource.side && change.kind == resource.kind && change.name == resource.name
}

impl Resource {
    /// A plan can have two changes of one resource.
    fn differs_by(&mut self, change: &Change) {
        self.state = self.state.max(State::of(change.action));
        // Of what is not there, the plan says what it will be.
        if change.action != Action::Create {
            let parts = [self.why.as_str(), &change.why];
            let parts = parts.into_iter().filter(|part| !part.is_empty());
            self.why = parts.collect::<Vec<_>>().join(", ");
        }
    }
}
