//! The calls of a run, counted at the hop, and what can be done to each of them.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cogmig_sandbox::{Disturbance, Fault};
use serde_json::Value;

use crate::run::Run;
use crate::stage::Stage;

/// One call of an undisturbed run: the so-manieth of its operation in its account.
#[derive(Debug)]
pub struct Nth {
    account: String,
    action: String,
    after: usize,
}

impl Nth {
    /// Whether it asks once more whether a function is ready: how often depends on the machine.
    pub fn is_repeated_wait(&self) -> bool {
        self.action == "GetFunction" && self.after > 1
    }

    /// The call of an operation after so many others of it.
    pub fn of(account: &str, action: &str, after: usize) -> Self {
        Self {
            account: account.into(),
            action: action.into(),
            after,
        }
    }

    /// Whether it is the first of its operation.
    pub fn is_first(&self) -> bool {
        self.after == 0
    }
}

/// A run that is under way.
pub struct Running(Child);

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

    /// SIGKILL.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Waits for its end.
    pub fn end(self) -> Run {
        Run::from(self.0.wait_with_output().unwrap())
    }
}

impl Stage {
    /// The calls of a command that succeeds.
    pub fn calls_of(&self, command: &str) -> Vec<Nth> {
        self.sandbox.clear_journal();
        self.ok(command);
        let mut seen: HashMap<(String, String), usize> = HashMap::new();
        let journal = self.sandbox.journal().into_iter();
        let nth = journal.map(|call| {
            let count = seen.entry((call.account.clone(), call.action.clone()));
            let after = *count.and_modify(|count| *count += 1).or_default();
            let (account, action) = (call.account, call.action);
            Nth {
                account,
                action,
                after,
            }
        });
        nth.collect()
    }

    /// From now on this happens to that call, and to those of its operation after it.
    pub fn disturb(&self, nth: &Nth, fault: Fault, times: usize) {
        self.sandbox.disturb(Disturbance {
            account: nth.account.clone(),
            action: nth.action.clone(),
            after: nth.after,
            times,
            fault,
        });
    }

    /// Starts a run, and waits until its call is met by what was to happen to it.
    pub fn start_until_struck(&self, command: &str) -> Running {
        let mut process = self.command();
        process.args(command.split(' '));
        let process = process.stdout(Stdio::piped()).stderr(Stdio::piped());
        let running = Running(process.spawn().unwrap());
        if !self.sandbox.wait_until_struck(Duration::from_mins(1)) {
            running.signal("KILL");
            panic!("not met: {}", running.end());
        }
        running
    }

    /// What stands, without what each setup makes anew.
    pub fn steady(&self) -> Value {
        let mut standing = self.sandbox.standing();
        mask(&mut standing);
        standing
    }

    /// This stands; or each place is told where it does not.
    #[track_caller]
    pub fn assert_stands(&self, expected: &Value, words: &str) {
        let mut places = Vec::new();
        differ("", &self.steady(), expected, &mut places);
        assert!(places.is_empty(), "{words}:\n{}", places.join("\n"));
    }
}

fn differ(path: &str, stands: &Value, expected: &Value, places: &mut Vec<String>) {
    match (stands, expected) {
        (Value::Object(left), Value::Object(right)) => {
            let members: BTreeSet<_> = left.keys().chain(right.keys()).collect();
            for member in members {
                let none = &Value::Null;
                let [left, right] = [left, right].map(|side| side.get(member).unwrap_or(none));
                differ(&format!("{path}/{member}"), left, right, places);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (place, (left, right)) in left.iter().zip(right).enumerate() {
                differ(&format!("{path}/{place}"), left, right, places);
            }
        }
        _ if stands == expected => {}
        _ => places.push(format!("{path} is {stands}, not {expected}")),
    }
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match name.as_str() {
                    "sts:ExternalId" | "OLD_EXTERNAL_ID" | "RoleId" | "PolicyId"
                    | "DefaultVersionId" => *member = Value::Null,
                    _ => mask(member),
                }
            }
        }
        Value::Array(members) => members.iter_mut().for_each(mask),
        _ => {}
    }
}
