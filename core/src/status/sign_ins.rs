//! Counts the lines of the function's log in the same way as its metrics. Connectivity checks are
//! not counted, because they are not sign-ins.

use std::collections::BTreeMap;

use rules::log::{self, Source};
use rules::reasons::Fault;
use serde_json::Value;

/// The outcomes of the lines that are counted.
pub const COUNTED: [&str; 4] = [log::MIGRATED, log::REJECTED, log::FAULT, log::PANIC];

/// The CloudWatch Logs filter pattern for lines with one of these outcomes.
#[must_use]
pub fn pattern(outcomes: &[&str]) -> String {
    let is = |outcome: &&str| format!("$.{} = \"{outcome}\"", log::OUTCOME);
    match outcomes {
        [one] => format!("{{ {} }}", is(one)),
        several => {
            let each = several.iter().map(|one| format!("({})", is(one)));
            format!("{{ {} }}", each.collect::<Vec<_>>().join(" || "))
        }
    }
}

/// The sign-ins by their result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The user was migrated.
    pub migrated: u64,
    /// The user was rejected.
    pub rejected: u64,
    /// The sign-in failed because the old pool throttled it. The user can try again later.
    pub throttled: u64,
    /// The sign-in failed with an error that needs a fix.
    pub faults: u64,
    /// Rejections and faults by outcome and reason.
    pub reasons: BTreeMap<(&'static str, String), u64>,
}

impl Sums {
    /// Counts the lines. Lines that aren't the function's are ignored.
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sums = Self::default();
        for line in lines {
            if let Ok(line) = serde_json::from_str(line) {
                sums.count(&line);
            }
        }
        sums
    }

    /// The reasons of an outcome, the most frequent first.
    #[must_use]
    pub fn reasons(&self, outcome: &str) -> Vec<(&str, u64)> {
        let reasons = self.reasons.iter().filter(|((of, _), _)| *of == outcome);
        let mut reasons: Vec<_> = reasons
            .map(|((_, reason), count)| (reason.as_str(), *count))
            .collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        reasons
    }

    /// How often a reason occurred.
    #[must_use]
    pub fn of_reason(&self, outcome: &'static str, reason: &str) -> u64 {
        let key = (outcome, reason.to_owned());
        self.reasons.get(&key).copied().unwrap_or_default()
    }

    fn count(&mut self, line: &Value) {
        let text = |member: &str| line.get(member).and_then(Value::as_str);
        if text(log::TRIGGER_SOURCE) == Some(Source::Probe.as_str()) {
            return;
        }
        let (outcome, reason) = match (text(log::OUTCOME), text(log::REASON)) {
            (Some(log::MIGRATED), _) => {
                self.migrated += 1;
                return;
            }
            (Some(log::REJECTED), reason) => (log::REJECTED, reason),
            (Some(log::FAULT), reason) => (log::FAULT, reason),
            (Some(log::PANIC), _) => (log::FAULT, Some(log::PANIC)),
            _ => return,
        };
        match (outcome, reason) {
            (log::REJECTED, _) => self.rejected += 1,
            (_, Some(reason)) if reason == Fault::Throttled.code() => self.throttled += 1,
            _ => self.faults += 1,
        }
        let reason = reason.filter(|reason| is_code(reason)).unwrap_or("unknown");
        *self
            .reasons
            .entry((outcome, reason.to_owned()))
            .or_default() += 1;
    }
}

/// The log is untrusted: anyone who can write to it can write any value. Only codes are printed.
fn is_code(reason: &str) -> bool {
    let legal = |c: char| c.is_ascii_lowercase() || c == '_';
    (1..=40).contains(&reason.len()) && reason.chars().all(legal)
}
