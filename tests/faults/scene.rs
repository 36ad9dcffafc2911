//! Where setup and teardown are run very often, each time from what an undisturbed run
//! of the other leaves.

use std::collections::HashSet;

use serde_json::Value;

use crate::support::calls::Nth;
use crate::support::stage::Stage;

/// The two commands that change anything.
#[derive(Clone, Copy, Debug)]
pub enum Verb {
    Setup,
    Teardown,
}

/// Both accounts, and what undisturbed runs do in them.
pub struct Scene {
    pub stage: Stage,
    /// The commands there and back, their calls, and what stands after each.
    commands: [String; 2],
    calls: [Vec<Nth>; 2],
    stands: [Value; 2],
    /// The states from which setup and teardown are known to lead where they should.
    followed: HashSet<String>,
}

impl Scene {
    pub fn new() -> Self {
        let (stage, there, back) = Stage::for_many_runs();
        let before = stage.steady();
        let setup = stage.calls_of(&there);
        let after = stage.steady();
        let teardown = stage.calls_of(&back);
        stage.assert_stands(&before, "there and back");
        let calls = [setup, teardown].map(|mut calls| {
            calls.retain(|call| !call.is_repeated_wait());
            calls
        });
        Self {
            stage,
            commands: [there, back],
            calls,
            followed: HashSet::from([before.to_string(), after.to_string()]),
            stands: [after, before],
        }
    }

    pub fn command(&self, verb: Verb) -> &str {
        &self.commands[verb as usize]
    }

    /// The calls of an undisturbed run.
    pub fn calls(&self, verb: Verb) -> &[Nth] {
        &self.calls[verb as usize]
    }

    /// Brings about what an undisturbed run starts from.
    pub fn make_ready(&self, verb: Verb) {
        let other = match verb {
            Verb::Setup => Verb::Teardown,
            Verb::Teardown => Verb::Setup,
        };
        if self.stage.steady() != self.stands[other as usize] {
            self.stage.ok(self.command(other));
        }
    }

    /// Whether nothing is known yet of what stands now. What follows depends on nothing
    /// else: a state that was followed up once need not be again.
    pub fn is_new(&mut self) -> bool {
        self.followed.insert(self.stage.steady().to_string())
    }

    /// How many states were followed up.
    pub fn states(&self) -> usize {
        self.followed.len() - self.stands.len()
    }

    /// From here this command leads where it should.
    #[track_caller]
    pub fn follow_up(&self, verb: Verb, words: &str) {
        self.stage.ok(self.command(verb));
        let words = format!("{words}, then {verb:?}");
        self.stage
            .assert_stands(&self.stands[verb as usize], &words);
    }
}
