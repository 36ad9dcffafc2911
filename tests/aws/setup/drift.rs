//! A second setup fixes drift.

use cogmig_sandbox::NEW_ACCOUNT;
use serde_json::{Value, json};

use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, LOG_GROUP, PASSWORD, POLICY_ARN, Stage};

/// Members that AWS generates for each resource, and the key that setup makes for each function.
const GENERATED: [&str; 5] = [
    "DefaultVersionId",
    "LOG_USER_KEY",
    "PolicyId",
    "RoleId",
    "StateReason",
];

impl Stage {
    /// A snapshot without the members that AWS generates.
    fn comparable_snapshot(&self) -> Value {
        fn remove_generated(value: &mut Value) {
            match value {
                Value::Object(members) => {
                    members.retain(|name, _| !GENERATED.contains(&name.as_str()));
                    members.values_mut().for_each(remove_generated);
                }
                Value::Array(members) => members.iter_mut().for_each(remove_generated),
                _ => {}
            }
        }
        let mut snapshot = self.sandbox.snapshot();
        remove_generated(&mut snapshot);
        snapshot
    }
}

/// Makes a change, and checks that setup reverts it.
pub fn assert_fixed(change: impl FnOnce(&Stage)) {
    assert_fixed_by(change, "");
}

/// The same, with options of setup.
pub fn assert_fixed_by(change: impl FnOnce(&Stage), options: &str) {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.setup();
    let deployed = stage.comparable_snapshot();
    change(&stage);
    assert_ne!(stage.comparable_snapshot(), deployed, "nothing has changed");
    stage.ok(&format!("setup {BOTH} {options}"));
    assert_eq!(stage.comparable_snapshot(), deployed);
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn a_changed_trust_policy_is_fixed() {
    assert_fixed(|stage| {
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
fn a_changed_inline_policy_is_fixed() {
    assert_fixed(|stage| {
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
fn a_managed_policy_with_all_versions_in_use_is_fixed() {
    assert_fixed(Stage::fill_policy_versions);
}

#[test]
fn a_changed_environment_of_the_function_is_fixed() {
    assert_fixed(|stage| {
        stage.edit_environment(|variables| {
            variables["OLD_EXTERNAL_ID"] = "another".into();
            variables["MORE"] = "than-there-was".into();
        });
    });
}

#[test]
fn a_changed_configuration_of_the_function_is_fixed() {
    assert_fixed(|stage| {
        let params = json!({"FunctionName": LAMBDA, "Timeout": 3, "MemorySize": 128});
        stage.aws("new", "lambda:UpdateFunctionConfiguration", params);
    });
}

#[test]
fn changed_code_of_the_function_is_fixed() {
    assert_fixed(Stage::replace_function_code);
}

#[test]
fn a_removed_log_retention_is_fixed() {
    assert_fixed(|stage| {
        let group = json!({"logGroupName": LOG_GROUP});
        stage.aws("new", "logs:DeleteRetentionPolicy", group);
    });
}

#[test]
fn a_removed_permission_is_fixed() {
    assert_fixed(Stage::remove_permission);
}

#[test]
fn a_permission_for_another_pool_is_fixed() {
    assert_fixed(|stage| {
        stage.set_permission(
            "arn:aws:cognito-idp:eu-central-1:222222222222:userpool/eu-central-1_other",
        );
    });
}

#[test]
fn a_removed_trigger_is_fixed() {
    assert_fixed(|stage| stage.set_trigger(None));
}

#[test]
fn removed_flows_are_fixed() {
    assert_fixed(|stage| {
        for pool in [&stage.old, &stage.new] {
            stage.edit_client(pool, &pool.client, |client| {
                client["ExplicitAuthFlows"].as_array_mut().unwrap().pop();
            });
        }
    });
}

#[test]
fn a_detached_policy_is_fixed() {
    assert_fixed(|stage| {
        let attachment = json!({"RoleName": LAMBDA, "PolicyArn": POLICY_ARN});
        stage.aws("new", "iam:DetachRolePolicy", attachment);
    });
}
