//! The progress of a migration, from the existing resources, the plan, and the counts of the
//! function's log and metric. Nothing here calls AWS or prints.

mod final_report;
mod next_steps;
mod not_created;
pub mod queries;
mod report;
mod resources;
mod sign_ins;
#[cfg(test)]
mod tests;
mod unmigrated;

use crate::cognito::pool;
use crate::desired::Desired;
use crate::observed::{NewSide, OldSide, Pool};
use crate::plan::Plan;
use crate::record::Tags;
use crate::resource::Kind;
pub use final_report::{FinalReport, OfSource, WholeLog};
use next_steps::next_steps;
pub use not_created::not_created;
pub use report::{Log, METRIC_DAYS, Metric, Status, Unread, Users};
pub use resources::{Resource, State, resources};
pub use sign_ins::{EXACT_USERS, Sums, Tally};
pub use unmigrated::Unmigrated;

/// The status at `now`, in seconds since 1970.
#[must_use]
pub fn status(
    desired: &Desired,
    plan: &Plan,
    (old_side, new_side): (&OldSide, &NewSide),
    (log, metric): (Result<Log, Unread>, Result<Metric, Unread>),
    now: i64,
) -> Status {
    let resources = resources(desired, plan);
    let attached = resources
        .iter()
        .find(|one| one.address.kind == Kind::UserPool);
    let users = |pool: &Pool| pool.described.as_ref().and_then(pool::users);
    let function = new_side.function.as_ref();
    let mut status = Status {
        deployment: desired.names.deployment.clone(),
        attached: attached.is_some_and(|pool| pool.state == State::InSync),
        resources,
        warnings: plan.warnings.clone(),
        now,
        began: new_side.role.as_ref().and_then(|role| role.created),
        changed: function.and_then(|function| function.modified),
        users: Users {
            old: users(&old_side.pool),
            new: users(&new_side.pool),
        },
        log,
        metric,
        next_steps: Vec::new(),
    };
    let variables = function.map(|function| &function.configuration.environment);
    status.next_steps = next_steps(&status, desired, variables.unwrap_or(&Tags::new()));
    status
}
