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

/// The commands whose rounds are more than they may be, with these rounds.
fn too_many() -> Vec<String> {
    let stage = Stage::new();
    let mut told = Vec::new();
    for (arguments, most) in [
        ("plan", 3),
        ("setup", 9),
        ("setup", 2),
        ("verify", 3),
        ("status", 3),
    ] {
        let rounds = rounds(&stage, arguments);
        if rounds.len() > most {
            let shown = rounds.iter().enumerate();
            let shown = shown.map(|(n, calls)| format!("\n{:2}  {}", n + 1, calls.join(" ")));
            told.push(format!("{arguments}:{}", shown.collect::<String>()));
        }
    }
    told
}

/// A machine that does much else splits rounds, and never joins them: one attempt of three must
/// pass.
#[test]
fn setup_plan_and_a_setup_without_changes_take_few() {
    let mut told = Vec::new();
    for _ in 0..3 {
        told = too_many();
        if told.is_empty() {
            return;
        }
    }
    panic!("\n{}", told.join("\n"));
}
