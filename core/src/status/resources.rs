//! The resources of a deployment, each with its state by the plan.

use crate::desired::Desired;
use crate::plan::{Action, Change, Edit, Plan, Reason, all};
use crate::resource::Address;

/// A resource and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The resource.
    pub address: Address,
    /// Whether setup creates it and teardown deletes it. Other resources are only changed.
    pub is_created: bool,
    /// Its state.
    pub state: State,
    /// The drifted settings.
    pub edits: Vec<Edit>,
    /// The reasons.
    pub reasons: Vec<Reason>,
}

/// The state of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It matches the configuration.
    InSync,
    /// It exists, but differs from the configuration.
    Drifted,
    /// It doesn't exist.
    Missing,
    /// It differs from the configuration and setup can't change it: manual action is required.
    ManualAction,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::InSync,
        Self::Drifted,
        Self::Missing,
        Self::ManualAction,
    ];

    fn of(action: Action) -> Self {
        match action {
            Action::Create => Self::Missing,
            Action::Update | Action::Delete => Self::Drifted,
            Action::Conflict => Self::ManualAction,
        }
    }

    /// The symbol of its line in the output.
    #[must_use]
    pub fn glyph(self) -> char {
        match self {
            Self::InSync => '=',
            Self::Drifted => '~',
            Self::Missing => '+',
            Self::ManualAction => '!',
        }
    }

    /// The value of `state` in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InSync => "in_sync",
            Self::Drifted => "drifted",
            Self::Missing => "missing",
            Self::ManualAction => "manual_action",
        }
    }
}

/// All resources of the deployment in the order in which setup creates them, followed by other
/// resources that the plan would change.
#[must_use]
pub fn resources(desired: &Desired, plan: &Plan) -> Vec<Resource> {
    let all = all(desired).into_iter();
    let mut resources: Vec<_> = all
        .map(|(address, is_created)| Resource::new(address, is_created, State::InSync))
        .collect();
    for change in &plan.changes {
        let mut known = resources.iter_mut();
        if let Some(resource) = known.find(|one| one.address == change.address) {
            resource.apply(change);
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
    fn new(address: Address, is_created: bool, state: State) -> Self {
        Self {
            address,
            is_created,
            state,
            edits: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// Updates the state by a change of the plan. A plan can have two changes of one resource.
    fn apply(&mut self, change: &Change) {
        self.state = self.state.max(State::of(change.action));
        // For a missing resource, the edits describe the new one, not drift.
        if change.action != Action::Create {
            self.edits.extend(change.edits.iter().cloned());
            self.reasons.extend(change.reason.clone());
        }
    }
}
