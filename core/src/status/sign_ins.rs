//! The lines that the function wrote, counted as its metrics count them. A probe is no sign-in.

use std::collections::BTreeMap;

use rules::log::{self, Source};
use rules::reasons::Fault;
use serde_json::Value;

/// The outcomes of all lines that count.
pub const COUNTED: [&str; 4] = [log::MIGRATED, log::REJECTED, log::FAULT, log::PANIC];

/// The filter pattern of the lines with one of these outcomes, as CloudWatch Logs takes it.
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

/// How often the function was asked, and what it said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Let move.
    pub migrated: u64,
    /// Not let move, for a reason that is the user's.
    pub rejected: u64,
    /// Transcript to try later, since the old pool was asked too often.
    pub throttled: u64,
    /// Transcript to try later, for a reason that a person must mend.
    pub faults: u64,
    /// Rejections and faults by outcome and reason.
    pub reasons: BTreeMap<(&'static str, String), u64>,
}

impl Sums {
    /// Counts lines, whatever else stands among them.
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

    /// How often a reason was given.
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

/// Whoever may write to the log could write anything; what is shown of it is a word.
fn is_code(reason: &str) -> bool {
    let legal = |c: char| c.is_ascii_lowercase() || c == '_';
    (1..=40).contains(&reason.len()) && reason.chars().all(legal)
}
