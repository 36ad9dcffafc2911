//! Every call that setup and teardown make, and everything that can happen to it: the
//! calls are counted at the hop, not listed by hand. Whatever happens, the next setup
//! comes to what an undisturbed one makes, and the next teardown leaves what was before.

use std::collections::HashSet;
use std::time::Instant;

use cogmig_sandbox::{Fault, NEW_ACCOUNT};
use serde_json::Value;

use crate::calls::Nth;
use crate::stage::Stage;

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

/// Runs a command while this happens to that call of it.
fn disturbed(stage: &Stage, command: &str, nth: &Nth, trial: Trial) {
    let words = || format!("{command}, {nth:?}, {trial:?}");
    stage.disturb(nth, trial.fault, trial.times);
    match trial.ends {
        Some(code) => stage.cogmig(command).assert_ended(code, &words()),
        None => stage.start_until_struck(command).kill(),
    }
    assert_eq!(stage.sandbox.calm(), trial.times, "{}", words());
}

/// The ExternalId that is asked for is the one that is given.
fn assert_one_external_id(stage: &Stage) {
    let standing = stage.sandbox.standing();
    let function = &standing[NEW_ACCOUNT]["functions"][0]["configuration"];
    let given = &function["Environment"]["Variables"]["OLD_EXTERNAL_ID"];
    assert_eq!(*given, stage.external_id());
}

/// Lets this happen to every call of `command` in turn. What follows depends on nothing
/// but what stands in AWS: a state that was followed up once by a setup and by a
/// teardown need not be again.
#[expect(clippy::print_stderr, reason = "the matrix is to be told")]
fn every_call(command: &str, trial: Trial) {
    let start = Instant::now();
    let (stage, there, back) = Stage::for_many_runs();
    let before = stage.steady();
    let setup = stage.calls_of(&there);
    let after = stage.steady();
    let teardown = stage.calls_of(&back);
    stage.assert_stands(&before, "there and back");
    let (command, calls, from) = match command {
        "setup" => (&there, setup, &before),
        _ => (&back, teardown, &after),
    };
    let return_to = |from: &Value| {
        let stands = stage.steady();
        if stands != *from {
            stage.ok(if *from == before { &back } else { &there });
        }
    };
    let mut followed = HashSet::from([before.to_string(), after.to_string()]);
    for nth in &calls {
        let words = format!("{command}, {nth:?}, {trial:?}");
        return_to(from);
        disturbed(&stage, command, nth, trial);
        let stands = stage.steady();
        if !followed.insert(stands.to_string()) {
            continue;
        }
        stage.ok(&there);
        stage.assert_stands(&after, &format!("{words}, then setup"));
        assert_one_external_id(&stage);
        stage.ok(&back);
        stage.assert_stands(&before, &format!("{words}, then setup and teardown"));
        return_to(from);
        disturbed(&stage, command, nth, trial);
        stage.assert_stands(&stands, &format!("{words}, twice"));
        stage.ok(&back);
        stage.assert_stands(&before, &format!("{words}, then teardown"));
    }
    eprintln!(
        "{:?} at each of {} calls of {}: {} states between, {} s",
        trial.fault,
        calls.len(),
        command.split(' ').next().unwrap(),
        followed.len() - 2,
        start.elapsed().as_secs()
    );
}

#[test]
fn an_error_at_every_call_of_setup() {
    every_call("setup", DENIED);
}

#[test]
fn an_error_at_every_call_of_teardown() {
    every_call("teardown", DENIED);
}

#[test]
fn every_answer_to_setup_cut_off() {
    every_call("setup", CUT);
}

#[test]
fn every_answer_to_teardown_cut_off() {
    every_call("teardown", CUT);
}

#[test]
fn setup_killed_at_every_call() {
    every_call("setup", KILLED);
}

#[test]
fn teardown_killed_at_every_call() {
    every_call("teardown", KILLED);
}

#[test]
fn every_call_of_setup_throttled() {
    every_call("setup", THROTTLED);
}

#[test]
fn every_call_of_teardown_throttled() {
    every_call("teardown", THROTTLED);
}

#[test]
fn every_step_of_setup_done_twice() {
    every_call("setup", TWICE);
}

#[test]
fn every_step_of_teardown_done_twice() {
    every_call("teardown", TWICE);
}
