//! The permissions that IAM requires in addition to the call's own action, and their resources.
//! Each call is checked without and with the additional permission.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cogmig_sandbox::{AwsFault, NEW_ACCOUNT, Sandbox};
use serde_json::{Value, json};

const REGION: &str = "eu-central-1";
/// An empty archive.
const EMPTY_ZIP: &str = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";

/// A user in the new account, with the permissions that the test grants.
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

    fn grant(&self, statements: &[Value]) {
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        let policy = json!({
            "UserName": "user", "PolicyName": "granted", "PolicyDocument": document.to_string(),
        });
        self.0.aws("new", "iam", "PutUserPolicy", policy).unwrap();
    }

    fn call(&self, call: &str, params: &Value) -> Result<Value, AwsFault> {
        let (service, operation) = call.split_once(':').unwrap();
        self.0.aws("user", service, operation, params.clone())
    }

    /// Checks that the call is denied with `granted` alone, that the error names `missing`, and
    /// that the call succeeds with both.
    #[track_caller]
    fn needs(&self, call: &str, params: &Value, granted: &Value, missing: &Value) {
        self.grant(std::slice::from_ref(granted));
        let fault = self.call(call, params).expect_err(call);
        let action = missing["Action"].as_str().unwrap();
        assert!(fault.code.starts_with("AccessDenied"), "{call}: {fault}");
        assert!(fault.message.contains(action), "{call}: {fault}");
        self.grant(&[granted.clone(), missing.clone()]);
        self.call(call, params)
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
fn creating_a_resource_with_tags_needs_a_tag_permission() {
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
        "Role": iam("role/r"), "Code": {"ZipFile": {"$bytes": EMPTY_ZIP}},
    })
}

