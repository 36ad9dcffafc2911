//! The calls of a run, counted at the proxy, and the comparison of states.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use serde_json::Value;

use crate::support::calls::{NthCall, Running};
use crate::support::stage::Stage;

impl NthCall {
    /// Whether it repeats the check that a function is ready. The number of repetitions depends on
    /// the machine.
    pub fn is_repeated_wait(&self) -> bool {
        self.action == "GetFunction" && self.after > 1
    }

    /// Whether only the final report of a teardown needs it.
    pub fn is_for_report(&self) -> bool {
        ["StartQuery", "GetQueryResults", "GetMetricData"].contains(&self.action.as_str())
    }

    /// Whether only a check of setup or teardown needs it.
    pub fn is_for_checks(&self) -> bool {
        let reads = [
            "GetAccountSettings",
            "GetUserPoolMfaConfig",
            "ListIdentityProviders",
            "ListPointInTimeRecoveries",
            "ListResourceServers",
            "ListUserImportJobs",
            "ListUserPoolClientSecrets",
            "ListUsers",
        ];
        reads.contains(&self.action.as_str())
    }

    /// Whether it is the first call of its operation.
    pub fn is_first(&self) -> bool {
        self.after == 0
    }
}

impl Running {
    /// Sends SIGKILL. AWS still processes the calls that were sent before.
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

    /// A snapshot without the values that each setup generates.
    pub fn stable_snapshot(&self) -> Value {
        let mut snapshot = self.sandbox.snapshot();
        mask(&mut snapshot);
        snapshot
    }

    /// Compares the state of both accounts. A failure lists each difference.
    #[track_caller]
    pub fn assert_state(&self, expected: &Value, context: &str) {
        let mut differences = Vec::new();
        collect_differences("", &self.stable_snapshot(), expected, &mut differences);
        assert!(
            differences.is_empty(),
            "{context}:\n{}",
            differences.join("\n")
        );
    }
}

fn collect_differences(
    path: &str,
    actual: &Value,
    expected: &Value,
    differences: &mut Vec<String>,
) {
    match (actual, expected) {
        (Value::Object(left), Value::Object(right)) => {
            let members: BTreeSet<_> = left.keys().chain(right.keys()).collect();
            for member in members {
                let none = &Value::Null;
                let [left, right] = [left, right].map(|side| side.get(member).unwrap_or(none));
                collect_differences(&format!("{path}/{member}"), left, right, differences);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (place, (left, right)) in left.iter().zip(right).enumerate() {
                collect_differences(&format!("{path}/{place}"), left, right, differences);
            }
        }
        _ if actual == expected => {}
        _ => differences.push(format!("{path} is {actual}, not {expected}")),
    }
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match name.as_str() {
                    "sts:ExternalId" | "OLD_EXTERNAL_ID" | "LOG_USER_KEY" | "RoleId"
                    | "PolicyId" | "DefaultVersionId" => *member = Value::Null,
                    _ => mask(member),
                }
            }
        }
        Value::Array(members) => members.iter_mut().for_each(mask),
        _ => {}
    }
}
