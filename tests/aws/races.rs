//! Two runs at once, from two machines: one is held at each of its calls in turn while
//! the other runs from beginning to end. Whatever comes of it, the next setup comes to
//! what a lonely one makes, and the next teardown leaves what was before.

use std::collections::HashSet;

use cogmig_sandbox::Fault;

use crate::calls::Nth;
use crate::run::Run;
use crate::stage::Stage;

#[derive(Clone, Copy)]
enum Verb {
    Setup,
    Teardown,
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Teardown => "teardown",
        }
    }
}

/// One of the two runs: it succeeds, or says why not.
fn assert_told(run: &Run, words: &str) {
    run.assert_ended(run.code, words);
    let told = run.said("error:") || run.said("look at:");
    assert!(run.code == 0 || (run.code == 1 && told), "{words}\n{run}");
}

/// Holds `held` at each of its calls, while `other` runs.
#[expect(clippy::print_stderr, reason = "the matrix is to be told")]
fn at_once(held: Verb, other: Verb) {
    let (stage, there, back) = Stage::for_many_runs();
    let before = stage.steady();
    let setup = stage.calls_of(&there);
    let after = stage.steady();
    let teardown = stage.calls_of(&back);
    let command = |verb| match verb {
        Verb::Setup => there.as_str(),
        Verb::Teardown => back.as_str(),
    };
    let calls: &[Nth] = match held {
        Verb::Setup => &setup,
        Verb::Teardown => &teardown,
    };
    let from = match held {
        Verb::Setup => &before,
        Verb::Teardown => &after,
    };
    let mut followed = HashSet::from([before.to_string(), after.to_string()]);
    let mut both_succeeded = 0;
    for nth in calls {
        let words = format!("{} held at {nth:?} for {}", command(held), command(other));
        if stage.steady() != *from {
            stage.ok(if *from == before { &back } else { &there });
        }
        stage.disturb(nth, Fault::Held, 1);
        let first = stage.start_until_struck(command(held));
        let second = stage.cogmig(command(other));
        stage.sandbox.calm();
        let first = first.end();
        assert_told(&second, &words);
        assert_told(&first, &words);
        both_succeeded += usize::from(first.code == 0 && second.code == 0);
        if followed.insert(stage.steady().to_string()) {
            stage.ok(&there);
            stage.assert_stands(&after, &format!("{words}, then setup"));
            stage.ok(&back);
            stage.assert_stands(&before, &format!("{words}, then setup and teardown"));
        }
    }
    eprintln!(
        "{} held at each of {} calls for {}: both succeeded {both_succeeded} times, {} states between",
        held.name(),
        calls.len(),
        other.name(),
        followed.len() - 2
    );
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
fn a_setup_and_a_teardown_in_the_midst_of_it() {
    at_once(Verb::Setup, Verb::Teardown);
}

#[test]
fn a_teardown_and_a_setup_in_the_midst_of_it() {
    at_once(Verb::Teardown, Verb::Setup);
}
