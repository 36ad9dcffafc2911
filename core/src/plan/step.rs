//! A step of a plan: one call, or one describe-and-update, with the checks before and after it. It
//! has no `Debug`, because trust policies and environments have the ExternalId.

use crate::resource::{Address, Call};

/// One step.
pub struct Step {
    /// The resource.
    pub on: Address,
    /// The call.
    pub call: Call,
    /// The check before it.
    pub guard: Option<Guard>,
    /// The check after it.
    pub recheck: Option<Recheck>,
}

/// The check before a step, because resources may have changed after the plan was created.
pub enum Guard {
    /// The resource has the deployment's tag, or no longer exists. Otherwise the step fails.
    Managed {
        /// The resource.
        address: Address,
        /// The value of the tag.
        deployment: String,
    },
    /// The connectivity check passes. Otherwise the step fails: a trigger that can't reach the old
    /// pool would break the sign-in of all users who aren't in the new pool.
    Connected,
    /// No role of another deployment has this key on record. Otherwise the step is skipped.
    RecordedHereAlone {
        /// The role of this deployment.
        role: String,
        /// The tag's key.
        key: String,
    },
}

/// The check after a step. If it fails, the step is reverted.
pub struct Recheck {
    /// The expected state. It may take some seconds until AWS returns it.
    pub expected: Expected,
    /// The compensation, which reverts the step.
    pub compensation: Compensation,
}

/// The expected state after a step.
pub enum Expected {
    /// The role has the tag that records the step.
    Tag {
        /// The role.
        role: String,
        /// The tag's key.
        key: String,
    },
    /// The function exists.
    Function {
        /// Its name.
        name: String,
    },
}

/// The compensation, which reverts a step.
pub enum Compensation {
    /// Remove the added flow from the app client, unless another deployment has it on record.
    RemoveFlow,
    /// Delete the created app client.
    DeleteClient,
    /// Restore the previous trigger of the pool.
    RestoreTrigger {
        /// The previous trigger. `None` if there was none.
        before: Option<String>,
    },
}

impl Step {
    /// A call without checks.
    #[must_use]
    pub fn new(on: Address, call: Call) -> Self {
        Self {
            on,
            call,
            guard: None,
            recheck: None,
        }
    }

    /// Adds a check before it.
    #[must_use]
    pub fn guarded(mut self, guard: Guard) -> Self {
        self.guard = Some(guard);
        self
    }

    /// Adds a check after it.
    #[must_use]
    pub fn rechecked(mut self, expected: Expected, compensation: Compensation) -> Self {
        self.recheck = Some(Recheck {
            expected,
            compensation,
        });
        self
    }
}
