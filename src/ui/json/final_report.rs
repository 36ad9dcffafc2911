//! The report of a migration at its teardown.

use cogmig_core::status;
use rules::log;
#[cfg(test)]
use rules::log::Source;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::status::{Approved, CountError, Metric, ReasonCount};
use crate::ui::moment::stamp;

/// The report of a migration, before its log group is deleted. Also the content of the file of
/// --report.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct FinalReport {
    /// default, or the suffix.
    deployment: String,
    /// The time of the report, in UTC.
    time: String,
    /// When setup created the function's role, in UTC. Null if the role doesn't exist.
    began: Option<String>,
    /// AWS's estimate of the old pool's users. Migrated users remain in the old pool.
    old_estimate: Option<u64>,
    /// AWS's estimate of the new pool's users, including users who signed up there.
    new_estimate: Option<u64>,
    /// The difference of the estimates, if the new pool has fewer users. Null if it's unknown who
    /// hasn't been migrated.
    not_migrated_estimate: Option<u64>,
    /// All sign-ins in the function's log. Null if the log can't be read.
    sign_ins: Option<WholeLog>,
    /// The approvals in the function's metric, also of earlier deployments with this name. Null if
    /// the metric can't be read.
    metric: Option<Metric>,
    /// Why the function's log can't be read. Null if it was read.
    log_error: Option<CountError>,
    /// Why the function's metric can't be read. Null if it was read.
    metric_error: Option<CountError>,
}

/// All sign-ins in the function's log.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct WholeLog {
    /// Whether all reasons and sources are counted. If not, the rarest are missing.
    complete: bool,
    approved: Approved,
    rejected: u64,
    /// Sign-ins that the old pool throttled.
    throttled: u64,
    /// Sign-ins that failed because of the deployment or AWS and not because of the user.
    faults: u64,
    reasons: Vec<ReasonCount>,
    sources: Vec<OfSource>,
    /// Users that the function approved again more than a minute later, because the new pool didn't
    /// have them. Null if the log doesn't identify users.
    not_created: Option<u64>,
}

/// How many sign-ins were of a kind, by their result.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct OfSource {
    /// Cognito's trigger source, or other.
    #[cfg_attr(test, schemars(extend("enum" = [
        Source::Authentication.as_str(), Source::ForgotPassword.as_str(), log::OTHER_SOURCE,
    ])))]
    source: &'static str,
    #[cfg_attr(test, schemars(extend("enum" = ["approved", "rejected", "fault"])))]
    outcome: &'static str,
    count: u64,
    /// Of how many distinct users. Null if it's unknown.
    users: Option<u64>,
}

impl FinalReport {
    /// Of a report.
    pub fn of(report: &status::FinalReport) -> Self {
        let missing = match report.not_migrated() {
            status::Unmigrated::About(count) => Some(count),
            status::Unmigrated::None | status::Unmigrated::Unknown => None,
        };
        Self {
            deployment: report.deployment.clone(),
            time: stamp(report.now),
            began: report.began.map(stamp),
            old_estimate: report.users.old,
            new_estimate: report.users.new,
            not_migrated_estimate: missing,
            sign_ins: report.log.as_ref().ok().map(WholeLog::of),
            metric: report.metric.as_ref().ok().map(Metric::of),
            log_error: report.log.as_ref().err().map(CountError::of),
            metric_error: report.metric.as_ref().err().map(CountError::of),
        }
    }
}

impl WholeLog {
    fn of(whole: &status::WholeLog) -> Self {
        let sums = &whole.sums;
        Self {
            complete: sums.complete && whole.complete,
            approved: Approved::of(&sums.approved, whole.begins),
            rejected: sums.rejected,
            throttled: sums.throttled,
            faults: sums.faults,
            reasons: ReasonCount::all(sums),
            sources: whole.sources.iter().map(OfSource::of).collect(),
            not_created: whole.not_created,
        }
    }
}

impl OfSource {
    fn of(one: &status::OfSource) -> Self {
        Self {
            source: one.source,
            outcome: match one.outcome {
                log::MIGRATED => "approved",
                other => other,
            },
            count: one.tally.lines,
            users: one.tally.users(),
        }
    }
}
