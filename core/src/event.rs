//! What happens while a command runs.

use std::sync::Arc;
use std::time::Duration;

use crate::identity::{Identity, Side};
use crate::problem::Problem;
use crate::selected::Selected;

/// After how long it is told that a call has no answer yet, and then again and again.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Where the rest of the program tells what happens.
pub type Events = Arc<dyn Fn(Event) + Send + Sync>;

/// What happens while a command runs. Nothing in it is secret.
pub enum Event {
    /// The accounts were reached.
    Accounts(Vec<Identity>),
    /// A pool or app clients were settled on.
    Chosen(Selected),
    /// About so many users are in a pool.
    Users {
        /// In which pool.
        side: Side,
        /// AWS's estimate.
        count: u64,
    },
    /// A call was answered, or was not.
    Called {
        /// In which account.
        side: Side,
        /// As IAM names it.
        call: &'static str,
        /// Until the answer.
        took: Duration,
        /// AWS's id of it.
        request_id: Option<String>,
        /// The error, if it is one.
        code: Option<String>,
    },
    /// AWS needs time.
    Waiting {
        /// For what.
        what: String,
        /// For how long by now.
        since: Duration,
    },
    /// A change of the plan has begun.
    Started {
        /// Its place in the plan.
        index: usize,
    },
    /// A change of the plan was made.
    Done {
        /// Its place in the plan.
        index: usize,
    },
    /// A change of the plan could not be made.
    Failed {
        /// Its place in the plan.
        index: usize,
    },
    /// Why another change could not be made, beside the one that the command fails by.
    AlsoFailed(Problem),
    /// The run was asked to stop.
    Stopping,
}
