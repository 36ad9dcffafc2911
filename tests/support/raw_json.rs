//! Pools and app clients as raw JSON: boto3 shows only the members that its model has.

use cogmig_sandbox::Pool;
use serde_json::{Value, json};

use crate::support::stage::Stage;

impl Stage {
    /// The pool as AWS describes it, but for the stamp of the last change.
    pub fn pool_json(&self, pool: &Pool) -> Value {
        let answer = self.sandbox.raw(pool, "DescribeUserPool", json!({}));
        without_stamp(answer.unwrap()["UserPool"].take())
    }

    /// The pool's first app client in the same way.
    pub fn client_json(&self, pool: &Pool) -> Value {
        let client = json!({"ClientId": pool.client});
        let answer = self.sandbox.raw(pool, "DescribeUserPoolClient", client);
        without_stamp(answer.unwrap()["UserPoolClient"].take())
    }

    /// The requests of an operation since the journal was cleared.
    pub fn requests(&self, operation: &str) -> Vec<Value> {
        let calls = self.sandbox.journal().into_iter();
        calls
            .filter(|call| call.action == operation)
            .map(|call| serde_json::from_slice(&call.body).unwrap())
            .collect()
    }
}

fn without_stamp(mut described: Value) -> Value {
    let members = described.as_object_mut().unwrap();
    members.remove("LastModifiedDate").unwrap();
    described
}

/// Member by member, so that a failure names the one that is lost.
#[track_caller]
pub fn assert_same(what: &str, stands: &Value, expected: &Value) {
    let [stands, expected] = [stands, expected].map(|value| value.as_object().unwrap());
    for member in expected.keys().chain(stands.keys()) {
        let [stands, expected] = [stands, expected].map(|members| members.get(member));
        assert_eq!(stands, expected, "{what}: {member}");
    }
}
