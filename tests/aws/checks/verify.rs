//! `cogmig verify`: reports each broken component.

use cogmig_sandbox::{Fault, Injection, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, PASSWORD, POLICY_ARN, Stage};

impl Stage {
    /// Checks that verify's connectivity check fails at this component, and that verify prints
    /// these texts.
    #[track_caller]
    fn assert_broken_at(&self, component: &str, words: &[&str]) {
        let run = self.changes_nothing(1, &format!("verify {BOTH} --output json"));
        let check = &run.json()["connectivity_check"];
        assert_eq!(check["passed"], false, "{run}");
        assert_eq!(check["component"], component, "{run}");
        let run = self.ends(1, &format!("verify {BOTH}"));
        for word in words {
            assert!(run.printed(word), "{word}\n{run}");
        }
        let failed = format!("Connectivity check: failed ({component}): ");
        assert!(run.printed(&failed), "{run}");
    }

    /// Runs setup and checks that a user is migrated again.
    fn fix(&self) {
        self.setup();
        let run = self.changes_nothing(0, &format!("verify {BOTH}"));
        assert!(run.stdout.contains("Drift: none."), "{run}");
        assert!(
            run.stdout.contains("Connectivity check: passed (trigger →"),
            "{run}"
        );
        self.sign_in("ada", PASSWORD).unwrap();
        self.delete_user("ada");
    }

    fn edit_trust_policy(&self, edit: impl FnOnce(&mut Value)) {
        let role = self.aws("old", "iam:GetRole", json!({"RoleName": ACCESS_ROLE}));
        let mut trust = role["Role"]["AssumeRolePolicyDocument"].clone();
        edit(&mut trust["Statement"][0]);
        let params = json!({"RoleName": ACCESS_ROLE, "PolicyDocument": trust.to_string()});
        self.aws("old", "iam:UpdateAssumeRolePolicy", params);
    }
}

#[test]
fn without_a_setup_the_function_is_not_deployed() {
    let stage = Stage::new();
    stage.assert_broken_at("function", &["doesn't exist", "cogmig setup", "+ role"]);
}

#[test]
fn each_broken_component_in_the_old_account_is_named_and_fixed() {
    let stage = Stage::new();
    stage.setup();
    stage.fix();

    stage.edit_trust_policy(|statement| {
        statement["Condition"]["StringEquals"]["sts:ExternalId"] = "another".into();
    });
    stage.assert_broken_at("trust", &["can't assume", "~ role", "trust policy"]);
    stage.fix();

    stage.delete_inline_policy();
    stage.assert_broken_at(
        "policy",
        &[
            "not authorized to perform AdminInitiateAuth",
            "inline policy",
        ],
    );
    stage.fix();

    // Both actions are required.
    let incomplete = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "cognito-idp:AdminInitiateAuth", "Resource": stage.old.arn,
    }]});
    let params = json!({
        "RoleName": ACCESS_ROLE, "PolicyName": "cognito-access", "PolicyDocument": incomplete.to_string(),
    });
    stage.aws("old", "iam:PutRolePolicy", params);
    stage.assert_broken_at("policy", &["not authorized to perform AdminGetUser"]);
    stage.fix();

    stage.edit_client(&stage.old, &stage.old.client, |client| {
        client["ExplicitAuthFlows"] = json!(["ALLOW_USER_SRP_AUTH"]);
    });
    stage.assert_broken_at("flow", &["ALLOW_ADMIN_USER_PASSWORD_AUTH", "~ app client"]);
    stage.fix();
}

#[test]
fn each_broken_component_in_the_new_account_is_named_and_fixed() {
    let stage = Stage::new();
    stage.setup();

    let policy = json!({"RoleName": LAMBDA, "PolicyArn": POLICY_ARN});
    stage.aws("new", "iam:DetachRolePolicy", policy);
    stage.assert_broken_at("policy", &["can't assume", "own policy"]);
    stage.fix();

    stage.edit_environment(|variables| variables["MFA_USERS"] = "perhaps".into());
    stage.assert_broken_at("function", &["configuration", "~ function"]);
    stage.fix();

    stage.edit_environment(|variables| variables["NEW_USER_POOL_ID"] = "eu-central-1_other".into());
    stage.assert_broken_at("function", &["foreign_pool"]);
    stage.fix();

    stage.edit_environment(|variables| variables["OLD_CLIENT_ID"] = "nobodysclient".into());
    stage.assert_broken_at("client", &["app client", "~ function"]);
    stage.fix();

    stage.aws(
        "new",
        "lambda:DeleteFunction",
        json!({"FunctionName": LAMBDA}),
    );
    stage.assert_broken_at("function", &["doesn't exist"]);
    stage.ok(&format!("setup {BOTH} --allow options-lost"));
    stage.fix();
}

