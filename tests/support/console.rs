//! Changes by other people and programs in the two accounts, with boto3.

use cogmig_sandbox::{AwsFault, NEW_ACCOUNT, Pool};
use serde_json::{Map, Value, json};

use crate::support::stage::{ACCESS_ROLE, LAMBDA, POLICY_ARN, Stage};

/// The members of `UpdateUserPool` and `UpdateUserPoolClient`; whoever leaves one out resets it.
const POOL: [&str; 16] = [
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
/// An archive without entries, as a function's code.
pub const NOTHING: &str = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";
const NOT_OF_A_CLIENT: [&str; 3] = ["ClientSecret", "CreationDate", "LastModifiedDate"];

impl Stage {
    /// As many versions of the Lambda's policy as there can be, and none of them ours.
    pub fn narrow_the_policy_often(&self) {
        for action in [
            "s3:GetObject",
            "s3:PutObject",
            "s3:ListBucket",
            "s3:DeleteObject",
        ] {
            let narrow = json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": action, "Resource": "*"},
            ]});
            let params = json!({
                "PolicyArn": POLICY_ARN, "SetAsDefault": true, "PolicyDocument": narrow.to_string(),
            });
            self.aws("new", "iam:CreatePolicyVersion", params);
        }
    }

    /// Other code of the function's, which answers nothing.
    pub fn empty_the_function(&self) {
        let params = json!({"FunctionName": LAMBDA, "ZipFile": {"$bytes": NOTHING}});
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

    /// A call of Cognito about a pool, which must succeed.
    #[track_caller]
    pub fn in_pool(&self, pool: &Pool, operation: &str, mut params: Value) -> Value {
        params["UserPoolId"] = pool.id.as_str().into();
        match self.sandbox.in_pool(pool, operation, params) {
            Ok(answer) => answer,
            Err(fault) => panic!("{operation}: {fault}"),
        }
    }

    /// Edits an app client as a careful person does, with all its other settings kept.
    pub fn edit_client(&self, pool: &Pool, client: &str, edit: impl FnOnce(&mut Value)) {
        let mut settings = self.described(pool, client);
        edit(&mut settings);
        let settings = settings.as_object_mut().unwrap();
        settings.retain(|name, value| value != "" && !NOT_OF_A_CLIENT.contains(&name.as_str()));
        self.in_pool(pool, "UpdateUserPoolClient", settings.clone().into());
    }

    /// Edits a pool in the same way.
    pub fn edit_pool(&self, pool: &Pool, edit: impl FnOnce(&mut Value)) {
        let mut settings = self.in_pool(pool, "DescribeUserPool", json!({}))["UserPool"].take();
        edit(&mut settings);
        let settings: Map<String, Value> = POOL
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), settings.get(*name)?.clone())))
            // The emulator describes texts that are not set, and boto3 takes no empty ones.
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

    pub fn described(&self, pool: &Pool, client: &str) -> Value {
        let client = json!({"ClientId": client});
        self.in_pool(pool, "DescribeUserPoolClient", client)["UserPoolClient"].take()
    }

    /// The flows of an app client, as a set.
    pub fn flows(&self, pool: &Pool, client: &str) -> Vec<String> {
        let described = self.described(pool, client);
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

    /// Lets Cognito invoke the function for this pool instead.
    pub fn permit(&self, pool_arn: &str) {
        self.remove_permission();
        let params = json!({
            "FunctionName": LAMBDA, "StatementId": "cognito-user-migration",
            "Action": "lambda:InvokeFunction", "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": pool_arn, "SourceAccount": NEW_ACCOUNT,
        });
        self.aws("new", "lambda:AddPermission", params);
    }

    /// The ExternalId that the access role asks for.
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
        self.delete_inline();
        self.aws("old", "iam:DeleteRole", json!({"RoleName": ACCESS_ROLE}));
    }

    pub fn delete_inline(&self) {
        let role = json!({"RoleName": ACCESS_ROLE});
        let policies = self.aws("old", "iam:ListRolePolicies", role);
        for policy in policies["PolicyNames"].as_array().unwrap() {
            let policy = json!({"RoleName": ACCESS_ROLE, "PolicyName": policy});
            self.aws("old", "iam:DeleteRolePolicy", policy);
        }
    }

    /// The app clients of the old pool that were made for the migration.
    pub fn dedicated(&self) -> Vec<Value> {
        let listed = self.in_pool(&self.old, "ListUserPoolClients", json!({"MaxResults": 60}));
        let clients = listed["UserPoolClients"].as_array().unwrap().iter();
        let ours = clients.filter(|client| client["ClientName"] == LAMBDA);
        ours.map(|client| self.described(&self.old, client["ClientId"].as_str().unwrap()))
            .collect()
    }
}
