//! The progress of a migration.

use crate::call::CallError;
use crate::cognito::pool;
use crate::identity::Side;
use crate::observed::{Observed, Pool};

use super::resources::{Resource, State};
use super::sign_ins::{Sums, Tally};
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
    /// The approvals in the function's metric, or why it can't be read.
    pub metric: Result<Metric, Unread>,
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

impl Users {
    /// Of the pools of a deployment.
    #[must_use]
    pub fn in_pools(observed: &Observed) -> Self {
        let users = |pool: &Pool| pool::users(pool.described.as_ref()?);
        Self {
            old: observed.old.as_ref().and_then(|side| users(&side.pool)),
            new: observed.new.as_ref().and_then(|side| users(&side.pool)),
        }
    }
}

/// The sign-ins in the function's log.
pub struct Log {
    /// The start of the period of the recent sign-ins.
    pub since: i64,
    /// The recent sign-ins.
    pub recent: Sums,
    /// Where the log begins: at its creation, or at the end of its retention.
    pub begins: i64,
    /// All approvals in the log. A user who was deleted and migrated again counts as one user.
    pub approved: Tally,
    /// The users that the function approved in the recent period although it had approved them
    /// before. `None` if the log has no users.
    pub not_created: Option<u64>,
}

/// The approvals in the function's metric, which CloudWatch keeps for 15 months, also after the log
/// group was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// The number of approvals.
    pub approvals: u64,
    /// The day of the first one, in seconds since 1970.
    pub since: Option<i64>,
}

impl Metric {
    /// Of the sums of days: the day, in seconds since 1970, and the sum.
    #[must_use]
    pub fn of(days: impl IntoIterator<Item = (i64, f64)>) -> Self {
        let days = days.into_iter().filter(|(_, sum)| *sum > 0.0);
        days.fold(
            Self {
                approvals: 0,
                since: None,
            },
            |all, (day, sum)| Self {
                approvals: all.approvals.saturating_add(whole(sum)),
                since: Some(all.since.map_or(day, |since| since.min(day))),
            },
        )
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a conversion from f64 saturates, and a sum of counts is whole and positive"
)]
fn whole(sum: f64) -> u64 {
    sum.round() as u64
}

/// The number of days of the metric that are counted: as long as CloudWatch keeps it.
pub const METRIC_DAYS: i64 = 455;

/// Why something can't be read that the command doesn't need.
#[derive(Debug, PartialEq, Eq)]
pub struct Unread {
    /// The reason, for people.
    pub why: String,
    /// The action to grant, if that's the reason.
    pub grant: Option<&'static str>,
}

impl Unread {
    /// A reason that isn't a missing permission.
    pub fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            grant: None,
        }
    }

    /// How to get a count that can't be read, if a permission is missing.
    #[must_use]
    pub fn fix(&self) -> Option<String> {
        Some(Side::New.grant(self.grant?))
    }
}

impl From<&CallError> for Unread {
    fn from(error: &CallError) -> Self {
        Self {
            why: format!("{}: {}", error.word(), error.message),
            grant: error.is_denied().then_some(error.call),
        }
    }
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
        self.log.as_ref().map_or(0, |log| log.recent.faults)
    }

    /// Users that the function approved again, because the new pool didn't have them.
    #[must_use]
    pub fn not_created(&self) -> u64 {
        let log = self.log.as_ref().ok();
        log.and_then(|log| log.not_created).unwrap_or_default()
    }
}

impl Status {
    /// The percentage of the old pool's users that the function approved. `None` if it's unknown,
    /// or if approved users weren't created, because it would look like progress: the function
    /// approved them again, or the new pool has fewer users than were approved. AWS may not have
    /// updated an estimate of 0 yet.
    #[must_use]
    pub fn percent(&self) -> Option<u64> {
        let log = self.log.as_ref().ok()?;
        let new = self.users.new.filter(|new| *new > 0);
        let were_created =
            |users: &u64| log.not_created == Some(0) && new.is_none_or(|new| *users <= new);
        let users = log.approved.users().filter(were_created)?;
        share(users, self.users.old?)
    }
}

/// The percentage. `None` if there are more than AWS's estimate of the old pool.
pub(super) fn share(approved: u64, old: u64) -> Option<u64> {
    let is_share = old > 0 && approved <= old;
    is_share.then(|| approved.saturating_mul(100) / old)
}
