//! A new pool with a function as its user migration trigger. The test provides its responses.

use std::io::{Cursor, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cogmig_sandbox::{AwsFault, NEW_ACCOUNT, Pool, Sandbox};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

/// Shorter than the new pool's password policy allows, because the policy doesn't apply to migrated
/// users.
pub const PASSWORD: &str = "Old-pass-1";
const FUNCTION: &str = "migrate";

pub struct Deployed {
    pub sandbox: Sandbox,
    pub pool: Pool,
}

impl Deployed {
    pub fn new(answers: &Value) -> Self {
        Self::with_pool(answers, json!({}))
    }

    pub fn with_pool(answers: &Value, settings: Value) -> Self {
        let sandbox = Sandbox::start().unwrap();
        let function = format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{FUNCTION}");
        let mut settings = settings;
        settings["LambdaConfig"]["UserMigration"] = function.into();
        settings["Policies"] = json!({"PasswordPolicy": {"MinimumLength": 10}});
        let mut pool = sandbox.pool_with("new", "users", settings).unwrap();
        let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
        pool.client = sandbox.client(&pool, "app", flows).unwrap();
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }]});
        let role = json!({"RoleName": FUNCTION, "AssumeRolePolicyDocument": trust.to_string()});
        sandbox.aws("new", "iam", "CreateRole", role).unwrap();
        let function = json!({
            "FunctionName": FUNCTION, "Runtime": "provided.al2023", "Handler": "bootstrap",
            "Role": format!("arn:aws:iam::{NEW_ACCOUNT}:role/{FUNCTION}"),
            "Timeout": 2, "Code": {"ZipFile": {"$bytes": STANDARD.encode(code(answers))}},
        });
        sandbox
            .aws("new", "lambda", "CreateFunction", function)
            .unwrap();
        let deployed = Self { sandbox, pool };
        deployed.add_permission(&deployed.pool.arn, NEW_ACCOUNT);
        deployed
    }

    pub fn sign_in(&self, username: &str) -> Result<Value, AwsFault> {
        self.sandbox.sign_in(&self.pool.client, username, PASSWORD)
    }

    pub fn forgot(&self, username: &str) -> Result<Value, AwsFault> {
        let params = json!({"ClientId": self.pool.client, "Username": username});
        self.sandbox.public("ForgotPassword", params)
    }

    pub fn user(&self, username: &str) -> Option<Value> {
        self.sandbox.find_user(&self.pool, username).unwrap()
    }

    pub fn add_permission(&self, source: &str, account: &str) {
        let params = json!({
            "FunctionName": FUNCTION, "StatementId": "cognito",
            "Action": "lambda:InvokeFunction", "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": source, "SourceAccount": account,
        });
        self.sandbox
            .aws("new", "lambda", "AddPermission", params)
            .unwrap();
    }

    pub fn remove_permission(&self) {
        let params = json!({"FunctionName": FUNCTION, "StatementId": "cognito"});
        self.sandbox
            .aws("new", "lambda", "RemovePermission", params)
            .unwrap();
    }
}

/// The function's response for a migrated user.
pub fn migrated(email: &str) -> Value {
    json!({
        "userAttributes": {
            "email": email, "email_verified": "true", "custom:tenant": "blue",
        },
        "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS",
    })
}

/// The response with changed members.
pub fn with(response: &Value, change: &Value) -> Value {
    let mut changed = response.clone();
    for (name, value) in change.as_object().unwrap() {
        changed[name] = value.clone();
    }
    changed
}

fn code(answers: &Value) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("bootstrap", stored.unix_permissions(0o755))
        .unwrap();
    zip.write_all(include_bytes!("../function/bootstrap"))
        .unwrap();
    zip.start_file("answers.json", stored).unwrap();
    zip.write_all(answers.to_string().as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}
