//! A resource with a name of the deployment and without its tag isn't managed: setup stops before
//! any change, and teardown never changes it. Two deployments with different suffixes are
//! independent.

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, LOG_GROUP, PASSWORD, POLICY_ARN, Stage};

const TAGS: [&str; 3] = ["cogmig:deployment", "cogmig:peer", "cogmig:pool"];

/// Removes the tags of one resource of a deployment, and checks that setup and teardown don't
/// change the resource.
fn assert_not_changed(
    kind: &str,
    name: &str,
    untag: impl FnOnce(&Stage),
    resource: impl Fn(&Value) -> &Value,
) {
    let stage = Stage::new();
    stage.setup();
    untag(&stage);
    let foreign = resource(&stage.sandbox.snapshot()).clone();
    assert_ne!(foreign, Value::Null);

    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[kind, name, "cogmig:deployment"]);
    let calls = stage.sandbox.journal();
    let is_invoked = calls.iter().any(|call| call.action == "Invoke");
    assert!(
        kind != "function" || !is_invoked,
        "a function that isn't managed was invoked"
    );
    let run = stage.ends(1, &format!("teardown {BOTH}"));
    assert!(run.printed(name), "{run}");
    assert_eq!(resource(&stage.sandbox.snapshot()), &foreign, "{run}");
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[kind, name, "cogmig:deployment"]);
    stage.changes_nothing(1, &format!("teardown {BOTH}"));
}

#[test]
fn an_unmanaged_function_is_not_changed() {
    let untag = |stage: &Stage| {
        let arn = format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}");
        stage.aws(
            "new",
            "lambda:UntagResource",
            json!({"Resource": arn, "TagKeys": TAGS}),
        );
    };
    assert_not_changed("function", LAMBDA, untag, |all| {
        &all[NEW_ACCOUNT]["functions"][0]
    });
}

#[test]
fn an_unmanaged_log_group_is_not_changed() {
    let untag = |stage: &Stage| {
        let arn = format!("arn:aws:logs:eu-central-1:{NEW_ACCOUNT}:log-group:{LOG_GROUP}");
        stage.aws(
            "new",
            "logs:UntagResource",
            json!({"resourceArn": arn, "tagKeys": TAGS}),
        );
    };
    assert_not_changed("log group", LOG_GROUP, untag, |all| {
        &all[NEW_ACCOUNT]["log_groups"][0]
    });
}

#[test]
fn an_unmanaged_policy_is_not_changed() {
    let untag = |stage: &Stage| {
        let params = json!({"PolicyArn": POLICY_ARN, "TagKeys": TAGS});
        stage.aws("new", "iam:UntagPolicy", params);
    };
    assert_not_changed("policy", "cognito-migration-lambda-policy", untag, |all| {
        &all[NEW_ACCOUNT]["policies"][0]["document"]
    });
}

#[test]
fn an_unmanaged_access_role_is_not_changed() {
    let untag = |stage: &Stage| {
        stage.aws(
            "old",
            "iam:UntagRole",
            json!({"RoleName": ACCESS_ROLE, "TagKeys": TAGS}),
        );
    };
    assert_not_changed("role", ACCESS_ROLE, untag, |all| {
        &all[OLD_ACCOUNT]["roles"][0]
    });
}

#[test]
fn an_unmanaged_lambda_role_is_not_changed() {
    let untag = |stage: &Stage| {
        let keys = json!({"RoleName": LAMBDA, "TagKeys": TAGS});
        stage.aws("new", "iam:UntagRole", keys);
    };
    assert_not_changed("role", LAMBDA, untag, |all| &all[NEW_ACCOUNT]["roles"][0]);
}

#[test]
fn a_role_of_others_with_the_name_is_not_changed() {
    let stage = Stage::new();
    stage.role("new", LAMBDA, &["s3:GetObject"]);
    let before = stage.sandbox.snapshot();
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&["role", LAMBDA, "cogmig:deployment"]);
    stage.changes_nothing(1, &format!("teardown {BOTH}"));
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn a_policy_attached_by_others_does_not_block_teardown_for_long() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.setup();
    stage.role("new", "other", &["s3:GetObject"]);
    let attachment = json!({"RoleName": "other", "PolicyArn": POLICY_ARN});
    stage.aws("new", "iam:AttachRolePolicy", attachment.clone());
    let start = std::time::Instant::now();
    let run = stage.cogmig(&format!("teardown {BOTH}"));
    assert!(
        start.elapsed().as_secs() < 20,
        "teardown took too long\n{run}"
    );
    if run.code != 0 {
        run.assert_ended(1, "teardown");
        run.assert_stderr(&["cognito-migration-lambda-policy"]);
        stage.aws("new", "iam:DetachRolePolicy", attachment);
        stage.teardown();
    }
    let policy = json!({"RoleName": "other", "PolicyName": "may"});
    stage.aws("new", "iam:DeleteRolePolicy", policy);
    stage.aws("new", "iam:DeleteRole", json!({"RoleName": "other"}));
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn two_deployments_in_the_same_accounts_are_independent() {
    let stage = Stage::new();
    stage.setup();
    let old = stage.sandbox.pool("old", "Partners").unwrap();
    let new = stage.sandbox.pool("new", "Partners").unwrap();
    let email = [("email", "eve@example.com")];
    stage.sandbox.user(&old, "eve", PASSWORD, &email).unwrap();
    let first = stage.sandbox.snapshot();

    let ids = format!("--old-pool {} --new-pool {}", old.id, new.id);
    stage.ok(&format!("setup {BOTH} --suffix two {ids}"));
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    stage.changes_nothing(0, &format!("setup {BOTH} --suffix two"));
    let tags = |account: &str| {
        let roles = stage.sandbox.snapshot()[account]["roles"].clone();
        let roles = roles.as_array().unwrap().clone();
        let mut tags: Vec<_> = roles
            .iter()
            .map(|role| role["tags"]["cogmig:deployment"].clone())
            .collect();
        tags.sort_by_key(Value::to_string);
        tags
    };
    assert_eq!(tags(OLD_ACCOUNT), ["default", "two"]);
    assert_eq!(tags(NEW_ACCOUNT), ["default", "two"]);

    stage.sandbox.sign_in(&new.client, "eve", PASSWORD).unwrap();
    stage.sign_in("eve", PASSWORD).unwrap_err();
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.in_pool(&new, "AdminDeleteUser", json!({"Username": "eve"}));

    stage.ok(&format!("teardown {BOTH} --suffix two"));
    assert_eq!(stage.sandbox.snapshot(), first);
    stage.sign_in("ada", PASSWORD).unwrap();
    stage
        .sandbox
        .sign_in(&new.client, "eve", PASSWORD)
        .unwrap_err();
}

#[test]
fn a_deployment_cannot_change_its_pools() {
    let stage = Stage::new();
    stage.setup();
    let other = stage.sandbox.pool("new", "Other").unwrap();
    let run = stage.changes_nothing(1, &format!("setup {BOTH} --new-pool {}", other.id));
    run.assert_stderr(&[&stage.new.id, &other.id, "--suffix"]);
}
