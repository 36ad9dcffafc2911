//! Every call of setup and of teardown, with every fault. The calls are counted at the proxy,
//! not listed by hand. After each fault, the next setup leads to the same state as one without
//! faults, and the next teardown to the state before.

use std::time::Instant;

use cogmig_sandbox::{Fault, NEW_ACCOUNT};

use crate::baseline::{Baseline, Verb};
use crate::support::stage::Stage;

/// What happens to a call, and how the run that it happens to ends.
#[derive(Clone, Copy, Debug)]
struct Trial {
    fault: Fault,
    times: usize,
    /// The exit status; none where the process is killed while it waits for the answer.
    ends: Option<i32>,
}

const DENIED: Trial = Trial {
    fault: Fault::Denied,
    times: 1,
    ends: Some(1),
};
const CUT: Trial = Trial {
    fault: Fault::CutAfter,
    times: 1,
    ends: Some(0),
};
const KILLED: Trial = Trial {
    fault: Fault::Silent,
    times: 1,
    ends: None,
};
const THROTTLED: Trial = Trial {
    fault: Fault::Throttled,
    times: 3,
    ends: Some(0),
};
const TWICE: Trial = Trial {
    fault: Fault::Twice,
    times: 1,
    ends: Some(0),
};

/// Runs a command while this happens to its call of this number; and tells what it did.
fn inject(baseline: &Baseline, verb: Verb, n: usize, trial: Trial) -> String {
    baseline.prepare(verb);
    let (command, nth) = (baseline.command(verb), &baseline.calls(verb)[n]);
    let words = format!("{command}, {nth:?}, {trial:?}");
    let stage = &baseline.stage;
    stage.inject(nth, trial.fault, trial.times);
    match trial.ends {
        Some(code) => stage.cogmig(command).assert_ended(code, &words),
        None => stage.start_until_fault(command).kill(),
    }
    assert_eq!(stage.sandbox.clear_faults(), trial.times, "{words}");
    words
}

/// The ExternalId that is asked for is the one that is given.
fn assert_one_external_id(stage: &Stage) {
    let snapshot = stage.sandbox.snapshot();
    let function = &snapshot[NEW_ACCOUNT]["functions"][0]["configuration"];
    let given = &function["Environment"]["Variables"]["OLD_EXTERNAL_ID"];
    assert_eq!(*given, stage.external_id());
}

/// Lets this happen to every call of a command in turn.
#[expect(clippy::print_stderr, reason = "the matrix is to be told")]
fn every_call(verb: Verb, trial: Trial) {
    let start = Instant::now();
    let mut baseline = Baseline::new();
    for n in 0..baseline.calls(verb).len() {
        let words = inject(&baseline, verb, n, trial);
        // Of two neighbours one is followed by a setup and one by a teardown at once; where
        // the process is killed, the other way round. What else was under way at that moment
        // is another thing each time.
        if baseline.is_new_state() {
            if (n % 2 == 0) == trial.ends.is_some() {
                baseline.assert_recovers(Verb::Setup, &words);
                assert_one_external_id(&baseline.stage);
            }
            baseline.assert_recovers(Verb::Teardown, &words);
        }
    }
    eprintln!(
        "{:?} at each of {} calls of {verb:?}: {} states between, {} s",
        trial.fault,
        baseline.calls(verb).len(),
        baseline.states(),
        start.elapsed().as_secs()
    );
}

#[test]
fn an_error_at_every_call_of_setup() {
    every_call(Verb::Setup, DENIED);
}

#[test]
fn an_error_at_every_call_of_teardown() {
    every_call(Verb::Teardown, DENIED);
}

#[test]
fn every_answer_to_setup_cut_off() {
    every_call(Verb::Setup, CUT);
}

#[test]
fn every_answer_to_teardown_cut_off() {
    every_call(Verb::Teardown, CUT);
}

#[test]
fn setup_killed_at_every_call() {
    every_call(Verb::Setup, KILLED);
}

#[test]
fn teardown_killed_at_every_call() {
    every_call(Verb::Teardown, KILLED);
}

#[test]
fn every_call_of_setup_throttled() {
    every_call(Verb::Setup, THROTTLED);
}

#[test]
fn every_call_of_teardown_throttled() {
    every_call(Verb::Teardown, THROTTLED);
}

#[test]
fn every_step_of_setup_done_twice() {
    every_call(Verb::Setup, TWICE);
}

#[test]
fn every_step_of_teardown_done_twice() {
    every_call(Verb::Teardown, TWICE);
}
