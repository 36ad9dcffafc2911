//! The permissions that IAM requires in addition to the call's own action, and on which
//! resource: checked with a user with one policy, and with one permission more.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cogmig_sandbox::{AwsFault, NEW_ACCOUNT, Sandbox};
use serde_json::{Value, json};

const REGION: &str = "eu-central-1";
/// An archive without entries.
const NOTHING: &str = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";

/// The new account, and in it a user with the rights that are given.
struct User(Sandbox);

impl User {
    fn new() -> Self {
        let sandbox = Sandbox::start().unwrap();
        let name = json!({"UserName": "user"});
        sandbox
            .aws("new", "iam", "CreateUser", name.clone())
            .unwrap();
        let key = &sandbox.aws("new", "iam", "CreateAccessKey", name).unwrap()["AccessKey"];
        let [id, secret] =
            ["AccessKeyId", "SecretAccessKey"].map(|part| key[part].as_str().unwrap());
        let settings = [
            ("region", REGION),
            ("aws_access_key_id", id),
            ("aws_secret_access_key", secret),
        ];
        sandbox.add_profile("user", &settings).unwrap();
        Self(sandbox)
    }

    fn may(&self, statements: &[Value]) {
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        let policy = json!({
            "UserName": "user", "PolicyName": "may", "PolicyDocument": document.to_string(),
        });
        self.0.aws("new", "iam", "PutUserPolicy", policy).unwrap();
    }

    fn tries(&self, call: &str, params: &Value) -> Result<Value, AwsFault> {
        let (service, operation) = call.split_once(':').unwrap();
        self.0.aws("user", service, operation, params.clone())
    }

