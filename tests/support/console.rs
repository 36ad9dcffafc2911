//! Changes that other users and programs make in the two accounts, with boto3.

use cogmig_sandbox::{AwsFault, NEW_ACCOUNT, Pool};
use serde_json::{Map, Value, json};

use crate::support::stage::{ACCESS_ROLE, LAMBDA, POLICY_ARN, Stage};

/// The members of `UpdateUserPool`. An update resets each member that it omits.
const POOL_MEMBERS: [&str; 16] = [
    "Policies",
    "DeletionProtection",
    "LambdaConfig",
    "AutoVerifiedAttributes",
    "SmsVerificationMessage",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "VerificationMessageTemplate",
    "SmsAuthenticationMessage",
    "UserAttributeUpdateSettings",
    "MfaConfiguration",
    "DeviceConfiguration",
    "EmailConfiguration",
    "UserPoolTags",
    "AdminCreateUserConfig",
    "AccountRecoverySetting",
];
/// A ZIP archive without entries, as the code of a function.
pub const EMPTY_ZIP: &str = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";
/// The members that `DescribeUserPoolClient` returns and `UpdateUserPoolClient` doesn't accept.
const READ_ONLY_CLIENT_MEMBERS: [&str; 3] = ["ClientSecret", "CreationDate", "LastModifiedDate"];

