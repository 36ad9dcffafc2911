//! What a deployment consists of, each with what the plan has to say of it.

use crate::desired::Desired;
use crate::plan::{Action, Change, Edit, Plan, Reason, all};
use crate::resource::Address;

/// A resource, and whether it is as setup makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Which.
    pub address: Address,
    /// Whether setup makes it, and teardown deletes it; others it changes only.
    pub made: bool,
    /// How it stands.
    pub state: State,
    /// What differs.
    pub edits: Vec<Edit>,
    /// Why.
    pub reasons: Vec<Reason>,
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
    let all = all(desired).into_iter();
    let mut resources: Vec<_> = all
        .map(|(address, made)| Resource::new(address, made, State::Stands))
        .collect();
    for change in &plan.changes {
        let mut known = resources.iter_mut();
        if let Some(resource) = known.find(|one| one.address == change.address) {
            resource.differs_by(change);
            continue;
        }
        let state = State::of(change.action);
        let mut other = Resource::new(change.address.clone(), false, state);
        other.edits.clone_from(&change.edits);
        other.reasons.extend(change.reason.clone());
        resources.push(other);
    }
    resources
}

impl Resource {
    fn new(address: Address, made: bool, state: State) -> Self {
        Self {
            address,
            made,
            state,
            edits: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// A plan can have two changes of one resource.
    fn differs_by(&mut self, change: &Change) {
        self.state = self.state.max(State::of(change.action));
        // Of what is not there, the plan says what it will be.
        if change.action != Action::Create {
            self.edits.extend(change.edits.iter().cloned());
            self.reasons.extend(change.reason.clone());
        }
    }
}
