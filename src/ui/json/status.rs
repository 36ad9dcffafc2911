//! The progress of a migration.

use cogmig_core::status::{self, EXACT_USERS, Log, Sums, Tally, Unread};
use rules::log;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::edit::Edit;
#[cfg(test)]
use super::words;
use crate::ui::moment::stamp;
use crate::ui::reason;

/// The progress of a migration.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Status {
    /// How many of the resources that setup creates exist.
    #[cfg_attr(test, schemars(extend("enum" = ["all", "part", "none"])))]
    deployed: &'static str,
    trigger: Trigger,
    /// The resources of the deployment, and other resources that have drifted.
    resources: Vec<Resource>,
    users: Users,
    /// Recent sign-ins, counted from the function's log. Null if the log can't be read.
    sign_ins: Option<SignIns>,
    /// Users that the function approved in the period of sign_ins although it had approved them
    /// more than a minute before, because the new pool didn't have them. Null if the log can't be
    /// read or has no users.
    not_created: Option<u64>,
    /// Why the function's log can't be read. Null if it was read.
    log_error: Option<CountError>,
    /// Why the function's metric can't be read. Null if it was read.
    metric_error: Option<CountError>,
    /// The next steps before the old account can be closed, for people.
    next_steps: Vec<String>,
}

/// The UserMigration trigger.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Trigger {
    /// Whether the function is attached as the trigger of the new pool.
    attached: bool,
    /// When setup created the function's role, in UTC. Null if the role doesn't exist.
    set_up: Option<String>,
    /// When the function was last changed, in UTC. Null if the function doesn't exist.
    changed: Option<String>,
}

/// A resource and its state.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Resource {
    #[cfg_attr(test, schemars(extend("enum" = words::sides())))]
    side: &'static str,
    /// AWS's name for this kind of resource.
    kind: &'static str,
    name: String,
    #[cfg_attr(test, schemars(extend("enum" = words::states())))]
    state: &'static str,
    /// What has drifted, for people. The wording can change.
    details: Vec<String>,
    /// The changes that fix the drift.
    edits: Vec<Edit>,
}

/// How many users there are.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Users {
    /// AWS's estimate of the old pool's users. Migrated users remain in the old pool.
    old_estimate: Option<u64>,
    /// AWS's estimate of the new pool's users, including users who signed up there.
    new_estimate: Option<u64>,
    /// The approved users in percent of AWS's estimate of the old pool. Null if it's unknown, if
    /// there are more than in the estimate of the old or the new pool, or if approved users weren't
    /// created.
    #[cfg_attr(test, schemars(range(max = 100)))]
    percent: Option<u64>,
    /// The approvals in the function's log. Null if the log can't be read. Only Cognito creates the
    /// users, see not_created.
    approved: Option<Approved>,
    /// The approvals in the function's metric, also of earlier deployments with this name. Null if
    /// the metric can't be read.
    metric: Option<Metric>,
}

/// The approvals in the function's log.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct Approved {
    /// The number of distinct users. Null if the log doesn't identify users.
    users: Option<u64>,
    /// Whether the number of users can be an approximation, because there are many.
    approximate: bool,
    /// The number of approvals. The function can approve a user several times.
    approvals: u64,
    /// The approvals whose user isn't in the log.
    without_user: u64,
    /// Where the log begins, in UTC.
    since: String,
}

/// The approvals in the function's metric.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct Metric {
    approvals: u64,
    /// The day of the first one, in UTC. Null if there is none.
    since: Option<String>,
    /// The number of days that are counted.
    days: i64,
}

/// Recent sign-ins.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct SignIns {
    /// The start of the period, in UTC.
    since: String,
    /// Whether all reasons are counted. If not, the rarest are missing.
    complete: bool,
    /// Migrations that the function approved.
    approved: u64,
    /// Of how many distinct users. Null if the log doesn't identify users.
    approved_users: Option<u64>,
    rejected: u64,
    /// Sign-ins that the old pool throttled.
    throttled: u64,
    /// Sign-ins that failed because of the deployment or AWS and not because of the user.
    faults: u64,
    reasons: Vec<ReasonCount>,
}

