//! The events of a running command.

use std::sync::Arc;
use std::time::Duration;

use crate::identity::{Identity, Side};
use crate::options::Origins;
use crate::problem::Problem;
use crate::sample::Sample;
use crate::selected::Selected;

/// The interval at which a call without an answer is reported.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The receiver of all events.
pub type Events = Arc<dyn Fn(Event) + Send + Sync>;

/// An event of a running command. No event contains secrets.
pub enum Event {
    /// The accounts were identified.
    Accounts(Vec<Identity>),
    /// The options in effect that a deployment remembers, without those that have their default.
    Options(Origins),
    /// A user pool or app clients were selected.
    Chosen(Selected),
    /// The number of users of a pool.
    Users {
        /// The side of the pool.
        side: Side,
        /// AWS's estimate.
        count: u64,
    },
    /// Some users of the old pool were checked.
    Sampled(Sample),
    /// A call ended, with or without an answer.
    Called {
        /// The side of the account.
        side: Side,
        /// The call, as an IAM action.
        call: &'static str,
        /// The duration.
        took: Duration,
        /// AWS's request id.
        request_id: Option<String>,
        /// The error code, if the call failed.
        code: Option<String>,
    },
    /// The command waits for AWS.
    Waiting {
        /// The expected event.
        what: String,
        /// The time since the start of the wait.
        since: Duration,
    },
    /// A change of the plan was started.
    Started {
        /// Its index in the plan.
        index: usize,
    },
    /// A change of the plan was applied.
    Done {
        /// Its index in the plan.
        index: usize,
    },
    /// A change of the plan failed.
    Failed {
        /// Its index in the plan.
        index: usize,
    },
    /// A further failed change, in addition to the one that the command reports.
    AlsoFailed(Problem),
    /// The run was interrupted.
    Stopping,
}
