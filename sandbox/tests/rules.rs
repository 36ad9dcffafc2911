//! AWS's rules that the emulator lacks: trust, updates that reset settings, flows, and public
//! calls without a Region.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "only a part is needed here")]
mod deployed;

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT, Sandbox};
use deployed::Deployed;
use serde_json::{Value, json};

const ROLE: &str = "access";
const EXTERNAL_ID: &str = "correct-horse";

/// A trust policy for one role of the new account, like that of `cogmig`.
fn trust(role: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{NEW_ACCOUNT}:root")},
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": format!("arn:aws:iam::{NEW_ACCOUNT}:role/{role}")},
            "StringEquals": {"sts:ExternalId": EXTERNAL_ID},
        },
    }]})
}

#[test]
fn principal_arn_of_a_session_is_the_arn_of_its_role() {
    let sandbox = Sandbox::start().unwrap();
    for name in ["lambda", "other"] {
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": format!("arn:aws:iam::{NEW_ACCOUNT}:root")},
        }]});
        let role = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
        sandbox.aws("new", "iam", "CreateRole", role).unwrap();
        let assume = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*",
        }]});
        let policy =
            json!({"RoleName": name, "PolicyName": "p", "PolicyDocument": assume.to_string()});
        sandbox.aws("new", "iam", "PutRolePolicy", policy).unwrap();
        let arn = format!("arn:aws:iam::{NEW_ACCOUNT}:role/{name}");
        let settings = [
            ("region", "eu-central-1"),
            ("source_profile", "new"),
            ("role_arn", arn.as_str()),
        ];
        sandbox.add_profile(name, &settings).unwrap();
    }
    let role = json!({"RoleName": ROLE, "AssumeRolePolicyDocument": trust("lambda").to_string()});
    sandbox.aws("old", "iam", "CreateRole", role).unwrap();

    let assume = |profile: &str, external_id: &str| {
        let params = json!({
            "RoleArn": format!("arn:aws:iam::{OLD_ACCOUNT}:role/{ROLE}"),
            "RoleSessionName": "test", "ExternalId": external_id,
        });
        sandbox.aws(profile, "sts", "AssumeRole", params)
    };
    assume("lambda", EXTERNAL_ID).unwrap();
    assert_eq!(assume("lambda", "wrong").unwrap_err().code, "AccessDenied");
    assert_eq!(
        assume("other", EXTERNAL_ID).unwrap_err().code,
        "AccessDenied"
    );
    let mut lambda = trust("lambda");
    lambda["Statement"][0]["Condition"]["ArnEquals"]["aws:PrincipalArn"] =
        format!("arn:aws:sts::{NEW_ACCOUNT}:assumed-role/lambda/test").into();
    let update = json!({"RoleName": ROLE, "PolicyDocument": lambda.to_string()});
    sandbox
        .aws("old", "iam", "UpdateAssumeRolePolicy", update)
        .unwrap();
    assert_eq!(
        assume("lambda", EXTERNAL_ID).unwrap_err().code,
        "AccessDenied"
    );
}

#[test]
fn a_trust_policy_needs_existing_principals() {
    let sandbox = Sandbox::start().unwrap();
    let trusting = |arn: &str| {
        let mut policy = trust("lambda");
        policy["Statement"][0]["Principal"] = json!({"AWS": arn});
        policy.to_string()
    };
    let absent = format!("arn:aws:iam::{NEW_ACCOUNT}:role/absent");
    let role = |document: String| json!({"RoleName": ROLE, "AssumeRolePolicyDocument": document});
    let fault = sandbox.aws("old", "iam", "CreateRole", role(trusting(&absent)));
    let fault = fault.unwrap_err();
    assert_eq!(fault.code, "MalformedPolicyDocument");
    assert_eq!(
        fault.message,
        format!("Invalid principal in policy: \"AWS\":\"{absent}\"")
    );

    let root = format!("arn:aws:iam::{NEW_ACCOUNT}:root");
    sandbox
        .aws("old", "iam", "CreateRole", role(trusting(&root)))
        .unwrap();
    let update = |arn: &str| {
        let params = json!({"RoleName": ROLE, "PolicyDocument": trusting(arn)});
        sandbox.aws("old", "iam", "UpdateAssumeRolePolicy", params)
    };
    assert_eq!(update(&absent).unwrap_err().code, "MalformedPolicyDocument");
    let role = json!({"RoleName": "absent", "AssumeRolePolicyDocument": trusting(&root)});
    sandbox.aws("new", "iam", "CreateRole", role).unwrap();
    update(&absent).unwrap();
}

