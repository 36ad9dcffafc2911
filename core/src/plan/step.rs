//! A step of a plan: one call, or one describe-and-update, with what is looked at before and
//! after it. It shows nothing of itself, since trust policies and environments hold the
//! ExternalId.

use crate::resource::{Address, Call};

/// One step.
pub struct Step {
    /// The resource that the call is about.
    pub on: Address,
    /// The call.
    pub call: Call,
    /// What has to hold before it.
    pub guard: Option<Guard>,
    /// What has to be seen after it.
    pub recheck: Option<Recheck>,
}

/// What has to hold when a step begins: between plan and apply others may have changed it.
pub enum Guard {
    /// The resource bears the deployment's tag, or is gone. Otherwise the step fails.
    Managed {
        /// Which.
        address: Address,
        /// The value of the tag.
        deployment: String,
    },
    /// No other deployment's role has this key on record. Otherwise the step is not taken.
    RecordedHereAlone {
        /// The role that has it here.
        role: String,
        /// The tag's key.
        key: String,
    },
}

/// What is seen after a step, and done where it is not.
pub struct Recheck {
    /// What has to be seen; it may take a moment.
    pub seen: Seen,
    /// What takes the step back.
    pub compensation: Compensation,
}

/// What has to be seen.
pub enum Seen {
    /// The role bears the tag that records the step.
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

/// What takes a step back.
pub enum Compensation {
    /// The flow that was added is removed from the app client, unless another deployment's role
    /// records it.
    RemoveFlow,
    /// The app client that was made is deleted.
    DeleteClient,
    /// The pool gets the trigger of before again, if there was one.
    RestoreTrigger {
        /// That one.
        before: Option<String>,
    },
}

impl Step {
    /// A call without conditions.
    #[must_use]
    pub fn new(on: Address, call: Call) -> Self {
        Self {
            on,
            call,
            guard: None,
            recheck: None,
        }
    }

    /// With what has to hold before it.
    #[must_use]
    pub fn guarded(mut self, guard: Guard) -> Self {
        self.guard = Some(guard);
        self
    }

    /// With what has to be seen after it.
    #[must_use]
    pub fn rechecked(mut self, seen: Seen, compensation: Compensation) -> Self {
        self.recheck = Some(Recheck { seen, compensation });
        self
    }
}
