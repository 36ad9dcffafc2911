//! The calls of setup and teardown without faults, and the state after each. Tests that run both
//! many times start from these states and compare with them.

use std::collections::HashSet;

use cogmig_sandbox::Checkpoint;
use serde_json::Value;

use crate::support::calls::NthCall;
use crate::support::stage::Stage;

/// The commands that make changes.
#[derive(Clone, Copy, Debug)]
pub enum Verb {
    Setup,
    Teardown,
}

/// Both accounts, and the calls and states of runs without faults.
pub struct Baseline {
    pub stage: Stage,
    /// For setup and teardown: the command, its calls, and the state and checkpoint after it.
    commands: [String; 2],
    calls: [Vec<NthCall>; 2],
    states: [Value; 2],
    checkpoints: [Checkpoint; 2],
    /// The states that have been checked.
    checked: HashSet<String>,
}

impl Baseline {
    pub fn new() -> Self {
        let (stage, setup_command, teardown_command) = Stage::for_many_runs();
        let before = stage.stable_snapshot();
        let checkpoint_before = stage.sandbox.checkpoint();
        let setup = stage.calls_of(&setup_command);
        let after = stage.stable_snapshot();
        let checkpoint_after = stage.sandbox.checkpoint();
        let teardown = stage.calls_of(&teardown_command);
        stage.assert_state(&before, "setup and teardown");
        let calls = [setup, teardown].map(|mut calls| {
            calls.retain(|call| !call.is_repeated_wait());
            calls
        });
        Self {
            stage,
            commands: [setup_command, teardown_command],
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

    /// Whether this state hasn't been checked yet. A command depends only on the state, so one
    /// check per state is enough.
    pub fn is_new_state(&mut self) -> bool {
        self.checked
            .insert(self.stage.stable_snapshot().to_string())
    }

    /// The number of checked states.
    pub fn states(&self) -> usize {
        self.checked.len() - self.states.len()
    }

    /// Checks that this command succeeds with the same state as without faults.
    #[track_caller]
    pub fn assert_recovers(&self, verb: Verb, context: &str) {
        self.stage.ok(self.command(verb));
        let context = format!("{context}, then {verb:?}");
        self.stage
            .assert_state(&self.states[verb as usize], &context);
    }
}
