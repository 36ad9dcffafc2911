//! What happens while a command runs.

use std::sync::Arc;
use std::time::Duration;

use crate::identity::{Identity, Side};
use crate::problem::Problem;
use crate::targets::Selected;

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
    Users { side: Side, count: u64 },
    /// A call was answered, or was not.
    Called {
        side: Side,
        call: &'static str,
        took: Duration,
        request_id: Option<String>,
        code: Option<String>,
    },
    /// AWS needs time.
    Waiting { what: String, since: Duration },
    /// A change of the plan has begun.
    Started { index: usize },
    /// A change of the plan was made.
    Done { index: usize },
    /// A change of the plan could not be made.
    Failed { index: usize },
    /// Why another change could not be made, beside the one that the command fails by.
    AlsoFailed(Problem),
    /// The run was asked to stop.
    Stopping,
}
