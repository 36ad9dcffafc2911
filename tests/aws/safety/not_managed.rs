//! A resource with one of our names and without our tag is not managed: setup stops before it
//! writes anything, and teardown never changes it. Two migrations with different suffixes are
//! independent.

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, LOG_GROUP, PASSWORD, POLICY_ARN, Stage};

const TAGS: [&str; 3] = ["cogmig:deployment", "cogmig:peer", "cogmig:pool"];

/// Makes one thing of a deployment somebody else's, and expects it to be left alone
/// beside a deployment, at its teardown, and before the next setup.
fn is_left_alone(
    kind: &str,
    name: &str,
    untag: impl FnOnce(&Stage),
    stands: impl Fn(&Value) -> &Value,
) {
    let stage = Stage::new();
    stage.setup();
    untag(&stage);
    let foreign = stands(&stage.sandbox.snapshot()).clone();
    assert_ne!(foreign, Value::Null);

    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[kind, name, "cogmig:deployment"]);
    let calls = stage.sandbox.journal();
    let is_invoked = calls.iter().any(|call| call.action == "Invoke");
    assert!(
        kind != "function" || !is_invoked,
        "somebody else's function was invoked"
    );
    let run = stage.ends(1, &format!("teardown {BOTH}"));
    assert!(run.printed(name), "{run}");
    assert_eq!(stands(&stage.sandbox.snapshot()), &foreign, "{run}");
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[kind, name, "cogmig:deployment"]);
    stage.changes_nothing(1, &format!("teardown {BOTH}"));
}

#[test]
fn a_function_of_our_name() {
    let untag = |stage: &Stage| {
        let arn = format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}");
        stage.aws(
            "new",
            "lambda:UntagResource",
            json!({"Resource": arn, "TagKeys": TAGS}),
        );
    };
    is_left_alone("function", LAMBDA, untag, |all| {
        &all[NEW_ACCOUNT]["functions"][0]
    });
}

#[test]
fn a_log_group_of_our_name() {
    let untag = |stage: &Stage| {
        let arn = format!("arn:aws:logs:eu-central-1:{NEW_ACCOUNT}:log-group:{LOG_GROUP}");
        stage.aws(
            "new",
            "logs:UntagResource",
            json!({"resourceArn": arn, "tagKeys": TAGS}),
        );
    };
    is_left_alone("log group", LOG_GROUP, untag, |all| {
        &all[NEW_ACCOUNT]["log_groups"][0]
    });
}

#[test]
fn a_policy_of_our_name() {
    let untag = |stage: &Stage| {
        let params = json!({"PolicyArn": POLICY_ARN, "TagKeys": TAGS});
        stage.aws("new", "iam:UntagPolicy", params);
    };
    is_left_alone("policy", "cognito-migration-lambda-policy", untag, |all| {
        &all[NEW_ACCOUNT]["policies"][0]["document"]
    });
}

#[test]
fn an_access_role_of_our_name() {
    let untag = |stage: &Stage| {
        stage.aws(
            "old",
            "iam:UntagRole",
            json!({"RoleName": ACCESS_ROLE, "TagKeys": TAGS}),
        );
    };
    is_left_alone("role", ACCESS_ROLE, untag, |all| {
        &all[OLD_ACCOUNT]["roles"][0]
    });
}

#[test]
fn a_lambda_role_of_our_name() {
    let untag = |stage: &Stage| {
        let keys = json!({"RoleName": LAMBDA, "TagKeys": TAGS});
        stage.aws("new", "iam:UntagRole", keys);
    };
    is_left_alone("role", LAMBDA, untag, |all| &all[NEW_ACCOUNT]["roles"][0]);
}

#[test]
fn a_role_of_the_lambdas_name() {
    let stage = Stage::new();
    stage.role("new", LAMBDA, &["s3:GetObject"]);
    let before = stage.sandbox.snapshot();
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&["role", LAMBDA, "cogmig:deployment"]);
    stage.changes_nothing(1, &format!("teardown {BOTH}"));
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn a_policy_attached_by_others_stops_teardown_soon_and_is_named() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.setup();
    stage.role("new", "somebody", &["s3:GetObject"]);
    let attachment = json!({"RoleName": "somebody", "PolicyArn": POLICY_ARN});
    stage.aws("new", "iam:AttachRolePolicy", attachment.clone());
    let start = std::time::Instant::now();
    let run = stage.cogmig(&format!("teardown {BOTH}"));
    assert!(
        start.elapsed().as_secs() < 20,
        "nobody waits for that\n{run}"
    );
    if run.code != 0 {
        run.assert_ended(1, "teardown");
        run.assert_stderr(&["cognito-migration-lambda-policy"]);
        stage.aws("new", "iam:DetachRolePolicy", attachment);
        stage.teardown();
    }
    let policy = json!({"RoleName": "somebody", "PolicyName": "may"});
    stage.aws("new", "iam:DeleteRolePolicy", policy);
    stage.aws("new", "iam:DeleteRole", json!({"RoleName": "somebody"}));
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn two_migrations_in_the_same_accounts_are_independent() {
    let stage = Stage::new();
    stage.setup();
    let old = stage.sandbox.pool("old", "Partners").unwrap();
    let new = stage.sandbox.pool("new", "Partners").unwrap();
    let email = [("email", "eve@example.com")];
    stage.sandbox.user(&old, "eve", PASSWORD, &email).unwrap();
    let one = stage.sandbox.snapshot();

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
    assert_eq!(stage.sandbox.snapshot(), one);
    stage.sign_in("ada", PASSWORD).unwrap();
    stage
        .sandbox
        .sign_in(&new.client, "eve", PASSWORD)
        .unwrap_err();
}

#[test]
fn a_deployment_is_not_pointed_at_other_pools() {
    let stage = Stage::new();
    stage.setup();
    let other = stage.sandbox.pool("new", "Other").unwrap();
    let run = stage.changes_nothing(1, &format!("setup {BOTH} --new-pool {}", other.id));
    run.assert_stderr(&[&stage.new.id, &other.id, "--suffix"]);
}

/// Under a path it is none of ours, and the pipeline's rights do not reach it.
#[test]
fn a_role_with_our_name_under_a_path_is_ignored() {
    let stage = Stage::new();
    let theirs = format!("{ACCESS_ROLE}-theirs");
    let trust = json!({"Version": "2012-10-17", "Statement": []}).to_string();
    let role = json!({"RoleName": theirs, "Path": "/team/", "AssumeRolePolicyDocument": trust});
    stage.aws("old", "iam:CreateRole", role);
    stage.sandbox.clear_journal();
    stage.setup();
    let calls = stage.sandbox.journal().into_iter();
    let asked = calls.filter(|call| call.action == "GetRole");
    let bodies = asked.map(|call| String::from_utf8_lossy(&call.body).into_owned());
    let of_theirs: Vec<_> = bodies.filter(|body| body.contains(&theirs)).collect();
    assert_eq!(of_theirs, Vec::<String>::new());
}
