//! The report of a migration at its teardown, before the log group is deleted.

use rules::log::{self, Source};

use super::queries::{ROWS, Row};
use super::report::{Metric, Unread, Users};
use super::sign_ins::{Sums, Tally, outcome};
use super::unmigrated::Unmigrated;

/// The report of a migration.
pub struct FinalReport {
    /// The name of the deployment: `default`, or the suffix.
    pub deployment: String,
    /// The time of the report, in seconds since 1970.
    pub now: i64,
    /// When the Lambda's role was created, which is one of the first steps of a setup. In seconds
    /// since 1970.
    pub began: Option<i64>,
    /// AWS's estimates of the users of both pools.
    pub users: Users,
    /// All sign-ins in the function's log, or why it can't be read.
    pub log: Result<WholeLog, Unread>,
    /// The approvals in the function's metric, or why it can't be read.
    pub metric: Result<Metric, Unread>,
}

/// All sign-ins in the function's log.
pub struct WholeLog {
    /// Where the log begins: at its creation, or at the end of its retention.
    pub begins: i64,
    /// The sign-ins by their result.
    pub sums: Sums,
    /// The sign-ins by what invoked the function.
    pub sources: Vec<OfSource>,
    /// Whether all rows of `sources` were read.
    pub complete: bool,
    /// The users that the function approved again, because the new pool didn't have them. `None` if
    /// the log has no users.
    pub not_created: Option<u64>,
}

/// The sign-ins that invoked the function in the same way, with the same outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfSource {
    /// The trigger source: one of [`Source::as_str`], or [`log::OTHER_SOURCE`].
    pub source: &'static str,
    /// The outcome: [`log::MIGRATED`], [`log::REJECTED`] or [`log::FAULT`].
    pub outcome: &'static str,
    /// How many there are.
    pub tally: Tally,
}

impl FinalReport {
    /// The users who haven't been migrated, by AWS's estimates.
    #[must_use]
    pub fn not_migrated(&self) -> Unmigrated {
        Unmigrated::of(self.users.old, self.users.new)
    }
}

impl WholeLog {
    /// Of the rows of [`by_reason`](super::queries::by_reason),
    /// [`by_source`](super::queries::by_source) and of the number of
    /// [`approved_again`](super::queries::approved_again).
    #[must_use]
    pub fn of(begins: i64, by_reason: &[Row], by_source: &[Row], approved_again: u64) -> Self {
        let sums = Sums::of(by_reason);
        let users = sums.approved.users();
        Self {
            begins,
            not_created: users.map(|_| approved_again),
            sums,
            sources: sources(by_source),
            complete: by_source.len() < ROWS,
        }
    }
}

/// The rows with known values. A panic is a fault, and its line has no source.
fn sources(rows: &[Row]) -> Vec<OfSource> {
    let mut sources: Vec<OfSource> = Vec::new();
    for row in rows {
        let Some(outcome) = outcome(row) else {
            continue;
        };
        let outcome = match outcome {
            log::PANIC => log::FAULT,
            other => other,
        };
        let source = row.get(log::TRIGGER_SOURCE);
        let source = source.and_then(|source| Source::of_name(source));
        let source = source.map_or(log::OTHER_SOURCE, Source::as_str);
        let tally = Tally::of(row);
        let mut same = sources.iter_mut();
        match same.find(|one| (one.source, one.outcome) == (source, outcome)) {
            Some(one) => one.tally.add(tally),
            None => sources.push(OfSource {
                source,
                outcome,
                tally,
            }),
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[(&str, &str)]) -> Row {
        let values = values.iter();
        let values = values.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        values.collect()
    }

    #[test]
    fn sources_and_outcomes_are_of_closed_sets() {
        let auth = ("triggerSource", "UserMigration_Authentication");
        let rows = [
            row(&[
                ("outcome", "migrated"),
                auth,
                ("lines", "5"),
                ("named", "5"),
                ("users", "2"),
            ]),
            row(&[("outcome", "fault"), ("lines", "1")]),
            row(&[
                ("outcome", "panic"),
                ("triggerSource", "\u{1b}[31m"),
                ("lines", "2"),
            ]),
            row(&[("outcome", "owned"), auth, ("lines", "9")]),
        ];
        let found = sources(&rows);
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.source, one.outcome, one.tally.lines, one.tally.users()))
            .collect();
        assert_eq!(
            found,
            [
                ("UserMigration_Authentication", "migrated", 5, Some(2)),
                ("other", "fault", 3, None),
            ]
        );
    }

    #[test]
    fn without_users_in_the_log_nobody_knows_who_was_approved_again() {
        let approved = [row(&[
            ("outcome", "migrated"),
            ("lines", "5"),
            ("named", "0"),
            ("users", "0"),
        ])];
        assert_eq!(WholeLog::of(0, &approved, &[], 0).not_created, None);
        assert_eq!(WholeLog::of(0, &[], &[], 0).not_created, Some(0));
    }
}
