//! Flows and triggers are restored exactly, and changes by others are kept.

use cogmig_sandbox::{NEW_ACCOUNT, Pool};
use serde_json::{Value, json};

use crate::support::console::EMPTY_ZIP;
use crate::support::stage::{BOTH, LAMBDA, PASSWORD, Stage};

const OTHER: &str = "arn:aws:lambda:eu-central-1:222222222222:function:other";

/// A new pool with this UserMigration trigger and one other trigger.
fn with_trigger(arn: &str) -> Stage {
    Stage::with_new_pool(json!({"LambdaConfig": {
        "UserMigration": arn,
        "CustomMessage": "arn:aws:lambda:eu-central-1:222222222222:function:greet",
    }}))
}

/// A new pool with a UserMigration trigger whose function exists.
pub fn with_other_trigger() -> Stage {
    let stage = with_trigger(OTHER);
    stage.role("new", "runner", &["logs:PutLogEvents"]);
    let params = json!({
        "FunctionName": "other", "Runtime": "provided.al2023", "Handler": "bootstrap",
        "Role": format!("arn:aws:iam::{NEW_ACCOUNT}:role/runner"),
        "Code": {"ZipFile": {"$bytes": EMPTY_ZIP}},
    });
    stage.aws("new", "lambda:CreateFunction", params);
    stage
}

#[test]
fn another_trigger_is_an_error_before_any_change() {
    let stage = with_other_trigger();
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[OTHER, "--replace-trigger", &stage.new.id]);
    stage.changes_nothing(1, &format!("plan {BOTH}"));
}

#[test]
fn a_replaced_trigger_is_restored() {
    let stage = with_other_trigger();
    let before = stage.sandbox.snapshot();
    let other_trigger = stage.triggers()["CustomMessage"].clone();
    stage.ok(&format!("setup {BOTH} --replace-trigger"));
    let set = stage.triggers();
    assert_eq!(
        set["UserMigration"],
        format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}")
    );
    assert_eq!(set["CustomMessage"], other_trigger);
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    // A second setup must not record the deployment's own trigger as the prior one.
    stage.changes_nothing(0, &format!("setup {BOTH} --replace-trigger"));
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

/// A trigger without a function would cause an error at the sign-in of every unknown user.
#[test]
fn a_replaced_trigger_whose_function_was_deleted_is_not_restored() {
    let stage = with_other_trigger();
    let mut before = stage.sandbox.snapshot();
    stage.ok(&format!("setup {BOTH} --replace-trigger"));
    let name = json!({"FunctionName": "other"});
    stage.aws("new", "lambda:DeleteFunction", name);
    let run = stage.ends(1, &format!("teardown {BOTH}"));
    run.assert_stderr(&[OTHER, "no longer exists, so it isn't restored"]);
    before[NEW_ACCOUNT]["functions"] = json!([]);
    let triggers = &mut before[NEW_ACCOUNT]["pools"][0]["pool"]["LambdaConfig"];
    triggers.as_object_mut().unwrap().remove("UserMigration");
    assert_eq!(stage.sandbox.snapshot(), before);
    stage.changes_nothing(0, &format!("teardown {BOTH}"));
}

#[test]
fn a_replaced_trigger_of_another_account_is_restored_without_a_check() {
    let stage = with_trigger(&OTHER.replace(NEW_ACCOUNT, "333333333333"));
    let before = stage.sandbox.snapshot();
    stage.ok(&format!("setup {BOTH} --replace-trigger"));
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

/// The deployment itself uses three tags.
#[test]
fn more_clients_than_a_role_can_have_tags_are_an_error_before_any_change() {
    let stage = Stage::new();
    let create = |n| {
        stage
            .sandbox
            .client(&stage.new, &format!("app{n}"), json!({}))
    };
    let ids: Vec<_> = (0..48).map(|n| create(n).unwrap()).collect();
    let setup =
        |ids: &[String]| format!("setup {BOTH} --new-client {}", ids.join(" --new-client "));
    let run = stage.changes_nothing(1, &setup(&ids));
    run.assert_stderr(&["51 tags", "IAM allows 50"]);
    stage.ok(&setup(&ids[1..]));
}

/// Runs setup, a sign-in and teardown with an app client with these flows on each side.
fn assert_restored(old: &Value, new: &Value) {
    let stage = Stage::new();
    let client = |pool: &Pool, flows: &Value| {
        let settings = json!({"ExplicitAuthFlows": flows});
        stage.sandbox.client(pool, "app", settings).unwrap()
    };
    let (old, new) = (client(&stage.old, old), client(&stage.new, new));
    let before = stage.sandbox.snapshot();
    let ids = format!("{BOTH} --old-client {old} --new-client {new}");
    stage.ok(&format!("setup {ids}"));
    stage.changes_nothing(0, &format!("setup {ids}"));
    stage.sandbox.sign_in(&new, "ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn clients_without_flows_are_restored() {
    assert_restored(&Value::Null, &Value::Null);
    assert_restored(&json!([]), &json!([]));
}

#[test]
fn clients_with_legacy_flows_are_restored() {
    assert_restored(
        &json!(["CUSTOM_AUTH_FLOW_ONLY"]),
        &json!(["CUSTOM_AUTH_FLOW_ONLY"]),
    );
}

#[test]
fn clients_with_the_flows_keep_them() {
    assert_restored(
        &json!(["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]),
        &json!(["ALLOW_USER_PASSWORD_AUTH"]),
    );
    assert_restored(
        &json!(["ADMIN_NO_SRP_AUTH"]),
        &json!(["USER_PASSWORD_AUTH"]),
    );
}

#[test]
fn changes_by_others_are_kept() {
    let stage = Stage::new();
    stage.setup();
    let mut flows = Vec::new();
    for pool in [&stage.old, &stage.new] {
        stage.edit_client(pool, &pool.client, |client| {
            client["ExplicitAuthFlows"]
                .as_array_mut()
                .unwrap()
                .push("ALLOW_CUSTOM_AUTH".into());
            client["AccessTokenValidity"] = 55.into();
        });
        flows.push(stage.flows(pool, &pool.client));
    }
    stage.edit_pool(&stage.new, |pool| {
        pool["LambdaConfig"]["PreSignUp"] = OTHER.into();
        pool["UserPoolTags"]["owner"] = "someone".into();
    });
    stage.teardown();
    for (pool, mut flows) in [&stage.old, &stage.new].into_iter().zip(flows) {
        flows.retain(|flow| !flow.ends_with("USER_PASSWORD_AUTH"));
        assert_eq!(stage.flows(pool, &pool.client), flows);
        let client = stage.describe_client(pool, &pool.client);
        assert_eq!(client["AccessTokenValidity"], 55);
    }
    let triggers = stage.triggers();
    assert_eq!(triggers["PreSignUp"], OTHER);
    assert_eq!(triggers["UserMigration"], Value::Null);
    let pool = stage.in_pool(&stage.new, "DescribeUserPool", json!({}));
    assert_eq!(
        pool["UserPool"]["UserPoolTags"],
        json!({"team": "accounts", "owner": "someone"})
    );
}