impl Stage {
    /// Creates the maximum number of versions of the Lambda function's policy. The default version
    /// is not the deployment's.
    pub fn fill_policy_versions(&self) {
        for action in [
            "s3:GetObject",
            "s3:PutObject",
            "s3:ListBucket",
            "s3:DeleteObject",
        ] {
            let policy = json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": action, "Resource": "*"},
            ]});
            let params = json!({
                "PolicyArn": POLICY_ARN, "SetAsDefault": true, "PolicyDocument": policy.to_string(),
            });
            self.aws("new", "iam:CreatePolicyVersion", params);
        }
    }

    /// Replaces the function's code with an empty archive.
    pub fn replace_function_code(&self) {
        let params = json!({"FunctionName": LAMBDA, "ZipFile": {"$bytes": EMPTY_ZIP}});
        self.aws("new", "lambda:UpdateFunctionCode", params);
    }

    /// A call that must succeed: `aws("new", "iam:GetRole", …)`.
    #[track_caller]
    pub fn aws(&self, profile: &str, call: &str, params: Value) -> Value {
        match self.try_aws(profile, call, params) {
            Ok(answer) => answer,
            Err(fault) => panic!("{call}: {fault}"),
        }
    }

    pub fn try_aws(&self, profile: &str, call: &str, params: Value) -> Result<Value, AwsFault> {
        let (service, operation) = call.split_once(':').unwrap();
        self.sandbox.aws(profile, service, operation, params)
    }

    /// A Cognito call for a pool, which must succeed.
    #[track_caller]
    pub fn in_pool(&self, pool: &Pool, operation: &str, mut params: Value) -> Value {
        params["UserPoolId"] = pool.id.as_str().into();
        match self.sandbox.in_pool(pool, operation, params) {
            Ok(answer) => answer,
            Err(fault) => panic!("{operation}: {fault}"),
        }
    }

    /// Edits an app client and keeps all its other settings.
    pub fn edit_client(&self, pool: &Pool, client: &str, edit: impl FnOnce(&mut Value)) {
        let mut settings = self.describe_client(pool, client);
        edit(&mut settings);
        let settings = settings.as_object_mut().unwrap();
        settings.retain(|name, value| {
            value != "" && !READ_ONLY_CLIENT_MEMBERS.contains(&name.as_str())
        });
        self.in_pool(pool, "UpdateUserPoolClient", settings.clone().into());
    }

    /// Edits a pool and keeps all its other settings.
    pub fn edit_pool(&self, pool: &Pool, edit: impl FnOnce(&mut Value)) {
        let mut settings = self.in_pool(pool, "DescribeUserPool", json!({}))["UserPool"].take();
        edit(&mut settings);
        let settings: Map<String, Value> = POOL_MEMBERS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), settings.get(*name)?.clone())))
            // The emulator returns empty strings for unset members, and boto3 rejects empty
            // strings.
            .filter(|(_, value)| value != "")
            .collect();
        self.in_pool(pool, "UpdateUserPool", settings.into());
    }

    /// The new pool's `LambdaConfig`.
    pub fn triggers(&self) -> Value {
        self.in_pool(&self.new, "DescribeUserPool", json!({}))["UserPool"]["LambdaConfig"].take()
    }

    pub fn set_trigger(&self, arn: Option<&str>) {
        self.edit_pool(&self.new, |pool| {
            let triggers = pool["LambdaConfig"].as_object_mut().unwrap();
            match arn {
                Some(arn) => triggers.insert("UserMigration".into(), arn.into()),
                None => triggers.remove("UserMigration"),
            };
        });
    }

    pub fn describe_client(&self, pool: &Pool, client: &str) -> Value {
        let client = json!({"ClientId": client});
        self.in_pool(pool, "DescribeUserPoolClient", client)["UserPoolClient"].take()
    }

    /// The authentication flows of an app client, sorted.
    pub fn flows(&self, pool: &Pool, client: &str) -> Vec<String> {
        let described = self.describe_client(pool, client);
        let listed = described["ExplicitAuthFlows"].as_array();
        let flows = listed.into_iter().flatten();
        let mut flows: Vec<String> = flows.map(|flow| flow.as_str().unwrap().into()).collect();
        flows.sort();
        flows
    }

    /// Edits the function's environment.
    pub fn edit_environment(&self, edit: impl FnOnce(&mut Value)) {
        let name = json!({"FunctionName": LAMBDA});
        let mut set = self.aws("new", "lambda:GetFunctionConfiguration", name);
        edit(&mut set["Environment"]["Variables"]);
        let params = json!({"FunctionName": LAMBDA, "Environment": {"Variables": set["Environment"]["Variables"]}});
        self.aws("new", "lambda:UpdateFunctionConfiguration", params);
    }

    pub fn remove_permission(&self) {
        let statement = json!({"FunctionName": LAMBDA, "StatementId": "cognito-user-migration"});
        self.aws("new", "lambda:RemovePermission", statement);
    }

    /// Changes the permission so that Cognito can invoke the function only for this pool.
    pub fn set_permission(&self, pool_arn: &str) {
        self.remove_permission();
        let params = json!({
            "FunctionName": LAMBDA, "StatementId": "cognito-user-migration",
            "Action": "lambda:InvokeFunction", "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": pool_arn, "SourceAccount": NEW_ACCOUNT,
        });
        self.aws("new", "lambda:AddPermission", params);
    }

    /// The key of the log's hash of users in the function's environment.
    pub fn log_user_key(&self) -> Option<String> {
        let name = serde_json::json!({"FunctionName": crate::support::stage::LAMBDA});
        let set = self.aws("new", "lambda:GetFunctionConfiguration", name);
        let key = set["Environment"]["Variables"]["LOG_USER_KEY"].as_str();
        key.map(str::to_owned)
    }

    /// The ExternalId that the access role requires.
    pub fn external_id(&self) -> String {
        let role = self.aws("old", "iam:GetRole", json!({"RoleName": ACCESS_ROLE}));
        let conditions = &role["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Condition"];
        let id = conditions["StringEquals"]["sts:ExternalId"].as_str();
        id.unwrap().to_owned()
    }

    pub fn delete_policy(&self) {
        let arn = json!({"PolicyArn": POLICY_ARN});
        let attachment = json!({"RoleName": LAMBDA, "PolicyArn": POLICY_ARN});
        self.aws("new", "iam:DetachRolePolicy", attachment);
        self.aws("new", "iam:DeletePolicy", arn);
    }

    pub fn delete_lambda_role(&self) {
        let attachment = json!({"RoleName": LAMBDA, "PolicyArn": POLICY_ARN});
        self.aws("new", "iam:DetachRolePolicy", attachment);
        self.aws("new", "iam:DeleteRole", json!({"RoleName": LAMBDA}));
    }

    pub fn delete_access_role(&self) {
        self.delete_inline_policy();
        self.aws("old", "iam:DeleteRole", json!({"RoleName": ACCESS_ROLE}));
    }

    pub fn delete_inline_policy(&self) {
        let role = json!({"RoleName": ACCESS_ROLE});
        let policies = self.aws("old", "iam:ListRolePolicies", role);
        for policy in policies["PolicyNames"].as_array().unwrap() {
            let policy = json!({"RoleName": ACCESS_ROLE, "PolicyName": policy});
            self.aws("old", "iam:DeleteRolePolicy", policy);
        }
    }

    /// The app clients of the old pool with the name of a dedicated app client.
    pub fn dedicated_clients(&self) -> Vec<Value> {
        let listed = self.in_pool(&self.old, "ListUserPoolClients", json!({"MaxResults": 60}));
        let clients = listed["UserPoolClients"].as_array().unwrap().iter();
        let dedicated = clients.filter(|client| client["ClientName"] == LAMBDA);
        dedicated
            .map(|client| self.describe_client(&self.old, client["ClientId"].as_str().unwrap()))
            .collect()
    }
}
