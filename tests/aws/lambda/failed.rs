//! A function that Lambda doesn't run, or whose last update failed.

use cogmig_sandbox::{Fault, NEW_ACCOUNT};
use serde_json::{Value, json};

use crate::support::calls::NthCall;
use crate::support::stage::{BOTH, LAMBDA, PASSWORD, Stage};

const REASON: &str = "Lambda was unable to configure your environment variables.";

impl Stage {
    pub fn set_function(&self, members: &Value) {
        self.sandbox.set_function("new", LAMBDA, members);
    }

    pub fn function(&self) -> Value {
        let name = json!({"FunctionName": LAMBDA});
        self.aws("new", "lambda:GetFunction", name)
    }

    fn fail_function(&self) {
        self.set_function(&failed());
    }
}

fn failed() -> Value {
    json!({"State": "Failed", "StateReasonCode": "InternalError", "StateReason": REASON})
}

fn update_failed() -> Value {
    json!({
        "State": "Active", "StateReason": "", "StateReasonCode": "",
        "LastUpdateStatus": "Failed", "LastUpdateStatusReasonCode": "EniLimitExceeded",
        "LastUpdateStatusReason": "The account has no network interfaces left.",
    })
}

/// What a function has without what Lambda generates.
fn kept(function: &Value) -> Value {
    let set = &function["Configuration"];
    let members = [
        "Environment",
        "Layers",
        "KMSKeyArn",
        "Role",
        "CodeSha256",
        "TracingConfig",
    ];
    let mut kept: Value = members
        .map(|name| (name.to_owned(), set[name].clone()))
        .into_iter()
        .collect();
    kept["SubnetIds"] = set["VpcConfig"]["SubnetIds"].clone();
    kept["Tags"] = function["Tags"].clone();
    kept["Concurrency"] = function["Concurrency"].clone();
    kept
}

