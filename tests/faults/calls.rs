//! The calls of a run, counted at the proxy, and whether two states are the same.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use serde_json::Value;

use crate::support::calls::{NthCall, Running};
use crate::support::stage::Stage;

impl NthCall {
    /// Whether it asks once more whether a function is ready: how often depends on the machine.
    pub fn is_repeated_wait(&self) -> bool {
        self.action == "GetFunction" && self.after > 1
    }

    /// Whether it is the first of its operation.
    pub fn is_first(&self) -> bool {
        self.after == 0
    }
}

impl Running {
    /// SIGKILL. AWS still does what it was asked for before.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
}

impl Stage {
    /// The calls of a command that succeeds.
    pub fn calls_of(&self, command: &str) -> Vec<NthCall> {
        self.sandbox.clear_journal();
        self.ok(command);
        let mut seen: HashMap<(String, String), usize> = HashMap::new();
        let journal = self.sandbox.journal().into_iter();
        let nth = journal.map(|call| {
            let count = seen.entry((call.account.clone(), call.action.clone()));
            let after = *count.and_modify(|count| *count += 1).or_default();
            let (account, action) = (call.account, call.action);
            NthCall {
                account,
                action,
                after,
            }
        });
        nth.collect()
    }

    /// What stands, without what each setup makes anew.
    pub fn stable_snapshot(&self) -> Value {
        let mut snapshot = self.sandbox.snapshot();
        mask(&mut snapshot);
        snapshot
    }

    /// This stands; or each place is told where it does not.
    #[track_caller]
    pub fn assert_state(&self, expected: &Value, words: &str) {
        let mut places = Vec::new();
        differ("", &self.stable_snapshot(), expected, &mut places);
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
