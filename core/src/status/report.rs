//! The progress of a migration.

use super::resources::{Resource, State};
use super::sign_ins::Sums;
use crate::problem::Problem;

/// The status of a migration.
pub struct Status {
    /// The name of the deployment: `default`, or the suffix.
    pub deployment: String,
    /// The resources of the deployment.
    pub resources: Vec<Resource>,
    /// The warnings of the plan.
    pub warnings: Vec<Problem>,
    /// The time of this status, in seconds since 1970.
    pub now: i64,
    /// When the Lambda's role was created, which is one of the first steps of a setup.
    pub began: Option<i64>,
    /// When the function's code or configuration was last changed.
    pub changed: Option<i64>,
    /// Whether the function is the new pool's trigger.
    pub attached: bool,
    /// AWS's estimates of the users of both pools.
    pub users: Users,
    /// The sign-ins in the function's log, or why it can't be read.
    pub log: Result<Log, Unread>,
    /// The next steps before the old account can be closed.
    pub next_steps: Vec<String>,
}

/// AWS's estimates of how many users a pool has.
#[derive(Clone, Copy)]
pub struct Users {
    /// The old pool. Users who have been migrated remain there.
    pub old: Option<u64>,
    /// The new pool, including users who signed up there.
    pub new: Option<u64>,
}

/// The sign-ins in the function's log.
pub struct Log {
    /// The start of the period of the recent sign-ins.
    pub since: i64,
    /// The recent sign-ins.
    pub recent: Counted<Sums>,
    /// The start of the period in which migrations are counted: the setup, or the log's retention.
    pub migrated_since: i64,
    /// The migrations. A user who was deleted and migrated again counts twice.
    pub migrated: Counted<u64>,
}

/// A count, and whether it's complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted<T> {
    /// The count.
    pub of: T,
    /// Whether everything was counted.
    pub complete: bool,
}

/// Why the function's log can't be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Unread {
    /// The reason, for people.
    pub why: String,
    /// The action to grant, if that's the reason.
    pub grant: Option<&'static str>,
}

impl Status {
    /// How much of the deployment exists.
    #[must_use]
    pub fn deployed(&self) -> &'static str {
        let created = self.resources.iter().filter(|one| one.is_created);
        let missing = created.clone().filter(|one| one.state == State::Missing);
        match (missing.count(), created.count()) {
            (0, _) => "all",
            (missing, all) if missing == all => "none",
            _ => "part",
        }
    }

    /// How many resources have drifted, are missing, or require manual action.
    #[must_use]
    pub fn differing(&self) -> usize {
        let differing = self.resources.iter();
        differing.filter(|one| one.state != State::InSync).count()
    }

    /// Recent faults, without the transient ones.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.log.as_ref().map_or(0, |log| log.recent.of.faults)
    }
}

/// The percentage of the old pool's users who have been migrated. AWS's estimate can be too low, so
/// the result is at most 100.
#[must_use]
pub fn share(migrated: u64, old: u64) -> Option<u64> {
    (old > 0).then(|| (migrated.saturating_mul(100) / old).min(100))
}