#[test]
fn a_deleted_role_is_named() {
    let stage = Stage::new();
    stage.setup();
    stage.delete_inline_policy();
    stage.aws("old", "iam:DeleteRole", json!({"RoleName": ACCESS_ROLE}));
    stage.assert_broken_at("role", &["the role doesn't exist", "+ role"]);
}

/// Injects responses that only AWS itself can return.
#[test]
fn each_error_of_the_old_pool_names_the_component() {
    let stage = Stage::new();
    stage.setup();
    for (code, message, component) in [
        (
            "ResourceNotFoundException",
            "User pool eu-west-1_x does not exist.",
            "pool",
        ),
        (
            "ResourceNotFoundException",
            "User pool client x does not exist.",
            "client",
        ),
        (
            "NotAuthorizedException",
            "Unable to verify secret hash for client x",
            "secret",
        ),
        (
            "InvalidParameterException",
            "Auth flow not enabled for this client",
            "flow",
        ),
        (
            "AccessDeniedException",
            "not authorized to perform",
            "policy",
        ),
        ("TooManyRequestsException", "Rate exceeded", "external"),
        ("InternalErrorException", "", "external"),
    ] {
        stage.sandbox.inject(Injection {
            account: OLD_ACCOUNT.into(),
            action: "AdminInitiateAuth".into(),
            after: 0,
            times: 1000,
            fault: Fault::Error(400, code, message),
        });
        stage.assert_broken_at(component, &["Drift: none.", "fix: "]);
        stage.sandbox.clear_faults();
    }
    stage.ok(&format!("verify {BOTH}"));
}

/// The connectivity check passes although a resource has drifted.
#[test]
fn drift_alone_is_reported_too() {
    let stage = Stage::new();
    stage.setup();
    stage.remove_permission();
    let json = stage
        .ends(1, &format!("verify {BOTH} --output json"))
        .json();
    assert_eq!(json["result"], "drifted");
    let run = stage.changes_nothing(1, &format!("verify {BOTH}"));
    for words in [
        "Drift: 1 resource.",
        "+ permission",
        "Connectivity check: passed (trigger →",
    ] {
        assert!(run.printed(words), "{words}\n{run}");
    }
}

/// The connectivity check itself passes, but Cognito doesn't invoke the function.
#[test]
fn a_detached_trigger_fails_the_check() {
    let stage = Stage::new();
    stage.setup();
    stage.set_trigger(None);
    let words = [
        "the migration trigger isn't attached to the new user pool",
        "so no user is migrated",
        "cogmig setup",
    ];
    stage.assert_broken_at("trigger", &words);
    let run = stage.ends(1, &format!("verify {BOTH} --output json"));
    assert_eq!(run.json()["result"], "check_failed", "{run}");
    stage.fix();
}

/// In an emergency, nobody knows the options of setup.
#[test]
fn a_missing_function_is_reported_although_an_option_is_missing() {
    let stage = Stage::new();
    stage.setup();
    stage.in_pool(
        &stage.old,
        "SetUserPoolMfaConfig",
        json!({"SoftwareTokenMfaConfiguration": {"Enabled": true}, "MfaConfiguration": "OPTIONAL"}),
    );
    let name = json!({"FunctionName": LAMBDA});
    stage.aws("new", "lambda:DeleteFunction", name);
    stage.assert_broken_at("function", &["doesn't exist"]);
    let run = stage.on_a_terminal("", &format!("verify {BOTH}"), &[]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.printed("doesn't exist"), "{run}");
    assert!(!run.printed("Choose how to handle"), "{run}");
}

/// A principal that can invoke the function learns no more than from a sign-in: no attribute
/// values, and with a wrong password, nothing about the user's existence that the old pool doesn't
/// return.
#[test]
fn the_probe_reveals_no_value() {
    let stage = Stage::new();
    stage.setup();
    let event = json!({
        "triggerSource": "cogmig_Probe", "userPoolId": stage.new.id, "userName": "ada",
        "request": {"password": PASSWORD},
    });
    let params = json!({"FunctionName": LAMBDA, "Payload": event.to_string()});
    let answer = stage.aws("new", "lambda:Invoke", params).to_string();
    for secret in ["analytical", "ada@example.com", PASSWORD, OLD_ACCOUNT] {
        assert!(!answer.contains(secret), "{answer}");
    }
    assert_eq!(stage.migrated("ada"), None);
}

#[test]
fn a_throttled_function_is_reported_immediately() {
    let stage = Stage::new();
    stage.setup();
    let concurrency = json!({"FunctionName": LAMBDA, "ReservedConcurrentExecutions": 0});
    stage.aws("new", "lambda:PutFunctionConcurrency", concurrency);
    let words = [
        "reserved concurrency of function",
        "delete-function-concurrency",
    ];
    stage.assert_broken_at("function", &words);
    let run = stage.ends(1, &format!("setup {BOTH}"));
    run.assert_stderr(&words);
    let name = json!({"FunctionName": LAMBDA});
    stage.aws("new", "lambda:DeleteFunctionConcurrency", name);
    stage.fix();
}