#[test]
fn updates_reset_omitted_members() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("old", "users").unwrap();
    let id = json!({"UserPoolId": pool.id});
    let before = sandbox
        .in_pool(&pool, "DescribeUserPool", id.clone())
        .unwrap();
    let params = json!({"UserPoolId": pool.id, "MfaConfiguration": "OPTIONAL"});
    sandbox.in_pool(&pool, "UpdateUserPool", params).unwrap();
    let after = sandbox.in_pool(&pool, "DescribeUserPool", id).unwrap();
    let (before, after) = (&before["UserPool"], &after["UserPool"]);
    assert_eq!(after["MfaConfiguration"], "OPTIONAL");
    for kept in [
        "Id",
        "Name",
        "Arn",
        "SchemaAttributes",
        "UsernameConfiguration",
        "UserPoolTier",
    ] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_eq!(after["LambdaConfig"], json!({}));
    assert_eq!(after["DeletionProtection"], "INACTIVE");
    assert_eq!(after["UserPoolTags"], json!({}));
    assert_eq!(after["Policies"]["PasswordPolicy"]["MinimumLength"], 8);
    assert_eq!(after["DeviceConfiguration"], Value::Null);
    assert_ne!(before["DeviceConfiguration"], Value::Null);

    let client = json!({"UserPoolId": pool.id, "ClientId": pool.client});
    let params = json!({
        "UserPoolId": pool.id, "ClientId": pool.client, "RefreshTokenValidity": 6,
    });
    sandbox
        .in_pool(&pool, "UpdateUserPoolClient", params)
        .unwrap();
    let after = sandbox
        .in_pool(&pool, "DescribeUserPoolClient", client)
        .unwrap();
    let after = &after["UserPoolClient"];
    assert_eq!(after["ClientName"], "web");
    assert_eq!(after["RefreshTokenValidity"], 6);
    assert_eq!(after["ExplicitAuthFlows"], json!([]));
    assert_eq!(after["PreventUserExistenceErrors"], "LEGACY");
    assert_eq!(after["CallbackURLs"], json!([]));
    assert_eq!(after["AccessTokenValidity"], Value::Null);
    assert_eq!(after["AllowedOAuthFlowsUserPoolClient"], false);
}

#[test]
fn a_client_without_auth_flows_allows_no_password_flow() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("old", "users").unwrap();
    let client = sandbox
        .client(&pool, "plain", json!({"ExplicitAuthFlows": null}))
        .unwrap();
    sandbox
        .user(
            &pool,
            "ann",
            "Correct-horse-1",
            &[("email", "ann@example.com")],
        )
        .unwrap();
    let fault = sandbox
        .sign_in(&client, "ann", "Correct-horse-1")
        .unwrap_err();
    assert_eq!(fault.code, "InvalidParameterException");
    assert_eq!(
        fault.message,
        "USER_PASSWORD_AUTH flow not enabled for this client"
    );
    let admin = json!({
        "UserPoolId": pool.id, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "ann", "PASSWORD": "Correct-horse-1"},
    });
    let fault = sandbox
        .in_pool(&pool, "AdminInitiateAuth", admin)
        .unwrap_err();
    assert_eq!(fault.message, "Auth flow not enabled for this client");
}

#[test]
fn public_calls_find_their_pool_in_either_account_and_any_region() {
    let sandbox = Sandbox::start().unwrap();
    for profile in ["old", "new", "old-other"] {
        let pool = sandbox.pool(profile, "users").unwrap();
        let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
        let client = sandbox.client(&pool, "app", flows).unwrap();
        let email = format!("{profile}@example.com");
        sandbox
            .user(&pool, "ann", "Correct-horse-1", &[("email", &email)])
            .unwrap();
        let signed_in = sandbox.sign_in(&client, "ann", "Correct-horse-1").unwrap();
        let token = signed_in["AuthenticationResult"]["AccessToken"].clone();
        let who = sandbox
            .public("GetUser", json!({"AccessToken": token}))
            .unwrap();
        let attributes = who["UserAttributes"].as_array().unwrap();
        assert!(attributes.contains(&json!({"Name": "email", "Value": email})));
    }
}

#[test]
fn a_function_writes_logs_only_with_the_permissions_of_its_role() {
    let it = Deployed::new(&json!({}));
    let groups = || it.sandbox.snapshot()[NEW_ACCOUNT]["log_groups"].clone();
    let _ = it.sign_in("ann");
    assert_eq!(groups(), json!([]));

    let group = "/aws/lambda/migrate";
    let arn = format!("arn:aws:logs:eu-central-1:{NEW_ACCOUNT}:log-group:{group}:*");
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Resource": arn,
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    }]});
    let params =
        json!({"RoleName": "migrate", "PolicyName": "logs", "PolicyDocument": policy.to_string()});
    it.sandbox
        .aws("new", "iam", "PutRolePolicy", params)
        .unwrap();
    let _ = it.sign_in("ann");
    assert_eq!(
        groups(),
        json!([]),
        "creating a log group needs CreateLogGroup"
    );

    let params = json!({"logGroupName": group});
    it.sandbox
        .aws("new", "logs", "CreateLogGroup", params.clone())
        .unwrap();
    let _ = it.sign_in("ann");
    let streams = it
        .sandbox
        .aws("new", "logs", "DescribeLogStreams", params)
        .unwrap();
    assert_eq!(streams["logStreams"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_function_has_its_roles_credentials_and_calls_aws_through_the_proxy() {
    let it = Deployed::new(&json!({
        "where": {"raise": "$AWS_ENDPOINT_URL"}, "who": {"raise": "$AWS_ACCESS_KEY_ID"},
    }));
    let fault = it.sign_in("where").unwrap_err();
    assert!(
        fault
            .message
            .ends_with(&format!("{}.", it.sandbox.endpoint()))
    );
    let fault = it.sign_in("who").unwrap_err();
    assert!(fault.message.contains("error ASIA"), "{}", fault.message);
}
