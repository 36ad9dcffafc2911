//! The counts of the function's log and metric in words, for status and for the report at teardown.
//! The function approves a migration; only Cognito then creates the user.

use cogmig_core::status::{EXACT_USERS, Metric, Sums, Tally, Unread};
use rules::log;
use rules::reasons::Fault;

use super::moment::moment;

/// The source of a count.
const METRIC: &str = "(CloudWatch metric Migrated)";

/// All approvals in the log.
pub fn approved(approved: &Tally, begins: i64) -> String {
    let since = format!("since {} (function's log)", moment(begins));
    match approved.users() {
        Some(users) => {
            let unnamed = match approved.unnamed() {
                0 => String::new(),
                some => format!(". {} without a user in the log", count(some, "approval")),
            };
            let approvals = count(approved.lines, "approval");
            format!("{}, {approvals}, {since}{unnamed}", of_users(users))
        }
        None => format!(
            "{} {since}. The number of users is unknown, because the log doesn't identify users, or the key of its hashes changed. `cogmig setup --log-users hash` turns the hashes on",
            count(approved.lines, "approval")
        ),
    }
}

/// The approvals in the metric.
pub fn metric(metric: Result<&Metric, &Unread>) -> String {
    match metric {
        Ok(Metric {
            approvals,
            since: Some(since),
        }) => {
            let day = moment(*since);
            let day = day.get(..10).unwrap_or(&day);
            format!("{approvals} since {day} {METRIC}")
        }
        Ok(metric) => format!("{} in the last 15 months {METRIC}", metric.approvals),
        Err(unread) => format!("unknown: {}", unread.why),
    }
}

/// The number of users of the old pool.
pub fn old_pool(estimate: Option<u64>) -> String {
    format!(
        "{} (AWS's estimate, includes migrated users)",
        about(estimate)
    )
}

/// The number of users of the new pool.
pub fn new_pool(estimate: Option<u64>) -> String {
    let about = about(estimate);
    format!("{about} (AWS's estimate, includes users who signed up there)")
}

/// Each result of sign-ins, and how many there were.
pub fn by_result(sums: &Sums) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("approved", tally(sums.approved)),
        (
            "rejected",
            with(sums.rejected, &reasons(sums, log::REJECTED)),
        ),
        ("failed", failed(sums)),
        ("throttled", sums.throttled.to_string()),
    ];
    if !sums.complete {
        lines.push((
            "",
            "The log has more different results than are counted. The rarest are missing."
                .to_owned(),
        ));
    }
    lines
}

/// Users that the function approved again.
pub fn again(users: u64) -> String {
    let was = if users == 1 { "was" } else { "were" };
    format!(
        "{} {was} approved again after more than a minute, because the new pool didn't have them",
        count(users, "user")
    )
}

/// A number of lines, and of how many users, if it's known.
pub fn tally(tally: Tally) -> String {
    match tally.users() {
        Some(users) if tally.named > 0 => format!("{} ({})", tally.lines, of_users(users)),
        _ => tally.lines.to_string(),
    }
}

/// Cognito invokes the function up to three times for a sign-in that fails.
fn failed(sums: &Sums) -> String {
    match sums.faults {
        0 => "0".to_owned(),
        faults => format!(
            "{}: {}",
            count(faults, "attempt"),
            reasons(sums, log::FAULT)
        ),
    }
}

fn reasons(sums: &Sums, outcome: &str) -> String {
    // Throttled sign-ins have a line of their own.
    let reasons = sums.reasons(outcome).into_iter();
    let reasons = reasons.filter(|(reason, _)| *reason != Fault::Throttled.code());
    let reasons = reasons.map(|(reason, of)| format!("{reason} {}", tally(of)));
    reasons.collect::<Vec<_>>().join(", ")
}

fn with(number: u64, reasons: &str) -> String {
    let separator = if reasons.is_empty() { "" } else { ": " };
    format!("{number}{separator}{reasons}")
}

fn of_users(users: u64) -> String {
    let about = if users > EXACT_USERS { "about " } else { "" };
    format!("{about}{}", count(users, "user"))
}

fn about(estimate: Option<u64>) -> String {
    estimate.map_or_else(|| "unknown".to_owned(), |count| format!("about {count}"))
}

fn count(count: u64, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}