/// How many sign-ins were rejected or failed for a reason.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct ReasonCount {
    #[cfg_attr(test, schemars(extend("enum" = ["rejected", "fault"])))]
    outcome: &'static str,
    /// The reason in the function's log.
    #[cfg_attr(test, schemars(extend("examples" = words::reasons())))]
    reason: String,
    count: u64,
    /// Of how many distinct users. Null if it's unknown.
    users: Option<u64>,
}

/// Why a count can't be read.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct CountError {
    summary: String,
    /// The IAM action to grant, if a permission is missing.
    grant: Option<&'static str>,
}

impl Status {
    /// Of a status.
    pub fn of(status: &status::Status) -> Self {
        let log = status.log.as_ref();
        Self {
            deployed: status.deployed(),
            trigger: Trigger {
                attached: status.attached,
                set_up: status.began.map(stamp),
                changed: status.changed.map(stamp),
            },
            resources: status.resources.iter().map(Resource::of).collect(),
            users: Users {
                old_estimate: status.users.old,
                new_estimate: status.users.new,
                percent: status.percent(),
                approved: log.ok().map(|log| Approved::of(&log.approved, log.begins)),
                metric: status.metric.as_ref().ok().map(Metric::of),
            },
            sign_ins: log.ok().map(SignIns::of),
            not_created: log.ok().and_then(|log| log.not_created),
            log_error: log.err().map(CountError::of),
            metric_error: status.metric.as_ref().err().map(CountError::of),
            next_steps: status.next_steps.clone(),
        }
    }
}

impl Resource {
    fn of(one: &status::Resource) -> Self {
        Self {
            side: one.address.side.as_str(),
            kind: one.address.kind.as_str(),
            name: one.address.name.clone(),
            state: one.state.as_str(),
            details: reason::drift(&one.reasons, &one.edits),
            edits: one.edits.iter().map(Edit::of).collect(),
        }
    }
}

impl Approved {
    pub(super) fn of(approved: &Tally, begins: i64) -> Self {
        let users = approved.users();
        Self {
            users,
            approximate: users.is_some_and(|users| users > EXACT_USERS),
            approvals: approved.lines,
            without_user: approved.unnamed(),
            since: stamp(begins),
        }
    }
}

impl Metric {
    pub(super) fn of(metric: &status::Metric) -> Self {
        Self {
            approvals: metric.approvals,
            since: metric.since.map(stamp),
            days: status::METRIC_DAYS,
        }
    }
}

impl ReasonCount {
    /// This number of users who would be rejected for this reason.
    pub(super) fn of_users(reason: &str, count: u64) -> Self {
        Self {
            outcome: log::REJECTED,
            reason: reason.to_owned(),
            count,
            users: Some(count),
        }
    }

    pub(super) fn all(sums: &Sums) -> Vec<Self> {
        let reasons = sums.reasons.iter();
        let reason = |((outcome, reason), tally): (&(&'static str, String), &Tally)| Self {
            outcome,
            reason: reason.clone(),
            count: tally.lines,
            users: tally.users(),
        };
        reasons.map(reason).collect()
    }
}

impl SignIns {
    fn of(log: &Log) -> Self {
        let sums = &log.recent;
        Self {
            since: stamp(log.since),
            complete: sums.complete,
            approved: sums.approved.lines,
            approved_users: sums.approved.users(),
            rejected: sums.rejected,
            throttled: sums.throttled,
            faults: sums.faults,
            reasons: ReasonCount::all(sums),
        }
    }
}

impl CountError {
    pub(super) fn of(unread: &Unread) -> Self {
        Self {
            summary: unread.why.clone(),
            grant: unread.grant,
        }
    }
}
