//! A call of a run that gets a fault, and a run that is in progress.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cogmig_sandbox::{Fault, Injection};

use crate::support::run::Run;
use crate::support::stage::Stage;

/// One call of an run without faults: the so-manieth of its operation in its account.
#[derive(Debug)]
pub struct NthCall {
    pub account: String,
    pub action: String,
    pub after: usize,
}

impl NthCall {
    /// The call of an operation after so many others of it.
    pub fn of(account: &str, action: &str, after: usize) -> Self {
        Self {
            account: account.into(),
            action: action.into(),
            after,
        }
    }
}

/// A run that is under way.
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

    /// Waits until it says this on standard error, and takes what was said until then.
    pub fn says(&mut self, text: &str) {
        let stderr = self.0.stderr.as_mut().unwrap();
        let (mut said, mut next) = (String::new(), [0]);
        while !said.ends_with(text) {
            let end = stderr.read_exact(&mut next);
            end.unwrap_or_else(|_| panic!("nothing of {text:?}\n{said}"));
            said.push(next[0].into());
        }
    }

    /// Waits for its end.
    pub fn end(self) -> Run {
        Run::from(self.0.wait_with_output().unwrap())
    }
}

impl Stage {
    /// From now on this happens to that call, and to those of its operation after it.
    pub fn inject(&self, nth: &NthCall, fault: Fault, times: usize) {
        self.sandbox.inject(Injection {
            account: nth.account.clone(),
            action: nth.action.clone(),
            after: nth.after,
            times,
            fault,
        });
    }

    /// Starts a run, and waits until its call is met by what was to happen to it.
    pub fn start_until_fault(&self, command: &str) -> Running {
        let mut process = self.command();
        process.args(command.split(' '));
        let process = process.stdout(Stdio::piped()).stderr(Stdio::piped());
        let running = Running(process.spawn().unwrap());
        if !self.sandbox.wait_for_fault(Duration::from_mins(1)) {
            running.signal("KILL");
            panic!("not met: {}", running.end());
        }
        running
    }
}