    /// The call is denied by the name of `missing` as long as only `has` is granted.
    #[track_caller]
    fn needs(&self, call: &str, params: &Value, has: &Value, missing: &Value) {
        self.may(std::slice::from_ref(has));
        let fault = self.tries(call, params).expect_err(call);
        let named = missing["Action"].as_str().unwrap();
        assert!(fault.code.starts_with("AccessDenied"), "{call}: {fault}");
        assert!(fault.message.contains(named), "{call}: {fault}");
        self.may(&[has.clone(), missing.clone()]);
        self.tries(call, params)
            .unwrap_or_else(|fault| panic!("{call}: {fault}"));
    }
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn allow_if(action: &str, resource: &str, key: &str, value: &str) -> Value {
    let mut statement = allow(action, resource);
    statement["Condition"] = json!({"StringEquals": {key: value}});
    statement
}

fn iam(resource: &str) -> String {
    format!("arn:aws:iam::{NEW_ACCOUNT}:{resource}")
}

fn regional(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{NEW_ACCOUNT}:{resource}")
}

fn document() -> String {
    json!({"Version": "2012-10-17", "Statement": [allow("s3:ListBucket", "*")]}).to_string()
}

fn trust() -> String {
    let statement = json!({
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    });
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

fn role(user: &User, name: &str) {
    let role = json!({"RoleName": name, "AssumeRolePolicyDocument": trust()});
    user.0.aws("new", "iam", "CreateRole", role).unwrap();
}

#[test]
fn what_is_made_with_tags_is_tagged() {
    let user = User::new();
    let tags = json!([{"Key": "a", "Value": "b"}]);
    user.needs(
        "iam:CreateRole",
        &json!({"RoleName": "r", "AssumeRolePolicyDocument": trust(), "Tags": tags}),
        &allow("iam:CreateRole", &iam("role/r")),
        &allow("iam:TagRole", &iam("role/r")),
    );
    user.needs(
        "iam:CreatePolicy",
        &json!({"PolicyName": "p", "PolicyDocument": document(), "Tags": tags}),
        &allow("iam:CreatePolicy", &iam("policy/p")),
        &allow("iam:TagPolicy", &iam("policy/p")),
    );
    user.needs(
        "logs:CreateLogGroup",
        &json!({"logGroupName": "g", "tags": {"a": "b"}}),
        &allow("logs:CreateLogGroup", &regional("logs", "log-group:g:*")),
        &allow("logs:TagResource", &regional("logs", "log-group:g")),
    );
}

/// A function with the role `r`.
fn function() -> Value {
    json!({
        "FunctionName": "f", "Runtime": "provided.al2023", "Handler": "bootstrap",
        "Role": iam("role/r"), "Code": {"ZipFile": {"$bytes": NOTHING}},
    })
}

#[test]
fn a_role_is_passed_on_by_who_may_and_to_whom_they_may() {
    let user = User::new();
    role(&user, "r");
    let function = function();
    let own = allow("lambda:*", &regional("lambda", "function:f"));
    let to = |service: &str| {
        allow_if(
            "iam:PassRole",
            &iam("role/r"),
            "iam:PassedToService",
            service,
        )
    };
    user.may(&[own.clone(), to("ec2.amazonaws.com")]);
    user.tries("lambda:CreateFunction", &function).unwrap_err();
    user.needs(
        "lambda:CreateFunction",
        &function,
        &own,
        &to("lambda.amazonaws.com"),
    );
    let role = json!({"FunctionName": "f", "Role": iam("role/r")});
    let update = "lambda:UpdateFunctionConfiguration";
    user.needs(update, &role, &own, &to("lambda.amazonaws.com"));

    let pool = user.0.pool("new", "users").unwrap();
    let own = allow("cognito-idp:UpdateUserPool", &pool.arn);
    let sms = json!({"SnsCallerArn": iam("role/r"), "ExternalId": "sms"});
    let update = json!({"UserPoolId": pool.id, "SmsConfiguration": sms});
    user.needs(
        "cognito-idp:UpdateUserPool",
        &update,
        &own,
        &to("cognito-idp.amazonaws.com"),
    );
}

#[test]
fn the_tags_of_a_function_are_shown_to_who_may_list_them() {
    let user = User::new();
    role(&user, "r");
    let mut function = function();
    function["Tags"] = json!({"a": "b"});
    let arn = regional("lambda", "function:f");
    user.needs(
        "lambda:CreateFunction",
        &function,
        &json!({"Effect": "Allow", "Action": ["iam:PassRole", "lambda:CreateFunction"], "Resource": "*"}),
        &allow("lambda:TagResource", &arn),
    );
    let name = json!({"FunctionName": "f"});
    user.may(&[allow("lambda:GetFunction", &arn)]);
    let shown = user.tries("lambda:GetFunction", &name).unwrap();
    assert_eq!(shown.get("Tags"), None);
    user.may(&[
        allow("lambda:GetFunction", &arn),
        allow("lambda:ListTags", &arn),
    ]);
    let shown = user.tries("lambda:GetFunction", &name).unwrap();
    assert_eq!(shown["Tags"], json!({"a": "b"}));
}

#[test]
fn a_condition_says_which_policy_and_whom() {
    let user = User::new();
    role(&user, "r");
    let attach = |policy: &str| json!({"RoleName": "r", "PolicyArn": policy});
    let audit = "arn:aws:iam::aws:policy/SecurityAudit";
    user.may(&[allow_if(
        "iam:AttachRolePolicy",
        &iam("role/r"),
        "iam:PolicyARN",
        audit,
    )]);
    let more = "arn:aws:iam::aws:policy/AdministratorAccess";
    user.tries("iam:AttachRolePolicy", &attach(more))
        .unwrap_err();
    user.tries("iam:AttachRolePolicy", &attach(audit)).unwrap();

    let function = function();
    user.0
        .aws("new", "lambda", "CreateFunction", function)
        .unwrap();
    let permit = |principal: &str| {
        json!({
            "FunctionName": "f", "StatementId": "s", "Action": "lambda:InvokeFunction",
            "Principal": principal,
        })
    };
    let arn = regional("lambda", "function:f");
    let cognito = "cognito-idp.amazonaws.com";
    user.may(&[allow_if(
        "lambda:AddPermission",
        &arn,
        "lambda:Principal",
        cognito,
    )]);
    user.tries("lambda:AddPermission", &permit("*"))
        .unwrap_err();
    user.tries("lambda:AddPermission", &permit(cognito))
        .unwrap();
}

#[test]
fn a_log_group_is_named_with_an_ending_but_for_its_tags() {
    let user = User::new();
    let [whole, bare] = ["log-group:g:*", "log-group:g"].map(|group| regional("logs", group));
    let group = json!({"logGroupName": "g"});
    user.may(&[allow("logs:CreateLogGroup", &bare)]);
    user.tries("logs:CreateLogGroup", &group).unwrap_err();
    user.may(&[allow("logs:CreateLogGroup", &whole)]);
    user.tries("logs:CreateLogGroup", &group).unwrap();
    let tags = json!({"resourceArn": bare});
    user.may(&[allow("logs:ListTagsForResource", &whole)]);
    user.tries("logs:ListTagsForResource", &tags).unwrap_err();
    user.may(&[allow("logs:ListTagsForResource", &bare)]);
    user.tries("logs:ListTagsForResource", &tags).unwrap();
}
