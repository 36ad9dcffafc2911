//! Pools and app clients as raw JSON, because boto3 returns only the members of its model.

use cogmig_sandbox::Pool;
use serde_json::{Value, json};

use crate::support::stage::Stage;

impl Stage {
    /// The description of a pool, without the time of its last change.
    pub fn pool_json(&self, pool: &Pool) -> Value {
        let answer = self.sandbox.raw(pool, "DescribeUserPool", json!({}));
        without_date(answer.unwrap()["UserPool"].take())
    }

    /// The description of the pool's first app client, without the time of its last change.
    pub fn client_json(&self, pool: &Pool) -> Value {
        let client = json!({"ClientId": pool.client});
        let answer = self.sandbox.raw(pool, "DescribeUserPoolClient", client);
        without_date(answer.unwrap()["UserPoolClient"].take())
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

fn without_date(mut described: Value) -> Value {
    let members = described.as_object_mut().unwrap();
    members.remove("LastModifiedDate").unwrap();
    described
}

/// Compares member by member, so that a failure names the lost member.
#[track_caller]
pub fn assert_same(what: &str, actual: &Value, expected: &Value) {
    let [actual, expected] = [actual, expected].map(|value| value.as_object().unwrap());
    for member in expected.keys().chain(actual.keys()) {
        let [actual, expected] = [actual, expected].map(|members| members.get(member));
        assert_eq!(actual, expected, "{what}: {member}");
    }
}
