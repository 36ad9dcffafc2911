//! Attacks and misconfigurations: in each case, the sign-in is rejected and no user is created.

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT};
use serde_json::json;

use crate::support::stage::{LAMBDA, PASSWORD, Stage};

/// Sets up, changes something, and expects the sign-in of a valid user to be rejected.
fn assert_rejected_after(change: impl FnOnce(&Stage)) {
    let stage = Stage::new();
    stage.setup();
    change(&stage);
    let fault = stage.sign_in("ada", PASSWORD).unwrap_err();
    assert!(
        !fault.contains(OLD_ACCOUNT),
        "names the old account: {fault}"
    );
    assert_eq!(stage.migrated("ada"), None);
}

#[test]
fn a_wrong_external_id_is_rejected() {
    assert_rejected_after(|stage| {
        stage.edit_environment(|variables| {
            variables["OLD_EXTERNAL_ID"] = "guessed-guessed-guessed".into();
        });
    });
}

#[test]
fn a_missing_external_id_is_rejected() {
    assert_rejected_after(|stage| {
        stage.edit_environment(|variables| {
            variables.as_object_mut().unwrap().remove("OLD_EXTERNAL_ID");
        });
    });
}

#[test]
fn a_function_with_another_old_pool_is_rejected() {
    assert_rejected_after(|stage| {
        let other = stage.sandbox.pool("old", "Other").unwrap();
        let flows = json!({"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]});
        let client = stage.sandbox.client(&other, "app", flows).unwrap();
        let email = [("email", "ada@example.com")];
        stage.sandbox.user(&other, "ada", PASSWORD, &email).unwrap();
        stage.edit_environment(|variables| {
            variables["OLD_USER_POOL_ID"] = other.id.into();
            variables["OLD_CLIENT_ID"] = client.into();
        });
    });
}

#[test]
fn an_access_role_without_a_policy_is_rejected() {
    assert_rejected_after(Stage::delete_inline_policy);
}

#[test]
fn a_function_without_a_permission_is_not_invoked() {
    assert_rejected_after(Stage::remove_permission);
}

#[test]
fn a_permission_for_another_pool_is_not_enough() {
    assert_rejected_after(|stage| {
        let other = stage.sandbox.pool("new", "Other").unwrap();
        stage.set_permission(&other.arn);
    });
}

#[test]
fn an_old_client_without_the_flow_rejects_sign_ins() {
    assert_rejected_after(|stage| {
        stage.edit_client(&stage.old, &stage.old.client, |client| {
            client["ExplicitAuthFlows"] = json!(["ALLOW_USER_SRP_AUTH"]);
        });
    });
}

#[test]
fn another_pool_cannot_use_the_function_as_its_own_trigger() {
    let stage = Stage::new();
    stage.setup();
    let function = format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}");
    let triggers = json!({"LambdaConfig": {"UserMigration": function}});
    let other = stage.sandbox.pool_with("new", "Other", triggers).unwrap();
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
    let client = stage.sandbox.client(&other, "app", flows).unwrap();
    stage.sandbox.sign_in(&client, "ada", PASSWORD).unwrap_err();
    assert_eq!(stage.sandbox.find_user(&other, "ada").unwrap(), None);
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// A principal that can invoke the function sends it the event of another pool.
#[test]
fn the_event_of_another_pool_is_rejected() {
    let stage = Stage::new();
    stage.setup();
    let invoke = |pool: &str, source: &str| {
        let event = json!({
            "version": "1", "triggerSource": source, "region": "eu-central-1", "userPoolId": pool,
            "userName": "ada", "callerContext": {"clientId": "any"},
            "request": {"password": PASSWORD}, "response": {},
        });
        let params = json!({"FunctionName": LAMBDA, "Payload": event.to_string()});
        stage.aws("new", "lambda:Invoke", params)
    };
    let sign_in = "UserMigration_Authentication";
    assert!(invoke(&stage.new.id, sign_in)["FunctionError"].is_null());
    for (pool, source) in [
        ("eu-central-1_foreign", sign_in),
        (&stage.old.id, sign_in),
        ("", sign_in),
        ("eu-central-1_foreign", "cogmig_Probe"),
        (&stage.new.id, "PreSignUp_SignUp"),
        (&stage.new.id, ""),
    ] {
        stage.sandbox.clear_journal();
        let answer = invoke(pool, source).to_string();
        for internal in ["ada@example.com", "analytical", "migrated", OLD_ACCOUNT] {
            assert!(!answer.contains(internal), "{pool} {source}: {answer}");
        }
        let calls = stage.sandbox.journal().into_iter();
        let calls: Vec<_> = calls.filter(|call| call.account == OLD_ACCOUNT).collect();
        assert!(calls.is_empty(), "{pool} {source}: {calls:?}");
    }
}
