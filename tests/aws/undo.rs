//! Exactly as before: flows and triggers are put back however they were, and what
//! others changed meanwhile survives.

use cogmig_sandbox::{NEW_ACCOUNT, Pool};
use serde_json::{Value, json};

use crate::stage::{BOTH, LAMBDA, PASSWORD, Stage};

const OTHER: &str = "arn:aws:lambda:eu-central-1:222222222222:function:other";

/// The new pool with another UserMigration trigger, and a sibling of it.
fn occupied() -> Stage {
    Stage::with_new_pool(json!({"LambdaConfig": {
        "UserMigration": OTHER,
        "PostConfirmation": "arn:aws:lambda:eu-central-1:222222222222:function:greet",
    }}))
}

#[test]
fn another_trigger_is_named_and_nothing_is_written() {
    let stage = occupied();
    let run = stage.harmless(1, &format!("setup {BOTH}"));
    run.assert_complains(&[OTHER, "--replace-trigger", &stage.new.id]);
    stage.harmless(1, &format!("plan {BOTH}"));
}

#[test]
fn a_replaced_trigger_is_put_back() {
    let stage = occupied();
    let before = stage.sandbox.standing();
    let siblings = stage.triggers()["PostConfirmation"].clone();
    stage.ok(&format!("setup {BOTH} --replace-trigger"));
    let set = stage.triggers();
    assert_eq!(
        set["UserMigration"],
        format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}")
    );
    assert_eq!(set["PostConfirmation"], siblings);
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.forget("ada");
    // The first entry wins: a second setup must not take our own trigger for what was before.
    stage.harmless(0, &format!("setup {BOTH} --replace-trigger"));
    stage.teardown();
    assert_eq!(stage.sandbox.standing(), before);
}

#[test]
fn a_trigger_set_by_somebody_else_meanwhile_is_left_and_said() {
    let stage = Stage::new();
    stage.setup();
    stage.set_trigger(Some(OTHER));
    let run = stage.ends(1, &format!("teardown {BOTH}"));
    assert!(run.said(OTHER) && run.said(&stage.new.id), "{run}");
    assert_eq!(stage.triggers()["UserMigration"], OTHER);
    let new = &stage.sandbox.standing()[NEW_ACCOUNT];
    assert_eq!((&new["functions"], &new["roles"]), (&json!([]), &json!([])));
}

#[test]
fn a_trigger_taken_off_meanwhile_stays_off() {
    let stage = Stage::new();
    let before = stage.sandbox.standing();
    stage.setup();
    stage.set_trigger(None);
    stage.teardown();
    assert_eq!(stage.sandbox.standing(), before);
}

/// Setup, a sign-in and teardown with an app client of these flows on each side.
fn there_and_back(old: &Value, new: &Value) {
    let stage = Stage::new();
    let client = |pool: &Pool, flows: &Value| {
        let settings = json!({"ExplicitAuthFlows": flows});
        stage.sandbox.client(pool, "app", settings).unwrap()
    };
    let (old, new) = (client(&stage.old, old), client(&stage.new, new));
    let before = stage.sandbox.standing();
    let ids = format!("{BOTH} --old-client {old} --new-client {new}");
    stage.ok(&format!("setup {ids}"));
    stage.harmless(0, &format!("setup {ids}"));
    stage.sandbox.sign_in(&new, "ada", PASSWORD).unwrap();
    stage.forget("ada");
    stage.teardown();
    assert_eq!(stage.sandbox.standing(), before);
}

#[test]
fn clients_without_flows_have_none_again() {
    there_and_back(&Value::Null, &Value::Null);
}

#[test]
fn clients_with_legacy_flows_have_them_again() {
    there_and_back(
        &json!(["CUSTOM_AUTH_FLOW_ONLY"]),
        &json!(["CUSTOM_AUTH_FLOW_ONLY"]),
    );
}

#[test]
fn clients_that_had_the_flows_before_keep_them() {
    there_and_back(
        &json!(["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]),
        &json!(["ALLOW_USER_PASSWORD_AUTH"]),
    );
    there_and_back(
        &json!(["ADMIN_NO_SRP_AUTH"]),
        &json!(["USER_PASSWORD_AUTH"]),
    );
}

#[test]
fn what_others_change_meanwhile_survives() {
    let stage = Stage::new();
    stage.setup();
    let mut flows = Vec::new();
    for pool in [&stage.old, &stage.new] {
        stage.edit_client(pool, &pool.client, |client| {
            client["ExplicitAuthFlows"]
                .as_array_mut()
                .unwrap()
                .push("ALLOW_CUSTOM_AUTH".into());
            client["AccessTokenValidity"] = 55.into();
        });
        flows.push(stage.flows(pool, &pool.client));
    }
    stage.edit_pool(&stage.new, |pool| {
        pool["LambdaConfig"]["PreSignUp"] = OTHER.into();
        pool["UserPoolTags"]["owner"] = "someone".into();
    });
    stage.teardown();
    for (pool, mut flows) in [&stage.old, &stage.new].into_iter().zip(flows) {
        flows.retain(|flow| !flow.ends_with("USER_PASSWORD_AUTH"));
        assert_eq!(stage.flows(pool, &pool.client), flows);
        let client = stage.described(pool, &pool.client);
        assert_eq!(client["AccessTokenValidity"], 55);
    }
    let triggers = stage.triggers();
    assert_eq!(triggers["PreSignUp"], OTHER);
    assert_eq!(triggers["UserMigration"], Value::Null);
    let pool = stage.in_pool(&stage.new, "DescribeUserPool", json!({}));
    assert_eq!(
        pool["UserPool"]["UserPoolTags"],
        json!({"team": "accounts", "owner": "someone"})
    );
}

#[test]
fn each_side_alone_can_be_torn_down() {
    for (first, second) in [("new", "old"), ("old", "new")] {
        let stage = Stage::new();
        let before = stage.sandbox.standing();
        stage.setup();
        let between = stage.sandbox.standing();
        stage.ok(&format!("teardown --{first}-profile {first}"));
        let half = stage.sandbox.standing();
        let (done, left) = if first == "new" {
            (NEW_ACCOUNT, cogmig_sandbox::OLD_ACCOUNT)
        } else {
            (cogmig_sandbox::OLD_ACCOUNT, NEW_ACCOUNT)
        };
        assert_eq!(half[done], before[done], "{first} first");
        assert_eq!(half[left], between[left], "{first} first");
        stage.sign_in("ada", PASSWORD).unwrap_err();
        stage.ok(&format!("teardown --{second}-profile {second}"));
        assert_eq!(stage.sandbox.standing(), before, "{first} first");
    }
}

#[test]
fn a_client_or_a_pool_that_is_gone_needs_no_undoing() {
    let stage = Stage::new();
    stage.setup();
    let client = json!({"ClientId": stage.old.client});
    stage.in_pool(&stage.old, "DeleteUserPoolClient", client);
    stage.edit_pool(&stage.new, |pool| {
        pool["DeletionProtection"] = "INACTIVE".into();
    });
    stage.in_pool(&stage.new, "DeleteUserPool", json!({}));
    stage.teardown();
    let standing = stage.sandbox.standing();
    for (account, kinds) in standing.as_object().unwrap() {
        for kind in ["roles", "policies", "functions", "log_groups"] {
            assert_eq!(kinds[kind], json!([]), "{account} {kind}");
        }
    }
}