#[test]
fn passing_a_role_needs_permission_for_the_role_and_the_service() {
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
    user.grant(&[own.clone(), to("ec2.amazonaws.com")]);
    user.call("lambda:CreateFunction", &function).unwrap_err();
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

/// Cognito encrypts the codes for the custom sender triggers with the key.
#[test]
fn updating_a_pool_with_custom_senders_needs_permission_for_the_key() {
    let user = User::new();
    let pool = user.0.pool("new", "users").unwrap();
    let own = allow("cognito-idp:UpdateUserPool", &pool.arn);
    let key = regional("kms", "key/11111111-2222-3333-4444-555555555555");
    let sender =
        json!({"LambdaArn": regional("lambda", "function:sender"), "LambdaVersion": "V1_0"});
    let config = json!({"KMSKeyID": key, "CustomEmailSender": sender});
    let update = json!({"UserPoolId": pool.id, "LambdaConfig": config});
    let grant = allow("kms:CreateGrant", &key);
    user.needs("cognito-idp:UpdateUserPool", &update, &own, &grant);
}

#[test]
fn the_tags_of_a_function_need_a_list_permission() {
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
    user.grant(&[allow("lambda:GetFunction", &arn)]);
    let shown = user.call("lambda:GetFunction", &name).unwrap();
    assert_eq!(shown.get("Tags"), None);
    user.grant(&[
        allow("lambda:GetFunction", &arn),
        allow("lambda:ListTags", &arn),
    ]);
    let shown = user.call("lambda:GetFunction", &name).unwrap();
    assert_eq!(shown["Tags"], json!({"a": "b"}));
}

#[test]
fn conditions_restrict_the_policy_and_the_principal() {
    let user = User::new();
    role(&user, "r");
    let attach = |policy: &str| json!({"RoleName": "r", "PolicyArn": policy});
    let audit = "arn:aws:iam::aws:policy/SecurityAudit";
    user.grant(&[allow_if(
        "iam:AttachRolePolicy",
        &iam("role/r"),
        "iam:PolicyARN",
        audit,
    )]);
    let more = "arn:aws:iam::aws:policy/AdministratorAccess";
    user.call("iam:AttachRolePolicy", &attach(more))
        .unwrap_err();
    user.call("iam:AttachRolePolicy", &attach(audit)).unwrap();

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
    user.grant(&[allow_if(
        "lambda:AddPermission",
        &arn,
        "lambda:Principal",
        cognito,
    )]);
    user.call("lambda:AddPermission", &permit("*")).unwrap_err();
    user.call("lambda:AddPermission", &permit(cognito)).unwrap();
}

#[test]
fn the_arn_of_a_log_group_has_a_suffix_except_for_tag_actions() {
    let user = User::new();
    let [with_suffix, without_suffix] =
        ["log-group:g:*", "log-group:g"].map(|group| regional("logs", group));
    let group = json!({"logGroupName": "g"});
    user.grant(&[allow("logs:CreateLogGroup", &without_suffix)]);
    user.call("logs:CreateLogGroup", &group).unwrap_err();
    user.grant(&[allow("logs:CreateLogGroup", &with_suffix)]);
    user.call("logs:CreateLogGroup", &group).unwrap();
    let tags = json!({"resourceArn": without_suffix});
    user.grant(&[allow("logs:ListTagsForResource", &with_suffix)]);
    user.call("logs:ListTagsForResource", &tags).unwrap_err();
    user.grant(&[allow("logs:ListTagsForResource", &without_suffix)]);
    user.call("logs:ListTagsForResource", &tags).unwrap();
}

/// AWS can restrict a query to a log group, but not its result, and not the metrics.
#[test]
fn counts_need_their_own_permissions() {
    let user = User::new();
    let group = json!({"logGroupName": "group"});
    user.0.aws("new", "logs", "CreateLogGroup", group).unwrap();
    let query = json!({
        "logGroupName": "group", "queryString": "stats count(*)", "startTime": 0,
        "endTime": 4_000_000_000_u64,
    });
    let arn = regional("logs", "log-group:group:*");
    let other = allow("logs:StartQuery", &regional("logs", "log-group:other:*"));
    let start = allow("logs:StartQuery", &arn);
    user.needs("logs:StartQuery", &query, &other, &start);
    let id = user.call("logs:StartQuery", &query).unwrap();
    let of_group = allow("logs:GetQueryResults", &arn);
    let result = allow("logs:GetQueryResults", "*");
    user.needs("logs:GetQueryResults", &id, &of_group, &result);
    let sum = json!({
        "StartTime": 1_700_000_000, "EndTime": 4_000_000_000_u64,
        "MetricDataQueries": [{"Id": "m", "MetricStat": {"Period": 86_400, "Stat": "Sum", "Metric": {
            "Namespace": "n", "MetricName": "m", "Dimensions": [{"Name": "d", "Value": "v"}],
        }}}],
    });
    let metric = allow("cloudwatch:GetMetricData", "*");
    user.needs("cloudwatch:GetMetricData", &sum, &result, &metric);
}

#[test]
fn the_path_of_a_role_is_part_of_its_resource() {
    let user = User::new();
    let create = json!({"RoleName": "r", "Path": "/app/", "AssumeRolePolicyDocument": trust()});
    user.needs(
        "iam:CreateRole",
        &create,
        &allow("iam:CreateRole", &iam("role/r")),
        &allow("iam:CreateRole", &iam("role/app/*")),
    );
    let name = json!({"RoleName": "r"});
    user.needs(
        "iam:GetRole",
        &name,
        &allow("iam:GetRole", &iam("role/r")),
        &allow("iam:GetRole", &iam("role/app/r")),
    );
}

/// The path is also part of `aws:PrincipalArn`.
#[test]
fn a_trust_policy_that_names_a_role_needs_its_path() {
    let user = User::new();
    let trusting = |arn: &str| {
        let condition = json!({"ArnEquals": {"aws:PrincipalArn": arn}});
        let statement = json!({
            "Effect": "Allow", "Action": "sts:AssumeRole", "Condition": condition,
            "Principal": {"AWS": format!("arn:aws:iam::{NEW_ACCOUNT}:root")},
        });
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    };
    let principal = json!({"AWS": iam("user/user")});
    let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal});
    let by_user = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let create = |name: &str, path: &str, trust: &str| {
        let role = json!({"RoleName": name, "Path": path, "AssumeRolePolicyDocument": trust});
        user.0.aws("new", "iam", "CreateRole", role).unwrap();
    };
    create("caller", "/app/", &by_user);
    let all = json!({"Version": "2012-10-17", "Statement": [allow("sts:AssumeRole", "*")]});
    let may = json!({"RoleName": "caller", "PolicyName": "may", "PolicyDocument": all.to_string()});
    user.0.aws("new", "iam", "PutRolePolicy", may).unwrap();
    create("with-path", "/", &trusting(&iam("role/app/caller")));
    create("without-path", "/", &trusting(&iam("role/caller")));
    user.grant(&[allow("sts:AssumeRole", "*")]);
    let assume = |role: &str| json!({"RoleArn": iam(role), "RoleSessionName": "session"});
    let session = user
        .call("sts:AssumeRole", &assume("role/app/caller"))
        .unwrap();
    let text = |member: &str| session["Credentials"][member].as_str().unwrap();
    let settings = [
        ("region", REGION),
        ("aws_access_key_id", text("AccessKeyId")),
        ("aws_secret_access_key", text("SecretAccessKey")),
        ("aws_session_token", text("SessionToken")),
    ];
    user.0.add_profile("session", &settings).unwrap();
    let by_session = |role: &str| user.0.aws("session", "sts", "AssumeRole", assume(role));
    by_session("role/with-path").unwrap();
    by_session("role/without-path").unwrap_err();
}

#[test]
fn a_permissions_boundary_is_a_condition_key() {
    let user = User::new();
    let boundary = json!({"PolicyName": "boundary", "PolicyDocument": document()});
    user.0.aws("new", "iam", "CreatePolicy", boundary).unwrap();
    let arn = iam("policy/boundary");
    let key = "iam:PermissionsBoundary";
    let mut create = json!({"RoleName": "r", "AssumeRolePolicyDocument": trust()});
    user.grant(&[allow_if("iam:*", &iam("role/*"), key, &arn)]);
    user.call("iam:CreateRole", &create).unwrap_err();
    create["PermissionsBoundary"] = "arn:aws:iam::aws:policy/SecurityAudit".into();
    user.call("iam:CreateRole", &create).unwrap_err();
    create["PermissionsBoundary"] = arn.clone().into();
    user.call("iam:CreateRole", &create).unwrap();
    // For an existing role, the key is its boundary.
    let put = json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": document()});
    user.call("iam:PutRolePolicy", &put).unwrap();
    role(&user, "other");
    let put = json!({"RoleName": "other", "PolicyName": "p", "PolicyDocument": document()});
    user.call("iam:PutRolePolicy", &put).unwrap_err();
}
