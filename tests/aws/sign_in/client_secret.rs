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

const ROTATED: &str = "was rotated. Cognito doesn't return the new one";
const LIST: &str = "cognito-idp:ListUserPoolClientSecrets";

/// Adds a second secret to an app client.
fn add_secret(stage: &Stage, client: &str) {
    let params = json!({"ClientId": client});
    stage.in_pool(&stage.old, "AddUserPoolClientSecret", params);
}

/// Deletes the first secret of an app client, as at the end of a rotation.
fn delete_first_secret(stage: &Stage, client: &str) {
    let params = json!({"ClientId": client});
    let listed = stage.in_pool(&stage.old, "ListUserPoolClientSecrets", params.clone());
    let mut params = params;
    params["ClientSecretId"] = listed["ClientSecrets"][0]["ClientSecretId"].clone();
    stage.in_pool(&stage.old, "DeleteUserPoolClientSecret", params);
}

fn rotate(stage: &Stage, client: &str) {
    add_secret(stage, client);
    delete_first_secret(stage, client);
}

/// Moves the secret of an app client to Secrets Manager.
fn publish(stage: &Stage, client: &str) {
    let mut settings = stage.describe_client(&stage.old, client);
    settings["PublishSecretsInAWSSecretsManager"] = true.into();
    let update = "UpdateUserPoolClient";
    stage.sandbox.raw(&stage.old, update, settings).unwrap();
}

fn trigger(stage: &Stage) -> Value {
    let pool = stage.in_pool(&stage.new, "DescribeUserPool", json!({}));
    pool["UserPool"]["LambdaConfig"]["UserMigration"].clone()
}

#[test]
fn a_secret_that_cognito_does_not_return_is_found_by_plan() {
    let manager = "AWS Secrets Manager manages the secret";
    for (is_published, words) in [(false, ROTATED), (true, manager)] {
        let stage = Stage::new();
        let (client, _) = secret_client(&stage);
        if is_published {
            publish(&stage, &client);
        } else {
            rotate(&stage, &client);
        }
        for verb in ["plan", "setup"] {
            let run = stage.changes_nothing(1, &format!("{verb} {BOTH} --old-client {client}"));
            run.assert_stderr(&[
                words,
                &client,
                "no user can be migrated",
                "use --dedicated-old-client",
            ]);
        }
        let run = stage.ok(&format!("setup {BOTH} --dedicated-old-client"));
        assert!(!run.printed("rotat"), "{run}");
        stage.sign_in("ada", PASSWORD).unwrap();
        stage.delete_user("ada");
        stage.changes_nothing(0, &format!("setup {BOTH}"));
    }
}

#[test]
fn a_rotation_in_progress_is_a_warning() {
    let stage = Stage::new();
    let (client, _) = secret_client(&stage);
    let command = format!("setup {BOTH} --old-client {client}");
    stage.ok(&command);
    add_secret(&stage, &client);
    let words = [
        "has two secrets, so a rotation is in progress",
        "--dedicated-old-client",
    ];
    for verb in ["plan", "setup"] {
        let run = stage.changes_nothing(0, &format!("{verb} {BOTH}"));
        assert!(words.iter().all(|word| run.printed(word)), "{run}");
    }
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn after_a_rotation_verify_and_status_name_it_and_setup_repairs_it() {
    let stage = Stage::new();
    let (client, _) = secret_client(&stage);
    stage.ok(&format!("setup {BOTH} --old-client {client}"));
    rotate(&stage, &client);
    // A warm execution environment keeps the secret. A changed configuration starts a new one.
    stage.edit_environment(|variables| variables["NEW"] = "1".into());
    stage.sign_in("ada", PASSWORD).unwrap_err();

    let run = stage.changes_nothing(1, &format!("verify {BOTH}"));
    for words in [
        "Connectivity check: failed (secret)",
        "it was rotated, or AWS Secrets Manager manages it",
        "setup --dedicated-old-client",
    ] {
        assert!(run.printed(words), "{words}\n{run}");
    }
    // The function still needs the secret, so nothing else drifted.
    assert!(!run.printed("OLD_CLIENT_SECRET"), "{run}");
    let run = stage.changes_nothing(0, &format!("status {BOTH}"));
    assert!(run.printed(ROTATED), "{run}");
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[ROTATED, "--dedicated-old-client"]);

    stage.ok(&format!("setup {BOTH} --dedicated-old-client"));
    stage.ok(&format!("verify {BOTH}"));
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// Without the permission, only the connectivity check finds the secret, before the trigger is
/// attached.
#[test]
fn without_the_permission_to_list_secrets_the_connectivity_check_finds_a_rotation() {
    let stage = Stage::new();
    let (client, _) = secret_client(&stage);
    stage.user_without("old", "deployer", LIST);
    let command = |client: &str| {
        format!("setup --old-profile deployer --new-profile new --old-client {client}")
    };
    let run = stage.ok(&command(&client));
    for words in ["a secret that was rotated (", &format!("allow {LIST}")] {
        assert!(run.printed(words), "{words}\n{run}");
    }
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.teardown();

    rotate(&stage, &client);
    let run = stage.ends(1, &command(&client));
    run.assert_stderr(&[
        "the trigger wasn't attached",
        "connectivity check failed (secret)",
        "it was rotated",
        "--dedicated-old-client",
    ]);
    assert_eq!(trigger(&stage), Value::Null);
}

/// A dedicated app client has no secret, so its secrets aren't listed.
#[test]
fn the_secrets_of_a_dedicated_app_client_are_not_listed() {
    let stage = Stage::new();
    let deployer = "--old-profile deployer --new-profile new --dedicated-old-client";
    stage.user_without("old", "deployer", LIST);
    let run = stage.ok(&format!("setup {deployer}"));
    assert!(!run.printed(LIST), "{run}");
    let calls = stage.sandbox.journal();
    let listed = |action: &str| format!("cognito-idp:{action}") == LIST;
    assert!(calls.iter().all(|call| !listed(&call.action)));
}
