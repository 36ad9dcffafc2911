//! The changes of a plan, as values. The printer turns them into text.

use super::step::{Guard, Step};
use crate::cognito::flows::{Added, Flow};
use crate::lambda::Why;
use crate::package::Architecture;
use crate::problem::{Problem, Severity};
use crate::resource::Address;

/// The changes, in the order in which they're applied.
#[derive(Default)]
pub struct Plan {
    /// The changes.
    pub changes: Vec<Change>,
    /// Effects on users or on the accounts, with a severity. `info` reports what isn't changed.
    pub warnings: Vec<Problem>,
}

impl Plan {
    /// Whether there is nothing to apply. Conflicts aren't applied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes
            .iter()
            .all(|change| change.action == Action::Conflict)
    }

    /// The number of changes with this action.
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

    /// The steps of all changes, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.changes.iter().flat_map(|change| &change.steps)
    }

    /// Whether a step requires that the connectivity check passes before it.
    #[must_use]
    pub fn checks_connectivity(&self) -> bool {
        let mut guards = self.steps().filter_map(|step| step.guard.as_ref());
        guards.any(|guard| matches!(guard, Guard::Connected))
    }

    /// Adds a change.
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

    /// Adds an update, if it has steps.
    pub(super) fn update(&mut self, address: Address, edits: Vec<Edit>, steps: Vec<Step>) {
        self.update_because(address, None, edits, steps);
    }

    /// The same, with a reason.
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

/// A change of one resource.
pub struct Change {
    /// The resource.
    pub address: Address,
    /// The action.
    pub action: Action,
    /// The settings that change.
    pub edits: Vec<Edit>,
    /// The reason or the purpose.
    pub reason: Option<Reason>,
    /// The calls that apply it.
    pub steps: Vec<Step>,
}

/// The action on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It's created.
    Create,
    /// It's updated.
    Update,
    /// It's deleted.
    Delete,
    /// It has neither the value that setup set nor its previous value, or it isn't managed by this
    /// deployment. It isn't changed, and manual action is required.
    Conflict,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::Conflict];

    /// The symbol in the plan.
    #[must_use]
    pub const fn glyph(self) -> char {
        match self {
            Self::Create => '+',
            Self::Update => '~',
            Self::Delete => '-',
            Self::Conflict => '!',
        }
    }

    /// The value of `action` in JSON.
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

/// A setting that changes. Without values, only its path is known or printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The path of the setting.
    pub path: String,
    /// The value before the change. `None` if it's added.
    pub before: Option<String>,
    /// The value after the change. `None` if it's removed.
    pub after: Option<String>,
    /// Whether its values are never printed.
    pub secret: bool,
}

impl Edit {
    /// A setting without values.
    #[must_use]
    pub fn of(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            before: None,
            after: None,
            secret: false,
        }
    }

    /// A setting whose values are never printed.
    #[must_use]
    pub fn secret(path: impl Into<String>) -> Self {
        Self {
            secret: true,
            ..Self::of(path)
        }
    }

    /// A value that changes.
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

/// The edits of a resource, and the steps that apply them.
#[derive(Default)]
pub(super) struct Update {
    /// The edits.
    pub edits: Vec<Edit>,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Update {
    /// Adds an edit and its step.
    pub(super) fn push(&mut self, edit: Edit, step: Step) {
        self.edits.push(edit);
        self.steps.push(step);
    }
}

/// The reason or the purpose of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It trusts this role in this account, with an `ExternalId`.
    Trusts {
        /// The role.
        role: String,
        /// The account.
        account: String,
    },
    /// It's the execution role of the function, with this policy.
    RunsFunction {
        /// The policy.
        policy: String,
    },
    /// It allows `sts:AssumeRole` for this role in this account, and writing logs.
    Allows {
        /// The role.
        role: String,
        /// The account.
        account: String,
    },
    /// It has this retention.
    Retention {
        /// Days.
        days: i32,
    },
    /// It's configured like this.
    Runs {
        /// The runtime.
        runtime: String,
        /// The architecture.
        architecture: Architecture,
        /// MB.
        memory: i32,
        /// Seconds.
        timeout: i32,
    },
    /// It allows Cognito to invoke the function for this pool.
    AllowsInvoke {
        /// The pool.
        pool: String,
    },
    /// Lambda doesn't run it, so it's deleted and created again.
    Failed {
        /// Lambda's reason.
        why: Why,
        /// The settings of others that it keeps.
        kept: Vec<String>,
        /// The statements of others in its resource policy. They're deleted with it.
        lost: Vec<String>,
    },
    /// Its last update failed.
    UpdateFailed {
        /// Lambda's reason.
        why: Why,
    },
    /// Lambda doesn't run it, and setup can't change that.
    Blocked {
        /// The state.
        state: String,
        /// Lambda's reason.
        why: Why,
    },
    /// It only checks passwords.
    ChecksPasswords,
    /// It was changed after setup created it.
    ChangedAfterSetup,
    /// The deployment no longer uses it.
    NoLongerUsed,
    /// The function no longer reads a client secret.
    NoSecretRead,
    /// It's the app client with this name.
    Named {
        /// The name.
        name: String,
    },
    /// It includes these policies or statements, which cogmig didn't add. They're deleted with it.
    IncludesOthers {
        /// Their names.
        others: Vec<String>,
    },
    /// It's attached to these other entities.
    AttachedToOthers {
        /// Their names.
        others: Vec<String>,
    },
    /// It has no tag of the deployment.
    NotManaged,
    /// It has no tag with the user pool of the deployment.
    PoolUnknown,
    /// The role with the undo record no longer exists, lost its tag, or was recreated.
    RecordLost {
        /// How it was lost.
        how: Lost,
        /// The lost record.
        record: LostRecord,
    },
    /// The flow is its only one.
    LastFlow {
        /// The flow that setup added.
        added: Added,
    },
    /// It allows the flow, and no record shows whether it did before setup.
    FlowUnrecorded {
        /// The flow.
        flow: Flow,
    },
    /// It was the trigger before setup, and no longer exists.
    PreviousTriggerGone,
    /// No record shows whether it had another trigger before setup.
    PreviousTriggerUnknown,
    /// Its trigger is this one, which the deployment didn't set.
    OtherTrigger {
        /// The ARN. `None` if it has no trigger.
        trigger: Option<String>,
    },
}

/// How a role with an undo record was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It no longer exists.
    Gone,
    /// It has no tag of the deployment.
    NotManaged,
    /// It was deleted and recreated, but not by setup.
    Recreated,
}

/// The content of a lost undo record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostRecord {
    /// The app client of the old pool to which setup added the flow.
    OldFlow,
    /// The app clients of the new pool to which setup added the flow, and the previous trigger.
    NewFlowsAndTrigger,
}
