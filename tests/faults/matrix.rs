//! Every call that setup and teardown make, and everything that can happen to it: the
//! calls are counted at the hop, not listed by hand. Whatever happens, the next setup
//! comes to what an undisturbed one makes, and the next teardown leaves what was before.

use std::time::Instant;

use cogmig_sandbox::{Fault, NEW_ACCOUNT};

use crate::scene::{Scene, Verb};
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
fn disturb(scene: &Scene, verb: Verb, n: usize, trial: Trial) -> String {
    scene.make_ready(verb);
    let (command, nth) = (scene.command(verb), &scene.calls(verb)[n]);
    let words = format!("{command}, {nth:?}, {trial:?}");
    let stage = &scene.stage;
    stage.disturb(nth, trial.fault, trial.times);
    match trial.ends {
        Some(code) => stage.cogmig(command).assert_ended(code, &words),
        None => stage.start_until_struck(command).kill(),
    }
    assert_eq!(stage.sandbox.calm(), trial.times, "{words}");
    words
}

/// The ExternalId that is asked for is the one that is given.
fn assert_one_external_id(stage: &Stage) {
    let standing = stage.sandbox.standing();
    let function = &standing[NEW_ACCOUNT]["functions"][0]["configuration"];
    let given = &function["Environment"]["Variables"]["OLD_EXTERNAL_ID"];
    assert_eq!(*given, stage.external_id());
}

/// Lets this happen to every call of a command in turn.
#[expect(clippy::print_stderr, reason = "the matrix is to be told")]
fn every_call(verb: Verb, trial: Trial) {
    let start = Instant::now();
    let mut scene = Scene::new();
    for n in 0..scene.calls(verb).len() {
        let words = disturb(&scene, verb, n, trial);
        // Of two neighbours one is followed by a setup and one by a teardown at once; where
        // the process is killed, the other way round. What else was under way at that moment
        // is another thing each time.
        if scene.is_new() {
            if (n % 2 == 0) == trial.ends.is_some() {
                scene.follow_up(Verb::Setup, &words);
                assert_one_external_id(&scene.stage);
            }
            scene.follow_up(Verb::Teardown, &words);
        }
    }
    eprintln!(
        "{:?} at each of {} calls of {verb:?}: {} states between, {} s",
        trial.fault,
        scene.calls(verb).len(),
        scene.states(),
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
