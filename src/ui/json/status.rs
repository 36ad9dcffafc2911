//! The progress of a migration.

use cogmig_core::status::{self, Counted, Log, Sums, Unread, share};
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
    /// Why the function's log can't be read. Null if it was read.
    log_error: Option<LogError>,
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
    /// The migrations that the function approved, counted from its log. Null if the log can't be
    /// read.
    migrated: Option<Migrated>,
}

/// The migrations that the function approved.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Migrated {
    count: u64,
    /// Whether all migrations since setup are counted. If not, there can be more.
    complete: bool,
    /// The start of the period in which they are counted, in UTC.
    since: String,
    /// Percentage of the old pool's estimate.
    #[cfg_attr(test, schemars(range(max = 100)))]
    percent: Option<u64>,
}

/// Recent sign-ins.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct SignIns {
    /// The start of the period, in UTC.
    since: String,
    /// Whether all sign-ins of the period are counted. If not, only the newest are.
    complete: bool,
    migrated: u64,
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
pub struct ReasonCount {
    #[cfg_attr(test, schemars(extend("enum" = ["rejected", "fault"])))]
    outcome: &'static str,
    /// The reason in the function's log.
    reason: String,
    count: u64,
}

/// Why the function's log can't be read.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct LogError {
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
                migrated: log.ok().map(|log| Migrated::of(log, status.users.old)),
            },
            sign_ins: log.ok().map(SignIns::of),
            log_error: log.err().map(LogError::of),
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

impl Migrated {
    fn of(log: &Log, old: Option<u64>) -> Self {
        let Counted { of, complete } = log.migrated;
        Self {
            count: of,
            complete,
            since: stamp(log.migrated_since),
            percent: old.and_then(|old| share(of, old)),
        }
    }
}

impl SignIns {
    fn of(log: &Log) -> Self {
        let Sums {
            migrated,
            rejected,
            throttled,
            faults,
            ..
        } = &log.recent.of;
        Self {
            since: stamp(log.since),
            complete: log.recent.complete,
            migrated: *migrated,
            rejected: *rejected,
            throttled: *throttled,
            faults: *faults,
            reasons: reasons(&log.recent.of),
        }
    }
}

impl ReasonCount {
    /// This number of sign-ins for this reason.
    pub fn of(outcome: &'static str, reason: &str, count: u64) -> Self {
        Self {
            outcome,
            reason: reason.to_owned(),
            count,
        }
    }
}

/// The reasons of sign-ins.
pub fn reasons(sums: &Sums) -> Vec<ReasonCount> {
    let reasons = sums.reasons.iter();
    let count = |((outcome, reason), count): (&(&'static str, String), &u64)| {
        ReasonCount::of(outcome, reason, *count)
    };
    reasons.map(count).collect()
}

impl LogError {
    /// Of a log that can't be read.
    pub fn of(unread: &Unread) -> Self {
        Self {
            summary: unread.why.clone(),
            grant: unread.grant,
        }
    }
}
