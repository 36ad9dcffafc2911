//! Injects a fault into a call of a run, and controls a run in progress.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cogmig_sandbox::{Fault, Injection};

use crate::support::run::Run;
use crate::support::stage::Stage;

/// The n-th call of an operation in an account during a run.
#[derive(Debug)]
pub struct NthCall {
    pub account: String,
    pub action: String,
    /// The number of calls of the operation before this one.
    pub after: usize,
}

impl NthCall {
    /// The call after this number of calls of the same operation.
    pub fn of(account: &str, action: &str, after: usize) -> Self {
        Self {
            account: account.into(),
            action: action.into(),
            after,
        }
    }
}

/// A run in progress.
pub struct Running(pub Child);

impl Running {
    /// Sends a signal, such as `INT`.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.0.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits until the process has printed this text to standard error. Consumes the output.
    pub fn wait_for_stderr(&mut self, text: &str) {
        let stderr = self.0.stderr.as_mut().unwrap();
        let (mut printed, mut next) = (String::new(), [0]);
        while !printed.ends_with(text) {
            let end = stderr.read_exact(&mut next);
            end.unwrap_or_else(|_| panic!("{text:?} was not printed\n{printed}"));
            printed.push(next[0].into());
        }
    }

    /// Waits until the process exits.
    pub fn end(self) -> Run {
        Run::from(self.0.wait_with_output().unwrap())
    }
}

impl Stage {
    /// Injects a fault into this call and the following calls of its operation, `times` in total.
    pub fn inject(&self, nth: &NthCall, fault: Fault, times: usize) {
        self.sandbox.inject(Injection {
            account: nth.account.clone(),
            action: nth.action.clone(),
            after: nth.after,
            times,
            fault,
        });
    }

    /// Starts a run, and waits until the injected fault has had its effect.
    pub fn start_until_fault(&self, command: &str) -> Running {
        let mut process = self.command();
        process.args(command.split(' '));
        let process = process.stdout(Stdio::piped()).stderr(Stdio::piped());
        let running = Running(process.spawn().unwrap());
        if !self.sandbox.wait_for_fault(Duration::from_mins(1)) {
            running.signal("KILL");
            panic!("no call got the fault: {}", running.end());
        }
        running
    }
}
