//! A second setup fixes drift.

use cogmig_sandbox::NEW_ACCOUNT;
use serde_json::{Value, json};

use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, LOG_GROUP, PASSWORD, POLICY_ARN, Stage};

const PASSING: [&str; 4] = ["DefaultVersionId", "PolicyId", "RoleId", "StateReason"];

impl Stage {
    /// What stands, without what AWS counts or draws anew when a thing is made again.
    fn settled(&self) -> Value {
        fn settle(value: &mut Value) {
            match value {
                Value::Object(members) => {
                    members.retain(|name, _| !PASSING.contains(&name.as_str()));
                    members.values_mut().for_each(settle);
                }
                Value::Array(members) => members.iter_mut().for_each(settle),
                _ => {}
            }
        }
        let mut snapshot = self.sandbox.snapshot();
        settle(&mut snapshot);
        snapshot
    }
}

/// A change by hand, and then a setup that puts it right.
pub fn converges(change: impl FnOnce(&Stage)) {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.setup();
    let settled = stage.settled();
    change(&stage);
    assert_ne!(stage.settled(), settled, "nothing was changed by hand");
    stage.setup();
    assert_eq!(stage.settled(), settled);
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn the_trust_of_the_access_role_but_for_its_external_id() {
    converges(|stage| {
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": format!("arn:aws:iam::{NEW_ACCOUNT}:root")},
            "Condition": {"StringEquals": {"sts:ExternalId": stage.external_id()}},
        }]});
        let params = json!({"RoleName": ACCESS_ROLE, "PolicyDocument": trust.to_string()});
        stage.aws("old", "iam:UpdateAssumeRolePolicy", params);
    });
}

#[test]
fn the_inline_policy_widened() {
    converges(|stage| {
        let role = json!({"RoleName": ACCESS_ROLE});
        let names = stage.aws("old", "iam:ListRolePolicies", role);
        let wide = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "cognito-idp:*", "Resource": "*"},
        ]});
        let params = json!({
            "RoleName": ACCESS_ROLE, "PolicyName": names["PolicyNames"][0],
            "PolicyDocument": wide.to_string(),
        });
        stage.aws("old", "iam:PutRolePolicy", params);
    });
}

#[test]
fn the_managed_policy_narrowed_often() {
    converges(Stage::narrow_the_policy_often);
}

#[test]
fn the_environment_of_the_function() {
    converges(|stage| {
        stage.edit_environment(|variables| {
            variables["OLD_EXTERNAL_ID"] = "another".into();
            variables["MORE"] = "than-there-was".into();
        });
    });
}

#[test]
fn the_size_of_the_function() {
    converges(|stage| {
        let params = json!({"FunctionName": LAMBDA, "Timeout": 3, "MemorySize": 128});
        stage.aws("new", "lambda:UpdateFunctionConfiguration", params);
    });
}

#[test]
fn the_code_of_the_function() {
    converges(Stage::empty_the_function);
}

#[test]
fn the_retention_of_the_logs() {
    converges(|stage| {
        let group = json!({"logGroupName": LOG_GROUP});
        stage.aws("new", "logs:DeleteRetentionPolicy", group);
    });
}

#[test]
fn the_permission_to_invoke() {
    converges(Stage::remove_permission);
}

#[test]
fn the_permission_for_another_pool() {
    converges(|stage| {
        stage.permit("arn:aws:cognito-idp:eu-central-1:222222222222:userpool/eu-central-1_other");
    });
}

#[test]
fn the_trigger_taken_off() {
    converges(|stage| stage.set_trigger(None));
}

#[test]
fn the_flows_taken_away() {
    converges(|stage| {
        for pool in [&stage.old, &stage.new] {
            stage.edit_client(pool, &pool.client, |client| {
                client["ExplicitAuthFlows"].as_array_mut().unwrap().pop();
            });
        }
    });
}

#[test]
fn the_policy_detached() {
    converges(|stage| {
        let attachment = json!({"RoleName": LAMBDA, "PolicyArn": POLICY_ARN});
        stage.aws("new", "iam:DetachRolePolicy", attachment);
    });
}
