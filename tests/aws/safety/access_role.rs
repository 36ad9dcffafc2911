//! Which principals can assume the access role, what it permits, and what the logs contain.

use cogmig_sandbox::{AwsFault, NEW_ACCOUNT, OLD_ACCOUNT, Pool};
use serde_json::{Value, json};

use crate::support::stage::{ACCESS_ROLE, LAMBDA, LOG_GROUP, PASSWORD, Stage};

fn access_role() -> Value {
    json!({"RoleArn": format!("arn:aws:iam::{OLD_ACCOUNT}:role/{ACCESS_ROLE}")})
}

fn assert_denied<T: std::fmt::Debug>(answer: Result<T, AwsFault>) {
    let fault = answer.unwrap_err();
    assert!(fault.code.starts_with("AccessDenied"), "{fault}");
}

#[test]
fn another_role_of_the_new_account_cannot_assume_the_access_role() {
    let stage = Stage::new();
    stage.setup();
    stage.role("new", "other", &["sts:AssumeRole"]);
    let other = json!({"RoleArn": format!("arn:aws:iam::{}:role/other", NEW_ACCOUNT)});
    stage.assume("new", "other", other).unwrap();
    let mut role = access_role();
    role["ExternalId"] = stage.external_id().into();
    assert_denied(stage.assume("other", "stolen", role.clone()));
    assert_denied(stage.assume("new", "stolen", role));
}

/// Adds the profile `lambda` with a session of the Lambda function's role.
fn assume_lambda_role(stage: &Stage) {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{}:root", NEW_ACCOUNT)},
    }]});
    let trust = json!({"RoleName": LAMBDA, "PolicyDocument": trust.to_string()});
    stage.aws("new", "iam:UpdateAssumeRolePolicy", trust);
    let role = json!({"RoleArn": format!("arn:aws:iam::{}:role/{LAMBDA}", NEW_ACCOUNT)});
    stage.assume("new", "lambda", role).unwrap();
}

#[test]
fn the_lambda_itself_needs_the_external_id() {
    let stage = Stage::new();
    stage.setup();
    assume_lambda_role(&stage);
    assert_denied(stage.assume("lambda", "none", access_role()));
    let mut role = access_role();
    role["ExternalId"] = "guessed-guessed-guessed".into();
    assert_denied(stage.assume("lambda", "wrong", role.clone()));
    role["ExternalId"] = stage.external_id().into();
    stage.assume("lambda", "right", role).unwrap();
}

#[test]
fn the_lambda_can_do_two_things_in_one_old_pool_and_nothing_else() {
    let stage = Stage::new();
    let other = stage.sandbox.pool("old", "Other").unwrap();
    stage
        .sandbox
        .user(&other, "ada", PASSWORD, &[("email", "ada@example.com")])
        .unwrap();
    stage.ok(&format!(
        "setup --old-profile old --new-profile new --old-pool {}",
        stage.old.id
    ));
    assume_lambda_role(&stage);
    let mut role = access_role();
    role["ExternalId"] = stage.external_id().into();
    stage.assume("lambda", "access", role).unwrap();

    let call = |pool: &Pool, operation: &str, params: Value| {
        let mut params = params;
        params["UserPoolId"] = pool.id.as_str().into();
        stage
            .sandbox
            .aws_in("access", "eu-west-1", "cognito-idp", operation, params)
    };
    let ada = json!({"Username": "ada"});
    call(&stage.old, "AdminGetUser", ada.clone()).unwrap();
    assert_denied(call(&other, "AdminGetUser", ada.clone()));
    for (operation, params) in [
        ("ListUsers", json!({})),
        (
            "AdminSetUserPassword",
            json!({"Username": "ada", "Password": PASSWORD}),
        ),
        ("AdminResetUserPassword", ada.clone()),
        ("AdminDisableUser", ada.clone()),
        ("AdminDeleteUser", ada.clone()),
        ("AdminListGroupsForUser", ada.clone()),
        ("AdminUserGlobalSignOut", ada.clone()),
        ("DescribeUserPool", json!({})),
        ("ListUserPoolClients", json!({})),
        (
            "DescribeUserPoolClient",
            json!({"ClientId": stage.old.client}),
        ),
        ("UpdateUserPool", json!({})),
    ] {
        let fault = call(&stage.old, operation, params).expect_err(operation);
        assert!(
            fault.code.starts_with("AccessDenied"),
            "{operation}: {fault}"
        );
    }
    assert_denied(stage.try_aws("access", "iam:ListRoles", json!({})));
    assert_denied(stage.try_aws("lambda", "iam:ListRoles", json!({})));
    let params = json!({"MaxResults": 1});
    assert_denied(stage.try_aws("lambda", "cognito-idp:ListUserPools", params));
}

#[test]
fn the_logs_have_results_and_reasons_and_no_identities() {
    let stage = Stage::new();
    let email = [
        ("email", "countess@example.com"),
        ("custom:tenant", "analytical"),
    ];
    stage
        .sandbox
        .user(&stage.old, "countess", PASSWORD, &email)
        .unwrap();
    stage.setup();
    stage.sign_in("countess", "Wrong-Horse-1").unwrap_err();
    let tokens = stage.sign_in("countess", PASSWORD).unwrap();
    stage.sign_in("nobody-known", PASSWORD).unwrap_err();
    stage.edit_environment(|variables| {
        variables["OLD_EXTERNAL_ID"] = "guessed-guessed-guessed".into();
    });
    stage.sign_in("somebody", PASSWORD).unwrap_err();

    let group = json!({"logGroupName": LOG_GROUP});
    let events = stage.aws("new", "logs:FilterLogEvents", group);
    let logs = events["events"].to_string();
    for expected in ["migrated", "wrong_password", "unknown_user", "credentials"] {
        assert!(logs.contains(expected), "{expected}\n{logs}");
    }
    let token = tokens["AuthenticationResult"]["AccessToken"]
        .as_str()
        .unwrap();
    let (external_id, key) = (stage.external_id(), stage.log_user_key().unwrap());
    let secrets = [
        PASSWORD,
        "Wrong-Horse-1",
        "analytical",
        token,
        &external_id,
        &key,
        "guessed-guessed",
    ];
    let names = ["countess", "nobody-known", "example.com"];
    for text in secrets.iter().chain(&names) {
        assert!(!logs.contains(text), "{text}\n{logs}");
    }
    // The emulator's own log contains usernames, and the output of the function.
    let log = std::fs::read_to_string(stage.sandbox.log()).unwrap();
    for secret in secrets {
        assert!(!log.contains(secret), "{secret}\n{log}");
    }
}
