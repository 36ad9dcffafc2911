//! The sign-ins in the function's log, by their result: the rows of a query, checked. The log is
//! untrusted, because anyone who can write to it can write any value.

use std::collections::BTreeMap;

use rules::log;
use rules::reasons::{Failure, Fault};

use super::queries::{ROWS, Row, columns, number};

/// AWS documents `count_distinct` as an approximation for many values, without a number. Larger
/// numbers of users are printed as approximate.
pub const EXACT_USERS: u64 = 1_000;

/// A reason that isn't a code. It's never printed.
const UNKNOWN: &str = "unknown";

/// How many lines of the log have a result, and of how many users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of lines. Cognito invokes the function up to three times for one sign-in.
    pub lines: u64,
    /// The number of lines with a user.
    pub named: u64,
    /// The number of distinct users in these lines. `None` if they have hashes of several keys, or
    /// are of several rows, because a user can be in each of them.
    distinct: Option<u64>,
}

impl Tally {
    pub(super) fn of(row: &Row) -> Self {
        Self {
            lines: number(row, columns::LINES),
            named: number(row, columns::NAMED),
            // With several keys, a user has several hashes.
            distinct: (number(row, columns::KEYS) <= 1).then(|| number(row, columns::USERS)),
        }
    }

    /// The number of distinct users, or `None` if it's unknown.
    #[must_use]
    pub fn users(&self) -> Option<u64> {
        match (self.lines, self.named) {
            (0, _) => Some(0),
            (_, 0) => None,
            _ => self.distinct,
        }
    }

    /// The number of lines whose user is unknown.
    #[must_use]
    pub fn unnamed(&self) -> u64 {
        self.lines.saturating_sub(self.named)
    }

    /// Adds another row.
    pub(super) fn add(&mut self, other: Self) {
        self.distinct = other.distinct.filter(|_| self.lines == 0);
        self.lines += other.lines;
        self.named += other.named;
    }
}

/// The sign-ins by their result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// The function approved the migration. Only Cognito then creates the user.
    pub approved: Tally,
    /// The user was rejected.
    pub rejected: u64,
    /// The sign-in failed because the old pool throttled it. The user can try again later.
    pub throttled: u64,
    /// The sign-in failed with an error that needs a fix.
    pub faults: u64,
    /// Rejections and faults by outcome and reason.
    pub reasons: BTreeMap<(&'static str, String), Tally>,
    /// Whether the result of the query was complete. If not, the rarest reasons are missing.
    pub complete: bool,
}

impl Default for Sums {
    fn default() -> Self {
        Self::of(&[])
    }
}

impl Sums {
    /// Of the rows of [`by_reason`](super::queries::by_reason).
    #[must_use]
    pub fn of(rows: &[Row]) -> Self {
        let mut sums = Self {
            approved: Tally::default(),
            rejected: 0,
            throttled: 0,
            faults: 0,
            reasons: BTreeMap::new(),
            complete: rows.len() < ROWS,
        };
        for row in rows {
            sums.count(row);
        }
        sums
    }

    /// The reasons of an outcome, the most frequent first.
    #[must_use]
    pub fn reasons(&self, outcome: &str) -> Vec<(&str, Tally)> {
        let reasons = self.reasons.iter().filter(|((of, _), _)| *of == outcome);
        let mut reasons: Vec<_> = reasons
            .map(|((_, reason), tally)| (reason.as_str(), *tally))
            .collect();
        reasons.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.lines));
        reasons
    }

    /// How often a reason occurred.
    #[must_use]
    pub fn of_reason(&self, outcome: &'static str, reason: &str) -> u64 {
        let key = (outcome, reason.to_owned());
        self.reasons.get(&key).map_or(0, |tally| tally.lines)
    }

    fn count(&mut self, row: &Row) {
        let tally = Tally::of(row);
        let reason = row.get(log::REASON).map(String::as_str);
        let (outcome, reason) = match outcome(row) {
            // The function never approves with a reason.
            Some(log::MIGRATED) if reason.is_none() => return self.approved.add(tally),
            Some(log::PANIC) => (log::FAULT, Some(log::PANIC)),
            Some(outcome) if outcome != log::MIGRATED => (outcome, reason),
            _ => return,
        };
        match (outcome, reason) {
            (log::REJECTED, _) => self.rejected += tally.lines,
            (_, Some(reason)) if reason == Fault::Throttled.code() => self.throttled += tally.lines,
            _ => self.faults += tally.lines,
        }
        let reason = reason
            .filter(|reason| is_code(outcome, reason))
            .unwrap_or(UNKNOWN);
        self.reasons
            .entry((outcome, reason.to_owned()))
            .or_default()
            .add(tally);
    }
}

/// The outcome of a row, if it's one of those that are counted.
pub(super) fn outcome(row: &Row) -> Option<&'static str> {
    let outcome = row.get(log::OUTCOME)?;
    let known = [log::MIGRATED, log::REJECTED, log::FAULT, log::PANIC];
    known.into_iter().find(|known| known == outcome)
}

/// Whether the function has this reason.
fn is_code(outcome: &str, reason: &str) -> bool {
    reason == log::PANIC || Failure::of(outcome, reason).is_some()
}