#[test]
fn a_failed_function_is_drift_and_is_created_again() {
    let stage = Stage::new();
    stage.ok(&format!(
        "setup {BOTH} --forgot-password refuse --drop-attribute custom:tenant"
    ));
    let vpc = json!({"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]});
    let key = "arn:aws:kms:eu-central-1:222222222222:key/1";
    let params = json!({
        "FunctionName": LAMBDA, "VpcConfig": vpc, "KMSKeyArn": key,
        "TracingConfig": {"Mode": "Active"},
    });
    stage.aws("new", "lambda:UpdateFunctionConfiguration", params);
    let arn = stage.function()["Configuration"]["FunctionArn"].clone();
    let tags = json!({"Resource": arn, "Tags": {"team": "accounts"}});
    stage.aws("new", "lambda:TagResource", tags);
    let reserved = json!({"FunctionName": LAMBDA, "ReservedConcurrentExecutions": 7});
    stage.aws("new", "lambda:PutFunctionConcurrency", reserved);
    let theirs = json!({
        "FunctionName": LAMBDA, "StatementId": "theirs", "Action": "lambda:GetFunction",
        "Principal": NEW_ACCOUNT,
    });
    stage.aws("new", "lambda:AddPermission", theirs);
    // The trigger isn't attached to a function that fails.
    stage.set_trigger(None);
    stage.fail_function();
    let before = stage.function();
    let why = format!("InternalError: {REASON}");
    let cause = format!("its state is Failed ({why})");

    let run = stage.changes_nothing(1, &format!("verify {BOTH} --output json"));
    let json = run.json();
    assert_eq!(json["connectivity_check"]["component"], "function", "{run}");
    let run = stage.changes_nothing(1, &format!("verify {BOTH}"));
    let broken = format!(
        "Connectivity check: failed (function): Lambda can't run function {LAMBDA}: {cause}"
    );
    for text in [broken.as_str(), "~ function", "(drifted)", &cause] {
        assert!(run.printed(text), "{text}\n{run}");
    }
    let run = stage.changes_nothing(0, &format!("status {BOTH} --output json"));
    assert_eq!(run.json()["result"], "drifted", "{run}");
    assert!(run.stdout.contains(&why), "{run}");
    let run = stage.changes_nothing(0, &format!("plan {BOTH}"));
    for text in [
        &cause,
        "its tags, KMSKeyArn, TracingConfig, VpcConfig, ReservedConcurrentExecutions",
        "permissions that cogmig didn't add: theirs",
        "+ permission",
    ] {
        assert!(run.printed(text), "{text}\n{run}");
    }

    stage.setup();
    let after = stage.function();
    assert_eq!(kept(&after), kept(&before));
    assert_eq!(after["Configuration"]["State"], "Active");
    assert_eq!(stage.triggers()["UserMigration"], arn);
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    stage.ok(&format!("verify {BOTH}"));
    stage.sign_in("ada", PASSWORD).unwrap();
    let attributes = stage.migrated("ada").unwrap();
    assert!(attributes.iter().all(|(name, _)| name != "custom:tenant"));
}

#[test]
fn a_function_that_fails_during_setup_gets_no_trigger() {
    let stage = Stage::new();
    for command in ["setup", "setup --lambda-zip small.zip"] {
        stage.small_package();
        let command = format!("{command} {BOTH} --forgot-password refuse");
        for _ in 0..2 {
            stage.sandbox.end_next_change(&failed());
            let run = stage.ends(1, &command);
            run.assert_stderr(&["couldn't create function", "InternalError", "cogmig setup"]);
            assert!(run.printed(REASON), "{run}");
            assert!(
                !run.printed("no response") && !run.printed("unexpected response"),
                "{run}"
            );
            assert_eq!(stage.triggers()["UserMigration"], Value::Null);
        }
        stage.ok(&command);
        assert_ne!(stage.triggers()["UserMigration"], Value::Null);
        let set = stage.function();
        let variables = &set["Configuration"]["Environment"]["Variables"];
        assert_eq!(variables["FORGOT_PASSWORD"], "refuse");
        stage.teardown();
    }
}

/// Lambda may return the result of an earlier update for some time.
#[test]
fn a_failed_update_is_drift_and_is_sent_again() {
    let stage = Stage::new();
    stage.setup();
    stage.set_trigger(None);
    stage.set_function(&update_failed());
    let run = stage.changes_nothing(1, &format!("verify {BOTH}"));
    let why = "EniLimitExceeded: The account has no network interfaces left.";
    for text in ["~ function", why] {
        assert!(run.printed(text), "{text}\n{run}");
    }
    stage.sandbox.end_next_change(&update_failed());
    let run = stage.ends(1, &format!("setup {BOTH}"));
    assert!(run.printed("couldn't update function"), "{run}");
    assert!(
        run.printed(why) && run.printed("fix the VPC settings"),
        "{run}"
    );
    assert_eq!(stage.triggers()["UserMigration"], Value::Null);
    stage.setup();
    assert_eq!(
        stage.function()["Configuration"]["LastUpdateStatus"],
        "Successful"
    );
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// The options are only in the function, so it's created even without the settings of others.
#[test]
fn a_failed_function_whose_settings_lambda_rejects_is_created_without_them() {
    let stage = Stage::new();
    stage.ok(&format!("setup {BOTH} --forgot-password refuse"));
    let vpc = json!({
        "FunctionName": LAMBDA,
        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    });
    stage.aws("new", "lambda:UpdateFunctionConfiguration", vpc);
    stage.fail_function();
    let message = "The subnet ID 'subnet-1' does not exist";
    let fault = Fault::Error(400, "InvalidParameterValueException", message);
    stage.inject(&NthCall::of(NEW_ACCOUNT, "CreateFunction", 0), fault, 1);
    let run = stage.ends(1, &format!("setup {BOTH}"));
    assert_eq!(stage.sandbox.clear_faults(), 1);
    for text in [
        "created again, but without these settings",
        "VpcConfig",
        message,
    ] {
        assert!(run.printed(text), "{text}\n{run}");
    }
    stage.setup();
    let variables = &stage.function()["Configuration"]["Environment"]["Variables"];
    assert_eq!(variables["FORGOT_PASSWORD"], "refuse");
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn a_failed_function_that_cannot_be_created_again_keeps_no_option_silently() {
    let stage = Stage::new();
    stage.ok(&format!("setup {BOTH} --forgot-password refuse"));
    stage.fail_function();
    let create = NthCall::of(NEW_ACCOUNT, "CreateFunction", 0);
    stage.inject(&create, Fault::Denied, 1);
    let run = stage.ends(1, &format!("setup {BOTH}"));
    assert_eq!(stage.sandbox.clear_faults(), 1);
    for text in [
        "couldn't be created again",
        "AccessDenied",
        "forgot-password",
    ] {
        assert!(run.printed(text), "{text}\n{run}");
    }
    let run = stage.ends(1, &format!("setup {BOTH}"));
    assert!(run.printed("options-lost"), "{run}");
}

#[test]
fn an_inactive_function_is_activated_by_the_connectivity_check() {
    let inactive = json!({
        "State": "Inactive", "StateReasonCode": "Idle",
        "StateReason": "The function was not invoked.",
    });
    let stage = Stage::new();
    stage.setup();
    stage.set_function(&inactive);
    let run = stage.changes_nothing(0, &format!("status {BOTH}"));
    assert!(run.printed("inactive") && run.printed("Idle"), "{run}");
    assert!(run.printed("`cogmig verify`"), "{run}");
    stage.ok(&format!("verify {BOTH}"));
    assert_eq!(stage.function()["Configuration"]["State"], "Active");
    stage.set_function(&inactive);
    stage.set_trigger(None);
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();

    // A custom deployment package isn't invoked.
    stage.small_package();
    let custom = format!("setup {BOTH} --lambda-zip small.zip");
    stage.ok(&custom);
    stage.set_trigger(None);
    stage.set_function(&inactive);
    let run = stage.ends(1, &custom);
    assert!(
        run.printed("is inactive") && run.printed("aws lambda invoke"),
        "{run}"
    );
    assert_eq!(stage.triggers()["UserMigration"], Value::Null);
}

#[test]
fn another_state_is_reported_and_not_changed() {
    let stage = Stage::new();
    stage.setup();
    stage.set_trigger(None);
    for name in ["Deleting", "Deactivated", "ActiveNonInvocable", "NewInAws"] {
        stage.set_function(&json!({"State": name, "StateReasonCode": "Draining"}));
        let run = stage.changes_nothing(1, &format!("verify {BOTH}"));
        let text = format!("its state is {name} (Draining)");
        assert!(run.printed(&text), "{run}");
        assert!(run.printed("manual action required"), "{run}");
        let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
        assert!(
            run.printed(&format!("is in state {name} (Draining)")),
            "{run}"
        );
    }
    stage.set_function(&json!({"State": "Active"}));
    stage.setup();
}
