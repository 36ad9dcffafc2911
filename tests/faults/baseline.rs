//! What setup and teardown do without faults: their calls, and the state after each. Tests that
//! run both often start from these states and compare with them.

use std::collections::HashSet;

use cogmig_sandbox::Checkpoint;
use serde_json::Value;

use crate::support::calls::NthCall;
use crate::support::stage::Stage;

/// The two commands that change anything.
#[derive(Clone, Copy, Debug)]
pub enum Verb {
    Setup,
    Teardown,
}

/// Both accounts, and the calls and states of runs without faults.
pub struct Baseline {
    pub stage: Stage,
    /// Setup and teardown: the command, its calls, and the state after it, twice.
    commands: [String; 2],
    calls: [Vec<NthCall>; 2],
    states: [Value; 2],
    checkpoints: [Checkpoint; 2],
    /// The states that were checked already.
    checked: HashSet<String>,
}

impl Baseline {
    pub fn new() -> Self {
        let (stage, there, back) = Stage::for_many_runs();
        let before = stage.stable_snapshot();
        let checkpoint_before = stage.sandbox.checkpoint();
        let setup = stage.calls_of(&there);
        let after = stage.stable_snapshot();
        let checkpoint_after = stage.sandbox.checkpoint();
        let teardown = stage.calls_of(&back);
        stage.assert_state(&before, "there and back");
        let calls = [setup, teardown].map(|mut calls| {
            calls.retain(|call| !call.is_repeated_wait());
            calls
        });
        Self {
            stage,
            commands: [there, back],
            calls,
            checked: HashSet::from([before.to_string(), after.to_string()]),
            states: [after, before],
            checkpoints: [checkpoint_after, checkpoint_before],
        }
    }

    pub fn command(&self, verb: Verb) -> &str {
        &self.commands[verb as usize]
    }

    /// The calls of a run without faults.
    pub fn calls(&self, verb: Verb) -> &[NthCall] {
        &self.calls[verb as usize]
    }

    /// Restores the state that this command starts from.
    pub fn prepare(&self, verb: Verb) {
        let other = match verb {
            Verb::Setup => Verb::Teardown,
            Verb::Teardown => Verb::Setup,
        };
        let state = &self.states[other as usize];
        if self.stage.stable_snapshot() != *state {
            let checkpoint = &self.checkpoints[other as usize];
            self.stage.sandbox.restore(checkpoint);
            self.stage.assert_state(state, "restored");
        }
    }

    /// Whether this state was not checked yet. What a command does depends on the state alone,
    /// so one check per state is enough.
    pub fn is_new_state(&mut self) -> bool {
        self.checked
            .insert(self.stage.stable_snapshot().to_string())
    }

    /// How many states were checked.
    pub fn states(&self) -> usize {
        self.checked.len() - self.states.len()
    }

    /// This command succeeds, and leads to the same state as without faults.
    #[track_caller]
    pub fn assert_recovers(&self, verb: Verb, words: &str) {
        self.stage.ok(self.command(verb));
        let words = format!("{words}, then {verb:?}");
        self.stage.assert_state(&self.states[verb as usize], &words);
    }
}
