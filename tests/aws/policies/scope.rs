//! The printed policies are limited to the names of the deployment, and to reading the records of
//! other deployments.

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT, Pool};
use serde_json::{Value, json};

use super::least_privilege::Pipeline;
use crate::support::console::EMPTY_ZIP;
use crate::support::stage::{ACCESS_ROLE, LAMBDA, LOG_GROUP, POLICY_ARN, Stage};

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
const OTHER_LOG_GROUP: &str = "/aws/lambda/other";

fn allow_all() -> String {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

fn other_role() -> String {
    format!("arn:aws:iam::{NEW_ACCOUNT}:role/other")
}

fn function(name: &str, role: &str) -> Value {
    json!({
        "FunctionName": name, "Runtime": "provided.al2023", "Handler": "bootstrap", "Role": role,
        "Code": {"ZipFile": {"$bytes": EMPTY_ZIP}},
    })
}

fn permission(name: &str, principal: &str) -> Value {
    json!({
        "FunctionName": name, "StatementId": "more",
        "Action": "lambda:InvokeFunction", "Principal": principal,
    })
}

/// Calls in the old account that a pipeline isn't allowed to make.
#[rustfmt::skip]
fn in_the_old_account(managed: &Pool, other: &Pool) -> Vec<(&'static str, Value)> {
    let tags = json!([{"Key": "cogmig:deployment", "Value": "default"}]);
    vec![
        ("iam:DeleteRole", json!({"RoleName": "other"})),
        ("iam:GetRole", json!({"RoleName": "other"})),
        ("iam:PutRolePolicy", json!({"RoleName": "other", "PolicyName": "p", "PolicyDocument": allow_all()})),
        ("iam:UpdateAssumeRolePolicy", json!({"RoleName": "other", "PolicyDocument": allow_all()})),
        ("iam:TagRole", json!({"RoleName": "other", "Tags": tags})),
        ("iam:AttachRolePolicy", json!({"RoleName": ACCESS_ROLE, "PolicyArn": ADMINISTRATOR})),
        ("iam:CreateUser", json!({"UserName": "more"})),
        ("cognito-idp:DescribeUserPoolClient", json!({"UserPoolId": other.id, "ClientId": other.client})),
        ("cognito-idp:ListUserPoolClientSecrets", json!({"UserPoolId": other.id, "ClientId": other.client})),
        ("cognito-idp:AddUserPoolClientSecret", json!({"UserPoolId": managed.id, "ClientId": managed.client})),
        ("cognito-idp:UpdateUserPoolClient", json!({"UserPoolId": other.id, "ClientId": other.client})),
        ("cognito-idp:UpdateUserPool", json!({"UserPoolId": managed.id})),
        ("cognito-idp:ListUsers", json!({"UserPoolId": other.id})),
        ("cognito-idp:AdminGetUser", json!({"UserPoolId": managed.id, "Username": "ada"})),
        ("cognito-idp:CreateUserPoolClient", json!({"UserPoolId": managed.id, "ClientName": "more"})),
        ("cognito-idp:DeleteUserPoolClient", json!({"UserPoolId": managed.id, "ClientId": managed.client})),
    ]
}

/// Calls in the new account that a pipeline isn't allowed to make.
#[rustfmt::skip]
fn in_the_new_account(managed: &Pool, other: &Pool) -> Vec<(&'static str, Value)> {
    vec![
        ("iam:DeleteRole", json!({"RoleName": "other"})),
        ("iam:AttachRolePolicy", json!({"RoleName": "other", "PolicyArn": POLICY_ARN})),
        ("iam:AttachRolePolicy", json!({"RoleName": LAMBDA, "PolicyArn": ADMINISTRATOR})),
        ("iam:PutRolePolicy", json!({"RoleName": LAMBDA, "PolicyName": "p", "PolicyDocument": allow_all()})),
        ("iam:CreatePolicy", json!({"PolicyName": "more", "PolicyDocument": allow_all()})),
        ("lambda:CreateFunction", function("more", &other_role())),
        ("lambda:CreateFunction", function("more", &format!("arn:aws:iam::{NEW_ACCOUNT}:role/{LAMBDA}"))),
        ("lambda:UpdateFunctionConfiguration", json!({"FunctionName": LAMBDA, "Role": other_role()})),
        ("lambda:UpdateFunctionCode", json!({"FunctionName": "other", "ZipFile": {"$bytes": EMPTY_ZIP}})),
        ("lambda:Invoke", json!({"FunctionName": "other"})),
        ("lambda:GetFunction", json!({"FunctionName": "other"})),
        ("lambda:DeleteFunction", json!({"FunctionName": "other"})),
        ("lambda:AddPermission", permission("other", "cognito-idp.amazonaws.com")),
        ("lambda:AddPermission", permission(LAMBDA, "*")),
        ("lambda:AddPermission", permission(LAMBDA, "333333333333")),
        ("logs:DeleteLogGroup", json!({"logGroupName": OTHER_LOG_GROUP})),
        ("logs:CreateLogGroup", json!({"logGroupName": format!("{LOG_GROUP}-more")})),
        ("cognito-idp:UpdateUserPool", json!({"UserPoolId": other.id})),
        ("cognito-idp:UpdateUserPoolClient", json!({"UserPoolId": other.id, "ClientId": other.client})),
        ("cognito-idp:ListUsers", json!({"UserPoolId": other.id})),
        ("cognito-idp:DeleteUserPool", json!({"UserPoolId": managed.id})),
        ("cognito-idp:AdminCreateUser", json!({"UserPoolId": managed.id, "Username": "eve"})),
    ]
}

/// Creates resources of others in both accounts, and their pools.
fn create_other_resources(stage: &Stage) -> [Pool; 2] {
    for side in ["old", "new"] {
        stage.role(side, "other", &["s3:GetObject"]);
    }
    stage.aws(
        "new",
        "lambda:CreateFunction",
        function("other", &other_role()),
    );
    stage.aws(
        "new",
        "logs:CreateLogGroup",
        json!({"logGroupName": OTHER_LOG_GROUP}),
    );
    ["old", "new"].map(|side| stage.sandbox.pool(side, "Other").unwrap())
}

#[test]
fn resources_outside_the_deployment_are_denied() {
    let pipeline = Pipeline::new("");
    let stage = &pipeline.stage;
    pipeline.ends(0, "setup");
    let [old, new] = create_other_resources(stage);
    let snapshot = stage.sandbox.snapshot();
    for (profile, calls) in [
        ("old-pipeline", in_the_old_account(&stage.old, &old)),
        ("new-pipeline", in_the_new_account(&stage.new, &new)),
    ] {
        for (call, params) in calls {
            let answer = stage.try_aws(profile, call, params.clone());
            let fault = answer.expect_err(&format!("{call} {params}"));
            assert!(
                fault.code.starts_with("AccessDenied"),
                "{call} {params}: {fault}"
            );
        }
    }
    assert_eq!(stage.sandbox.snapshot(), snapshot);
    pipeline.ends(
        0,
        &format!(
            "teardown --old-pool {} --new-pool {}",
            stage.old.id, stage.new.id
        ),
    );
}

#[test]
fn the_records_of_other_deployments_can_be_read() {
    let pipeline = Pipeline::new("");
    let stage = &pipeline.stage;
    let narrowed = |side: &str, role: &str| {
        let mut policy = pipeline.policy(side).clone();
        for statement in policy["Statement"].as_array_mut().unwrap() {
            if statement["Action"] == "iam:GetRole" {
                statement["Resource"] = role.into();
            }
        }
        policy
    };
    let roles = [
        (
            "old",
            format!("arn:aws:iam::{OLD_ACCOUNT}:role/{ACCESS_ROLE}"),
        ),
        ("new", format!("arn:aws:iam::{NEW_ACCOUNT}:role/{LAMBDA}")),
    ];
    stage.role("old", &format!("{ACCESS_ROLE}-blue"), &["s3:GetObject"]);
    stage.role("new", &format!("{LAMBDA}-blue"), &["s3:GetObject"]);
    for (side, role) in &roles {
        pipeline.ends(0, "plan");
        pipeline.grant(side, &narrowed(side, role));
        pipeline.ends(1, "plan").assert_stderr(&["iam:GetRole"]);
        pipeline.grant_all();
    }
    // The old pool is itself the new pool of another deployment, whose role has the record.
    stage.edit_pool(&stage.old, |pool| {
        let arn = format!("arn:aws:lambda:eu-west-1:{OLD_ACCOUNT}:function:{LAMBDA}");
        pool["LambdaConfig"]["UserMigration"] = arn.into();
    });
    pipeline.ends(0, "plan");
    pipeline.grant("old", &narrowed("old", &format!("{}*", roles[0].1)));
    pipeline.ends(1, "plan").assert_stderr(&["iam:GetRole"]);
}
