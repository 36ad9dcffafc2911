//! The main case: setup, a sign-in, teardown, and the deployed resources.

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::support::stage::{LAMBDA, LOG_GROUP, PASSWORD, POLICY_ARN, Stage, attributes};

#[test]
fn a_user_is_migrated_and_everything_is_restored() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();

    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();

    let old = stage.sandbox.find_user(&stage.old, "ada").unwrap().unwrap();
    assert_eq!(stage.migrated("ada"), attributes(&old));
    assert_eq!(stage.sandbox.messages(), Vec::new());

    stage.teardown();
    stage.sign_in("ada", PASSWORD).unwrap_err();
    stage.delete_user("ada");
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn the_access_role_permits_only_the_lambda_and_two_calls_on_one_pool() {
    let stage = Stage::new();
    stage.setup();
    let old = &stage.sandbox.snapshot()[OLD_ACCOUNT];
    assert_eq!(old["roles"].as_array().unwrap().len(), 1);
    let role = &old["roles"][0];
    assert_eq!(role["role"]["RoleName"], "cognito-access-role");
    let external_id = stage.external_id();
    assert!(external_id.len() >= 22, "128 bits or more");
    let trust = only_statement(&role["role"]["AssumeRolePolicyDocument"]);
    assert_eq!(
        trust,
        json!({
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": format!("arn:aws:iam::{NEW_ACCOUNT}:root")},
            "Condition": {
                "ArnEquals": {
                    "aws:PrincipalArn": format!("arn:aws:iam::{NEW_ACCOUNT}:role/{LAMBDA}"),
                },
                "StringEquals": {"sts:ExternalId": external_id},
            },
        })
    );
    let inline: Vec<&Value> = role["inline"].as_object().unwrap().values().collect();
    assert_eq!(inline.len(), 1);
    let mut permissions = only_statement(inline[0]);
    permissions["Action"]
        .as_array_mut()
        .unwrap()
        .sort_by_key(Value::to_string);
    assert_eq!(
        permissions,
        json!({
            "Effect": "Allow", "Resource": stage.old.arn,
            "Action": ["cognito-idp:AdminGetUser", "cognito-idp:AdminInitiateAuth"],
        })
    );
    assert_eq!(role["attached"], json!([]));
    for kind in ["policies", "functions", "log_groups"] {
        assert_eq!(old[kind], json!([]), "{kind}");
    }
}

#[test]
fn the_lambda_can_assume_one_role_and_write_its_own_logs() {
    let stage = Stage::new();
    stage.setup();
    let new = &stage.sandbox.snapshot()[NEW_ACCOUNT];
    let role = &new["roles"][0];
    assert_eq!(role["role"]["RoleName"], LAMBDA);
    let trust = only_statement(&role["role"]["AssumeRolePolicyDocument"]);
    assert_eq!(
        trust["Principal"],
        json!({"Service": "lambda.amazonaws.com"})
    );
    assert_eq!(role["attached"], json!([POLICY_ARN]));
    assert_eq!(role["inline"], json!({}));

    let policy = &new["policies"][0];
    assert_eq!(policy["policy"]["Arn"], POLICY_ARN);
    let statements = policy["document"]["Statement"].as_array().unwrap();
    let mut permissions: Vec<(Value, Value)> = statements
        .iter()
        .map(|one| (one["Action"].clone(), one["Resource"].clone()))
        .collect();
    permissions.sort_by_key(|(action, _)| action.is_array());
    let access_role = format!("arn:aws:iam::{OLD_ACCOUNT}:role/cognito-access-role");
    let group = format!("arn:aws:logs:eu-central-1:{NEW_ACCOUNT}:log-group:{LOG_GROUP}:*");
    let logs = json!(["logs:CreateLogStream", "logs:PutLogEvents"]);
    assert_eq!(
        permissions,
        [
            (json!("sts:AssumeRole"), json!(access_role)),
            (logs, json!(group))
        ]
    );
}

