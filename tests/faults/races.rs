//! Two runs at once, from two machines: one is held at each of its calls in turn while the
//! other runs to its end. Afterwards the next setup leads to the same state as a single one,
//! and the next teardown to the state before.

use std::thread;

use cogmig_sandbox::Fault;

use crate::baseline::{Baseline, Verb};
use crate::support::run::Run;

/// One of the two runs: it succeeds, or says why not.
fn assert_told(run: &Run, words: &str) {
    run.assert_ended(run.code, words);
    let told = run.printed("error:") || run.printed("manual action required");
    assert!(run.code == 0 || (run.code == 1 && told), "{words}\n{run}");
}

/// Most of the time both wait, and nothing is to be seen of them.
const AT_ONCE: usize = 3;

/// Holds `held` at each of its calls, while `other` runs.
#[expect(clippy::print_stderr, reason = "the matrix is to be told")]
fn at_once(held: Verb, other: Verb) {
    let told = thread::scope(|scope| {
        let shares = (0..AT_ONCE).map(|share| scope.spawn(move || share_of(share, held, other)));
        let shares: Vec<_> = shares.collect();
        let told = shares.into_iter().map(|share| share.join().unwrap());
        told.collect::<Vec<_>>().join("; ")
    });
    eprintln!("{held:?} held for {other:?}: {told}");
}

/// Every so-manieth call, in accounts of their own.
fn share_of(share: usize, held: Verb, other: Verb) -> String {
    let mut baseline = Baseline::new();
    let (mut calls, mut both) = (0, 0);
    for n in (share..baseline.calls(held).len()).step_by(AT_ONCE) {
        baseline.prepare(held);
        let nth = &baseline.calls(held)[n];
        let words = format!("{held:?} held at {nth:?} for {other:?}");
        baseline.stage.inject(nth, Fault::Held, 1);
        let first = baseline.stage.start_until_fault(baseline.command(held));
        let second = baseline.stage.cogmig(baseline.command(other));
        baseline.stage.sandbox.clear_faults();
        let first = first.end();
        assert_told(&second, &words);
        assert_told(&first, &words);
        calls += 1;
        both += usize::from(first.code == 0 && second.code == 0);
        if baseline.is_new_state() {
            baseline.assert_recovers(Verb::Setup, &words);
            baseline.assert_recovers(Verb::Teardown, &words);
        }
    }
    let states = baseline.states();
    format!("{calls} calls, both succeeded {both} times, {states} states between")
}

#[test]
fn two_setups() {
    at_once(Verb::Setup, Verb::Setup);
}

#[test]
fn two_teardowns() {
    at_once(Verb::Teardown, Verb::Teardown);
}

#[test]
fn a_setup_and_a_teardown_during_it() {
    at_once(Verb::Setup, Verb::Teardown);
}

#[test]
fn a_teardown_and_a_setup_during_it() {
    at_once(Verb::Teardown, Verb::Setup);
}
