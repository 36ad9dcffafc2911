//! Old app clients with a secret: the function reads the secret itself, and it is never printed or
//! logged.

use serde_json::{Value, json};

use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, LOG_GROUP, PASSWORD, Stage};

/// Creates an app client with a secret in the old pool. Returns its ID and the secret.
fn secret_client(stage: &Stage) -> (String, String) {
    let settings = json!({"GenerateSecret": true});
    let client = stage
        .sandbox
        .client(&stage.old, "server", settings)
        .unwrap();
    let secret = stage.describe_client(&stage.old, &client)["ClientSecret"].clone();
    (client, secret.as_str().unwrap().to_owned())
}

fn actions(stage: &Stage) -> Vec<String> {
    let params = json!({"RoleName": ACCESS_ROLE, "PolicyName": "cognito-access"});
    let policy = stage.aws("old", "iam:GetRolePolicy", params);
    let statements = policy["PolicyDocument"]["Statement"].as_array().unwrap();
    let each = |value: &Value| match value {
        Value::Array(actions) => actions.clone(),
        one => vec![one.clone()],
    };
    let actions = statements
        .iter()
        .flat_map(|statement| each(&statement["Action"]));
    actions
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn users_migrate_through_a_client_with_a_secret() {
    let stage = Stage::new();
    let (client, secret) = secret_client(&stage);
    let before = stage.sandbox.snapshot();
    let command = format!("setup {BOTH} --old-client {client}");
    let run = stage.ok(&format!("{command} --verbose"));
    assert!(!run.printed(&secret), "{run}");
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    let wrong = stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
    assert_eq!(stage.sign_in("nobody", PASSWORD), Err(wrong));

    let set = stage.aws(
        "new",
        "lambda:GetFunctionConfiguration",
        json!({"FunctionName": LAMBDA}),
    );
    assert!(!set.to_string().contains(&secret));
    let logs = stage.aws(
        "new",
        "logs:FilterLogEvents",
        json!({"logGroupName": LOG_GROUP}),
    );
    assert!(!logs.to_string().contains(&secret));
    stage.changes_nothing(0, &command);
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn the_secret_can_be_read_only_if_there_is_one() {
    let stage = Stage::new();
    let (client, _) = secret_client(&stage);
    let read = "cognito-idp:DescribeUserPoolClient".to_owned();
    stage.ok(&format!("setup {BOTH} --old-client {client}"));
    assert!(actions(&stage).contains(&read));
    stage.ok(&format!("setup {BOTH} --old-client {}", stage.old.client));
    assert!(!actions(&stage).contains(&read));
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// Without the permission to read the secret, verify names the permission, and setup fixes it.
#[test]
fn a_missing_permission_to_read_the_secret_is_reported() {
    let stage = Stage::new();
    let (client, _) = secret_client(&stage);
    let ids = format!("{BOTH} --old-client {client}");
    stage.ok(&format!("setup {ids}"));
    let incomplete = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Resource": stage.old.arn,
        "Action": ["cognito-idp:AdminInitiateAuth", "cognito-idp:AdminGetUser"],
    }]});
    let params = json!({
        "RoleName": ACCESS_ROLE, "PolicyName": "cognito-access", "PolicyDocument": incomplete.to_string(),
    });
    stage.aws("old", "iam:PutRolePolicy", params);
    // A warm execution environment keeps the secret. A changed configuration starts a new one.
    stage.edit_environment(|variables| variables["NEW"] = "1".into());
    let run = stage.changes_nothing(1, &format!("verify {ids}"));
    for words in [
        "Connectivity check: failed (policy)",
        "not authorized to perform DescribeUserPoolClient",
    ] {
        assert!(run.printed(words), "{words}\n{run}");
    }
    stage.ok(&format!("setup {ids}"));
    stage.sign_in("ada", PASSWORD).unwrap();
}