#[test]
fn the_function_has_the_documented_configuration() {
    let stage = Stage::new();
    stage.setup();
    let new = &stage.sandbox.snapshot()[NEW_ACCOUNT];
    let function = &new["functions"][0];
    let set = &function["configuration"];
    for (member, value) in [
        ("FunctionName", json!(LAMBDA)),
        ("Runtime", json!("provided.al2023")),
        ("Handler", json!("bootstrap")),
        ("Timeout", json!(5)),
        ("MemorySize", json!(256)),
        ("PackageType", json!("Zip")),
        (
            "Role",
            json!(format!("arn:aws:iam::{NEW_ACCOUNT}:role/{LAMBDA}")),
        ),
    ] {
        assert_eq!(set[member], value, "{member}");
    }
    let attributes = "name,given_name,family_name,middle_name,nickname,preferred_username,profile,\
        picture,website,email,email_verified,gender,birthdate,zoneinfo,locale,phone_number,\
        phone_number_verified,address,updated_at,custom:tenant";
    assert_eq!(
        set["Environment"]["Variables"],
        json!({
            "ATTRIBUTES": attributes,
            "FORGOT_PASSWORD": "migrate",
            "LOG_USER_KEY": stage.log_user_key(),
            "MFA_USERS": "none",
            "NEW_RECOVERY": "email",
            "NEW_USER_POOL_ID": stage.new.id,
            "OLD_CLIENT_ID": stage.old.client,
            "OLD_EXTERNAL_ID": stage.external_id(),
            "OLD_ROLE_ARN": format!("arn:aws:iam::{OLD_ACCOUNT}:role/cognito-access-role"),
            "OLD_USER_POOL_ID": stage.old.id,
            "OLD_USER_POOL_REGION": "eu-west-1",
            "TEMPORARY_PASSWORDS": "refuse",
        })
    );
    let mut permission = only_statement(&function["policy"]);
    permission.as_object_mut().unwrap().remove("Resource");
    assert_eq!(
        permission,
        json!({
            "Effect": "Allow", "Action": "lambda:InvokeFunction",
            "Principal": {"Service": "cognito-idp.amazonaws.com"},
            "Condition": {
                "ArnLike": {"AWS:SourceArn": stage.new.arn},
                "StringEquals": {"AWS:SourceAccount": NEW_ACCOUNT},
            },
        })
    );
    let group = &new["log_groups"][0]["group"];
    assert_eq!(group["logGroupName"], LOG_GROUP);
    assert_eq!(group["retentionInDays"], 180);
}

#[test]
fn only_two_flows_and_a_trigger_of_existing_resources_change() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.setup();
    let mut after = stage.sandbox.snapshot();

    for (account, flow) in [
        (OLD_ACCOUNT, "ALLOW_ADMIN_USER_PASSWORD_AUTH"),
        (NEW_ACCOUNT, "ALLOW_USER_PASSWORD_AUTH"),
    ] {
        let flows = &mut after[account]["pools"][0]["clients"][0]["ExplicitAuthFlows"];
        assert_eq!(flows.as_array_mut().unwrap().pop(), Some(flow.into()));
    }
    let triggers = &mut after[NEW_ACCOUNT]["pools"][0]["pool"]["LambdaConfig"];
    let trigger = triggers.as_object_mut().unwrap().remove("UserMigration");
    let function = format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}");
    assert_eq!(trigger, Some(function.into()));
    for account in [OLD_ACCOUNT, NEW_ACCOUNT] {
        assert_eq!(after[account]["pools"], before[account]["pools"]);
    }
}

#[test]
fn every_taggable_resource_has_the_deployments_tag() {
    let stage = Stage::new();
    stage.setup();
    let snapshot = stage.sandbox.snapshot();
    let (old, new) = (&snapshot[OLD_ACCOUNT], &snapshot[NEW_ACCOUNT]);
    assert_eq!(old["roles"][0]["tags"]["cogmig:deployment"], "default");
    for kind in ["roles", "policies", "functions", "log_groups"] {
        let tags = &new[kind][0]["tags"];
        assert_eq!(tags["cogmig:deployment"], "default", "{kind}");
    }
}

/// The only statement of a policy, without its Sid.
fn only_statement(document: &Value) -> Value {
    let statements = document["Statement"].as_array().unwrap();
    assert_eq!(statements.len(), 1, "{document:#}");
    let mut statement = statements[0].clone();
    statement.as_object_mut().unwrap().remove("Sid");
    statement
}
