//! Independent calls are made at the same time. This counts the longest chain of dependent
//! calls at the proxy.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::stage::{BOTH, Stage};

/// Longer than the work between an answer and the call that needs it, also on a machine
/// that does much else.
const QUIET: Duration = Duration::from_millis(700);

/// Runs a command, and gives the operations of each round.
fn rounds(stage: &Stage, arguments: &str) -> Vec<Vec<String>> {
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

#[track_caller]
fn assert_at_most(most: usize, rounds: &[Vec<String>]) {
    let shown = rounds.iter().enumerate();
    let shown: Vec<_> = shown
        .map(|(n, calls)| format!("{:2}  {}", n + 1, calls.join(" ")))
        .collect();
    assert!(rounds.len() <= most, "\n{}", shown.join("\n"));
}

#[test]
fn setup_plan_and_a_setup_without_changes_take_few() {
    let stage = Stage::new();
    assert_at_most(3, &rounds(&stage, "plan"));
    assert_at_most(9, &rounds(&stage, "setup"));
    assert_at_most(2, &rounds(&stage, "setup"));
    assert_at_most(3, &rounds(&stage, "verify"));
    assert_at_most(3, &rounds(&stage, "status"));
}
