//! Independent calls are made at the same time. This counts the rounds of dependent calls at the
//! proxy.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::stage::{BOTH, Stage};

/// Longer than the time between a response and the call that depends on it, also on a busy machine.
const QUIET: Duration = Duration::from_millis(700);

/// Runs a command, and returns the operations of each round.
pub fn rounds(stage: &Stage, arguments: &str) -> Vec<Vec<String>> {
    stage.sandbox.clear_journal();
    stage.sandbox.count_rounds(Some(QUIET));
    stage.ok(&format!("{arguments} {BOTH}"));
    stage.sandbox.count_rounds(None);
    let mut rounds: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for call in stage.sandbox.journal() {
        if call.round > 0 {
            rounds.entry(call.round).or_default().push(call.action);
        }
    }
    let is_wait = |calls: &Vec<String>| calls == &["GetFunction"];
    rounds
        .into_values()
        .filter(|calls| !is_wait(calls))
        .collect()
}

/// The rounds, one per line.
pub fn shown(rounds: &[Vec<String>]) -> String {
    let rounds = rounds.iter().enumerate();
    let lines = rounds.map(|(n, calls)| format!("\n{:2}  {}", n + 1, calls.join(" ")));
    lines.collect()
}

/// The commands with too many rounds, and their rounds.
fn too_many() -> Vec<String> {
    let stage = Stage::new();
    let mut failures = Vec::new();
    for (arguments, maximum) in [
        ("plan", 3),
        ("setup", 10),
        ("setup", 2),
        ("verify", 3),
        ("status", 5),
        ("teardown --dry-run", 8),
    ] {
        let rounds = rounds(&stage, arguments);
        if rounds.len() > maximum {
            failures.push(format!("{arguments}:{}", shown(&rounds)));
        }
    }
    failures
}

/// A busy machine can split rounds but never merges them, so one of three attempts must pass.
#[test]
fn commands_take_few_rounds() {
    let mut failures = Vec::new();
    for _ in 0..3 {
        failures = too_many();
        if failures.is_empty() {
            return;
        }
    }
    panic!("\n{}", failures.join("\n"));
}
