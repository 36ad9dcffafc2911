//! The report of a migration at its teardown, for people.

use std::fmt::Write;

use cogmig_core::status::{FinalReport, OfSource, Unmigrated, WholeLog};
use rules::log::{self, Source};

use super::counts;
use super::wrap::{fill, hanging_indent};

/// The label of what invoked the function.
const SOURCES: [(&str, &str); 3] = [
    (Source::Authentication.as_str(), "by sign-in"),
    (Source::ForgotPassword.as_str(), "by reset"),
    (log::OTHER_SOURCE, "by other"),
];

/// The word for an outcome.
const OUTCOMES: [(&str, &str); 3] = [
    (log::MIGRATED, "approved"),
    (log::REJECTED, "rejected"),
    (log::FAULT, "failed"),
];

/// The report, wrapped at a width.
pub fn text(report: &FinalReport, width: usize) -> String {
    let title = format!("Final report of deployment `{}`", report.deployment);
    let mut text = format!("\n{}", fill(&title, width));
    let mut line = |label: &str, content: &str| {
        let label = format!("  {label:<12}  ");
        let _ = write!(text, "\n{}", hanging_indent(&label, content, width));
    };
    match &report.log {
        Ok(log) => {
            line(
                "approved",
                &counts::approved(&log.sums.approved, log.begins),
            );
            for (label, content) in counts::by_result(&log.sums).into_iter().skip(1) {
                line(label, &content);
            }
            for (source, label) in SOURCES {
                let content = of_source(log, source);
                if !content.is_empty() {
                    line(label, &content);
                }
            }
            if let Some(again) = log.not_created.filter(|again| *again > 0) {
                line("not created", &counts::again(again));
            }
        }
        Err(unread) => {
            line(
                "sign-ins",
                &format!(
                    "unknown, because the function's log can't be read: {}",
                    unread.why
                ),
            );
            if let Some(fix) = unread.fix() {
                line("fix:", &fix);
            }
        }
    }
    line("approvals", &counts::metric(report.metric.as_ref()));
    line("old pool", &counts::old_pool(report.users.old));
    line("new pool", &counts::new_pool(report.users.new));
    line("not migrated", &not_migrated(report.not_migrated()));
    text
}

fn of_source(log: &WholeLog, source: &str) -> String {
    let of = |outcome: &str| -> Option<&OfSource> {
        let mut sources = log.sources.iter();
        sources.find(|one| (one.source, one.outcome) == (source, outcome))
    };
    let outcomes = OUTCOMES.iter().filter_map(|(outcome, word)| {
        let of = of(outcome)?;
        Some(format!("{word} {}", counts::tally(of.tally)))
    });
    outcomes.collect::<Vec<_>>().join(", ")
}

fn not_migrated(unmigrated: Unmigrated) -> String {
    match unmigrated {
        Unmigrated::About(users) => {
            format!("about {users} by AWS's estimates of both pools")
        }
        Unmigrated::None => {
            "unknown. By AWS's estimates, the new pool has as many users as the old pool or more, which can include users who signed up there".to_owned()
        }
        Unmigrated::Unknown => "unknown".to_owned(),
    }
}
