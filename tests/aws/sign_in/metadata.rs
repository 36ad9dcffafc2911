//! The `ClientMetadata` of the application reaches the triggers of the old pool.

use std::io::{Cursor, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cogmig_sandbox::OLD_ACCOUNT;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::support::stage::{LOG_GROUP, PASSWORD, Stage};

impl Stage {
    /// Creates a function in the old account, as the PreAuthentication trigger of the old pool.
    /// `answers` has its results by username.
    fn pre_authentication(&self, answers: &Value) {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().unix_permissions(0o755);
        let function = include_bytes!("../../../sandbox/tests/function/bootstrap");
        let answers = answers.to_string();
        for (name, content) in [
            ("bootstrap", &function[..]),
            ("answers.json", answers.as_bytes()),
        ] {
            zip.start_file(name, stored).unwrap();
            zip.write_all(content).unwrap();
        }
        let code = STANDARD.encode(zip.finish().unwrap().into_inner());
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }]});
        let role = json!({"RoleName": "captcha", "AssumeRolePolicyDocument": trust.to_string()});
        self.aws("old", "iam:CreateRole", role);
        let function = json!({
            "FunctionName": "captcha", "Runtime": "provided.al2023", "Handler": "bootstrap",
            "Role": format!("arn:aws:iam::{OLD_ACCOUNT}:role/captcha"),
            "Code": {"ZipFile": {"$bytes": code}},
        });
        let created = self.aws("old", "lambda:CreateFunction", function);
        self.edit_pool(&self.old, |pool| {
            pool["LambdaConfig"]["PreAuthentication"] = created["FunctionArn"].clone();
        });
    }

    fn sign_in_with(&self, name: &str, password: &str, metadata: &Value) -> Result<Value, String> {
        let mut params = json!({
            "ClientId": self.new.client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": password},
        });
        if !metadata.is_null() {
            params["ClientMetadata"] = metadata.clone();
        }
        let answer = self.sandbox.public("InitiateAuth", params);
        answer.map_err(|fault| format!("{}: {}", fault.code, fault.message))
    }
}

#[test]
fn a_trigger_of_the_old_pool_gets_the_metadata_of_the_application() {
    let stage = Stage::new();
    stage.pre_authentication(&json!({"ada": {"needs": "captcha"}}));
    stage.setup();
    let captcha = json!({"captcha": "solved-in-secret"});
    let wrong = stage.sign_in_with("ada", "Wrong-Horse-1", &captcha);
    let wrong = wrong.unwrap_err();
    for metadata in [Value::Null, json!({}), json!({"Captcha": "other"})] {
        let rejected = stage.sign_in_with("ada", PASSWORD, &metadata);
        assert_eq!(rejected, Err(wrong.clone()), "{metadata}");
        assert_eq!(stage.migrated("ada"), None);
    }
    stage.sandbox.clear_journal();
    stage.sign_in_with("ada", PASSWORD, &captcha).unwrap();
    assert!(stage.migrated("ada").is_some());

    let calls = stage.sandbox.journal().into_iter();
    let calls = calls.filter(|call| call.account == OLD_ACCOUNT);
    for call in calls {
        let body: Value = serde_json::from_slice(&call.body).unwrap();
        let metadata = (call.action == "AdminInitiateAuth").then_some(&captcha);
        assert_eq!(body.get("ClientMetadata"), metadata, "{}", call.action);
    }
    let group = json!({"logGroupName": LOG_GROUP});
    let log = stage.aws("new", "logs:FilterLogEvents", group).to_string();
    assert!(
        log.contains("migrated") && log.contains("old_trigger"),
        "{log}"
    );
    assert!(
        !log.contains("solved-in-secret") && !log.contains("captcha"),
        "{log}"
    );
}
