//! What a plan changes, as values: words are made of them by the printer.

use super::step::Step;
use crate::cognito::flows::{Added, Flow};
use crate::package::Architecture;
use crate::problem::{Problem, Severity};
use crate::resource::Address;

/// Changes in the order in which they are made.
#[derive(Default)]
pub struct Plan {
    /// The changes.
    pub changes: Vec<Change>,
    /// What users or the accounts will notice, by severity; `info` is for what is left unchanged.
    pub warnings: Vec<Problem>,
}

impl Plan {
    /// Whether nothing is to be changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes
            .iter()
            .all(|change| change.action == Action::Conflict)
    }

    /// How many changes are of this kind.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.changes
            .iter()
            .filter(|change| change.action == action)
            .count()
    }

    pub(super) fn note(&mut self, id: &'static str, summary: String) {
        let note = Problem::new(id, Severity::Info, summary);
        self.warnings.push(note);
    }

    /// The steps of all changes, in their order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.changes.iter().flat_map(|change| &change.steps)
    }

    /// Something is made, deleted or left.
    pub(super) fn add(
        &mut self,
        action: Action,
        address: Address,
        reason: impl Into<Option<Reason>>,
        steps: Vec<Step>,
    ) {
        self.changes.push(Change {
            address,
            action,
            edits: Vec::new(),
            reason: reason.into(),
            steps,
        });
    }

    /// Something is changed, if there is anything to do.
    pub(super) fn update(&mut self, address: Address, edits: Vec<Edit>, steps: Vec<Step>) {
        self.update_because(address, None, edits, steps);
    }

    /// The same, for a reason.
    pub(super) fn update_because(
        &mut self,
        address: Address,
        reason: impl Into<Option<Reason>>,
        edits: Vec<Edit>,
        steps: Vec<Step>,
    ) {
        if !steps.is_empty() {
            self.changes.push(Change {
                address,
                action: Action::Update,
                edits,
                reason: reason.into(),
                steps,
            });
        }
    }
}

/// What happens to one resource.
pub struct Change {
    /// Which.
    pub address: Address,
    /// What happens.
    pub action: Action,
    /// What of it changes.
    pub edits: Vec<Edit>,
    /// Why, or what for.
    pub reason: Option<Reason>,
    /// The calls that bring it about.
    pub steps: Vec<Step>,
}

/// What can happen to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
    /// It has neither the value that setup set nor its previous value, or it is not managed by this
    /// deployment. It is not changed, and manual action is required.
    Conflict,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::Conflict];

    /// One character for a line of the plan.
    #[must_use]
    pub const fn glyph(self) -> char {
        match self {
            Self::Create => '+',
            Self::Update => '~',
            Self::Delete => '-',
            Self::Conflict => '!',
        }
    }

    /// A word for JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Conflict => "conflict",
        }
    }
}

/// A setting that changes. Of one without values only the path is known, or told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Which setting.
    pub path: String,
    /// Its value before; nothing where it is added.
    pub before: Option<String>,
    /// Its value after; nothing where it is removed.
    pub after: Option<String>,
    /// Whether its values are never told.
    pub secret: bool,
}

impl Edit {
    /// A setting of which only the path is told.
    #[must_use]
    pub fn of(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            before: None,
            after: None,
            secret: false,
        }
    }

    /// A setting whose values are never told.
    #[must_use]
    pub fn secret(path: impl Into<String>) -> Self {
        Self {
            secret: true,
            ..Self::of(path)
        }
    }

    /// A value that becomes another.
    #[must_use]
    pub fn set(path: impl Into<String>, before: Option<String>, after: Option<String>) -> Self {
        Self {
            before,
            after,
            ..Self::of(path)
        }
    }

    /// A value that is added.
    #[must_use]
    pub fn add(path: impl Into<String>, value: impl Into<String>) -> Self {
        Self::set(path, None, Some(value.into()))
    }

    /// A value that is removed.
    #[must_use]
    pub fn remove(path: impl Into<String>, value: impl Into<String>) -> Self {
        Self::set(path, Some(value.into()), None)
    }
}

/// What is to be changed of something, and how.
#[derive(Default)]
pub(super) struct Update {
    /// What.
    pub edits: Vec<Edit>,
    /// How.
    pub steps: Vec<Step>,
}

impl Update {
    /// With one more.
    pub(super) fn push(&mut self, edit: Edit, step: Step) {
        self.edits.push(edit);
        self.steps.push(step);
    }
}

/// Why a resource is made, changed, deleted or left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It trusts this role of this account, with an `ExternalId`.
    Trusts {
        /// The role.
        role: String,
        /// The account.
        account: String,
    },
    /// It runs the function, with this policy.
    RunsFunction {
        /// The policy.
        policy: String,
    },
    /// It allows to assume this role of this account, and to write logs.
    Allows {
        /// The role.
        role: String,
        /// The account.
        account: String,
    },
    /// Its events are kept so many days.
    Kept {
        /// Days.
        days: i32,
    },
    /// It is set like this.
    Runs {
        /// The runtime.
        runtime: String,
        /// What its code is built for.
        architecture: Architecture,
        /// MB.
        memory: i32,
        /// Seconds.
        timeout: i32,
    },
    /// It lets Cognito invoke the function for this pool.
    LetsInvoke {
        /// The pool.
        pool: String,
    },
    /// It checks passwords, and can do no more.
    ChecksPasswords,
    /// It was changed by somebody else since it was made.
    WasChanged,
    /// It takes part in the migration no longer.
    TakesPartNoLonger,
    /// The function reads no client secret any more.
    NoSecretRead,
    /// It is the app client of this name.
    Named {
        /// The name.
        name: String,
    },
    /// Others gave it these policies or statements, which go with it.
    WithOthers {
        /// Their names.
        others: Vec<String>,
    },
    /// These others have it attached.
    HeldByOthers {
        /// Their names.
        others: Vec<String>,
    },
    /// It bears no tag of the deployment.
    NotManaged,
    /// It bears no tag that says which pool the deployment serves.
    PoolUnknown,
    /// The role with the record is gone, lost its tag, or was made again.
    RecordLost {
        /// How.
        how: Lost,
        /// What was on record.
        record: LostRecord,
    },
    /// The flow is the only one that is left.
    LastFlow {
        /// What was added.
        added: Added,
    },
    /// It allows the flow, and no record tells whether it did before.
    FlowUnrecorded {
        /// The flow.
        flow: Flow,
    },
    /// It was the trigger before, and is gone since.
    FormerTriggerGone,
    /// It may have had another trigger before: no record tells.
    FormerTriggerUnknown,
    /// Its trigger is this one, which somebody else set.
    OtherTrigger {
        /// The ARN; nothing where there is none.
        trigger: Option<String>,
    },
}

/// How a role with a record was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It is gone.
    Gone,
    /// It bears no tag of the deployment.
    NotManaged,
    /// Somebody else made it again.
    MadeAgain,
}

/// What was on record there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostRecord {
    /// Which app client of the old pool was given the flow.
    OldFlow,
    /// Which app clients of the new pool were given the flow, and which trigger stood before.
    NewFlowsAndTrigger,
}
