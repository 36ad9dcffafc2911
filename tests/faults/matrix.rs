//! Every call of setup and of teardown, with every fault. The calls are recorded at the proxy, not
//! listed in the code. After each fault, the next setup results in the same state as a setup
//! without faults, and the next teardown in the state before.

use std::time::Instant;

use cogmig_sandbox::{Fault, NEW_ACCOUNT};

use crate::baseline::{Baseline, Verb};
use crate::support::stage::Stage;

/// The fault of a call, and the exit status of the run.
#[derive(Clone, Copy, Debug)]
struct Trial {
    fault: Fault,
    times: usize,
    /// The exit status. `None` if the process is killed while it waits for the response.
    code: Option<i32>,
}

const DENIED: Trial = Trial {
    fault: Fault::Denied,
    times: 1,
    code: Some(1),
};
const CUT: Trial = Trial {
    fault: Fault::CutAfter,
    times: 1,
    code: Some(0),
};
const KILLED: Trial = Trial {
    fault: Fault::NoResponse,
    times: 1,
    code: None,
};
const THROTTLED: Trial = Trial {
    fault: Fault::Throttled,
    times: 3,
    code: Some(0),
};
const TWICE: Trial = Trial {
    fault: Fault::Twice,
    times: 1,
    code: Some(0),
};

/// Runs a command with a fault in its n-th call. Returns a description for failures.
fn inject(baseline: &Baseline, verb: Verb, n: usize, trial: Trial) -> String {
    baseline.prepare(verb);
    let (command, nth) = (baseline.command(verb), &baseline.calls(verb)[n]);
    let context = format!("{command}, {nth:?}, {trial:?}");
    let stage = &baseline.stage;
    stage.inject(nth, trial.fault, trial.times);
    match trial.code {
        // They're only for checks, so a run continues without them.
        Some(_) if nth.is_for_checks() => stage.ok(command).assert_ended(0, &context),
        // A teardown continues without its report.
        Some(1) if nth.is_for_report() => stage.cogmig(command).assert_ended(0, &context),
        Some(code) => stage.cogmig(command).assert_ended(code, &context),
        None => stage.start_until_fault(command).kill(),
    }
    assert_eq!(stage.sandbox.clear_faults(), trial.times, "{context}");
    context
}

/// The ExternalId that the access role requires is the one that the function sends.
fn assert_one_external_id(stage: &Stage) {
    let snapshot = stage.sandbox.snapshot();
    let function = &snapshot[NEW_ACCOUNT]["functions"][0]["configuration"];
    let sent = &function["Environment"]["Variables"]["OLD_EXTERNAL_ID"];
    assert_eq!(*sent, stage.external_id());
}

/// Injects the fault into every call of a command in turn.
#[expect(clippy::print_stderr, reason = "prints the size of the matrix")]
fn every_call(verb: Verb, trial: Trial) {
    let start = Instant::now();
    let mut baseline = Baseline::new();
    for n in 0..baseline.calls(verb).len() {
        let context = inject(&baseline, verb, n, trial);
        // Alternates between a setup and an immediate teardown after the fault. If the process is
        // killed, the order is reversed, because other calls can be in progress.
        if baseline.is_new_state() {
            if (n % 2 == 0) == trial.code.is_some() {
                baseline.assert_recovers(Verb::Setup, &context);
                assert_one_external_id(&baseline.stage);
            }
            baseline.assert_recovers(Verb::Teardown, &context);
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
fn an_error_of_every_call_of_setup() {
    every_call(Verb::Setup, DENIED);
}

#[test]
fn an_error_of_every_call_of_teardown() {
    every_call(Verb::Teardown, DENIED);
}

#[test]
fn every_response_to_setup_lost() {
    every_call(Verb::Setup, CUT);
}

#[test]
fn every_response_to_teardown_lost() {
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
fn every_call_of_setup_processed_twice() {
    every_call(Verb::Setup, TWICE);
}

#[test]
fn every_call_of_teardown_processed_twice() {
    every_call(Verb::Teardown, TWICE);
}
