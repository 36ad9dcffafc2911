//! Who can assume the access role, what it permits, and what the logs contain.

use cogmig_sandbox::{AwsFault, NEW_ACCOUNT, OLD_ACCOUNT, Pool};
use serde_json::{Value, json};

use crate::support::stage::{ACCESS_ROLE, LAMBDA, LOG_GROUP, PASSWORD, Stage};

fn access_role() -> Value {
    json!({"RoleArn": format!("arn:aws:iam::{OLD_ACCOUNT}:role/{ACCESS_ROLE}")})
}

fn is_denied<T: std::fmt::Debug>(answer: Result<T, AwsFault>) {
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
    is_denied(stage.assume("other", "stolen", role.clone()));
    is_denied(stage.assume("new", "stolen", role));
}

/// Sessions of the Lambda's role and, by that, of the access role, as profiles.
fn as_the_lambda(stage: &Stage) {
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
    as_the_lambda(&stage);
    is_denied(stage.assume("lambda", "none", access_role()));
    let mut role = access_role();
    role["ExternalId"] = "guessed-guessed-guessed".into();
    is_denied(stage.assume("lambda", "wrong", role.clone()));
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
    as_the_lambda(&stage);
    let mut role = access_role();
    role["ExternalId"] = stage.external_id().into();
    stage.assume("lambda", "access", role).unwrap();

    let ask = |pool: &Pool, operation: &str, params: Value| {
        let mut params = params;
        params["UserPoolId"] = pool.id.as_str().into();
        stage
            .sandbox
            .aws_in("access", "eu-west-1", "cognito-idp", operation, params)
    };
    let ada = json!({"Username": "ada"});
    ask(&stage.old, "AdminGetUser", ada.clone()).unwrap();
    is_denied(ask(&other, "AdminGetUser", ada.clone()));
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
        let fault = ask(&stage.old, operation, params).expect_err(operation);
        assert!(
            fault.code.starts_with("AccessDenied"),
            "{operation}: {fault}"
        );
    }
    is_denied(stage.try_aws("access", "iam:ListRoles", json!({})));
    is_denied(stage.try_aws("lambda", "iam:ListRoles", json!({})));
    let params = json!({"MaxResults": 1});
    is_denied(stage.try_aws("lambda", "cognito-idp:ListUserPools", params));
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
    for told in ["migrated", "not_authorized", "credentials"] {
        assert!(logs.contains(told), "{told}\n{logs}");
    }
    let token = tokens["AuthenticationResult"]["AccessToken"]
        .as_str()
        .unwrap();
    let external_id = stage.external_id();
    let secrets = [
        PASSWORD,
        "Wrong-Horse-1",
        "analytical",
        token,
        &external_id,
        "guessed-guessed",
    ];
    let names = ["countess", "nobody-known", "example.com"];
    for unsaid in secrets.iter().chain(&names) {
        assert!(!logs.contains(unsaid), "{unsaid}\n{logs}");
    }
    // The emulator's own log, in which it names users; what a function prints is in it too.
    let log = std::fs::read_to_string(stage.sandbox.log()).unwrap();
    for unsaid in secrets {
        assert!(!log.contains(unsaid), "{unsaid}\n{log}");
    }
}
