//! Two concurrent runs: the first one is blocked at each of its calls in turn while the second one
//! runs until it exits. Afterwards, the next setup results in the same state as a single setup, and
//! the next teardown in the state before.

use std::thread;

use cogmig_sandbox::Fault;

use crate::baseline::{Baseline, Verb};
use crate::support::run::Run;

/// Each run succeeds or reports why it didn't.
fn assert_succeeds_or_reports(run: &Run, context: &str) {
    run.assert_ended(run.code, context);
    let reports = run.printed("error:") || run.printed("manual action required");
    assert!(
        run.code == 0 || (run.code == 1 && reports),
        "{context}\n{run}"
    );
}

/// The runs mostly wait, so the calls are divided among threads.
const THREADS: usize = 3;

/// Blocks `blocked` at each of its calls while `other` runs.
#[expect(clippy::print_stderr, reason = "prints the size of the matrix")]
fn concurrently(blocked: Verb, other: Verb) {
    let results = thread::scope(|scope| {
        let shares =
            (0..THREADS).map(|share| scope.spawn(move || run_share(share, blocked, other)));
        let shares: Vec<_> = shares.collect();
        let results = shares.into_iter().map(|share| share.join().unwrap());
        results.collect::<Vec<_>>().join("; ")
    });
    eprintln!("{blocked:?} blocked for {other:?}: {results}");
}

/// A share of the calls, in separate accounts.
fn run_share(share: usize, blocked: Verb, other: Verb) -> String {
    let mut baseline = Baseline::new();
    let (mut calls, mut both) = (0, 0);
    for n in (share..baseline.calls(blocked).len()).step_by(THREADS) {
        baseline.prepare(blocked);
        let nth = &baseline.calls(blocked)[n];
        let context = format!("{blocked:?} blocked at {nth:?} for {other:?}");
        baseline.stage.inject(nth, Fault::Blocked, 1);
        let first = baseline.stage.start_until_fault(baseline.command(blocked));
        let second = baseline.stage.cogmig(baseline.command(other));
        baseline.stage.sandbox.clear_faults();
        let first = first.end();
        assert_succeeds_or_reports(&second, &context);
        assert_succeeds_or_reports(&first, &context);
        calls += 1;
        both += usize::from(first.code == 0 && second.code == 0);
        if baseline.is_new_state() {
            baseline.assert_recovers(Verb::Setup, &context);
            baseline.assert_recovers(Verb::Teardown, &context);
        }
    }
    let states = baseline.states();
    format!("{calls} calls, both succeeded {both} times, {states} states between")
}

#[test]
fn two_setups() {
    concurrently(Verb::Setup, Verb::Setup);
}

#[test]
fn two_teardowns() {
    concurrently(Verb::Teardown, Verb::Teardown);
}

#[test]
fn a_setup_and_a_teardown_during_it() {
    concurrently(Verb::Setup, Verb::Teardown);
}

#[test]
fn a_teardown_and_a_setup_during_it() {
    concurrently(Verb::Teardown, Verb::Setup);
}
