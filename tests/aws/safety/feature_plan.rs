//! Settings that Describe returns and an update may reject, because the feature plan of the pool
//! doesn't include them. They're left out only if Cognito then keeps their value.

use cogmig_sandbox::{Fault, NEW_ACCOUNT, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::support::calls::NthCall;
use crate::support::raw_json::assert_same;
use crate::support::stage::{BOTH, LAMBDA, Stage};

/// Pools and app clients with all members set, and a package that isn't invoked.
fn stage(pool: &Value) -> (Stage, String) {
    let stage = Stage::new();
    stage.small_package();
    stage.sandbox.seed_pool(&stage.new, pool).unwrap();
    (stage, format!("setup {BOTH} --lambda-zip small.zip"))
}

fn acr(names: [&str; 4]) -> Value {
    let level = |(index, name)| (format!("Level{}", index + 1), json!({"AcrValue": name}));
    names.into_iter().enumerate().map(level).collect()
}

fn default_acr() -> Value {
    acr([1, 2, 3, 4]
        .map(|n| format!("urn:cognito:loa:{n}"))
        .each_ref()
        .map(String::as_str))
}

/// The members of the first request that the second one lacks. The others are the same.
fn left_out(requests: &[Value]) -> Vec<&String> {
    let [first, second] = requests else {
        panic!("two requests: {requests:?}");
    };
    let members = first.as_object().unwrap().keys();
    let members = members.filter(|member| second.get(member).is_none());
    let mut with = second.clone();
    let left_out: Vec<_> = members.collect();
    for member in &left_out {
        with[member.as_str()] = first[member.as_str()].clone();
    }
    assert_eq!(with, *first);
    left_out
}

/// The description with the trigger.
fn attached(mut pool: Value) -> Value {
    pool["LambdaConfig"]["UserMigration"] =
        format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}").into();
    pool
}

/// Every pool has names of authentication levels, but an update takes them only in some plans.
#[test]
fn exactly_the_rejected_member_is_left_out() {
    let on = json!({"EnableStatus": "Enabled", "OpenDcrEnabled": true});
    for (pool, member) in [
        (json!({"UserPoolTier": "LITE"}), "AcrConfiguration"),
        (
            json!({"UserPoolTier": "LITE", "DcrConfiguration": {"EnableStatus": "Disabled"}}),
            "AcrConfiguration",
        ),
    ] {
        let (stage, setup) = stage(&pool);
        let before = stage.pool_json(&stage.new);
        assert_eq!(before["AcrConfiguration"], default_acr());
        for (run, expected) in [
            (setup, attached(before.clone())),
            (format!("teardown {BOTH}"), before),
        ] {
            stage.sandbox.clear_journal();
            stage.ok(&run);
            assert_eq!(
                left_out(&stage.requests("UpdateUserPool")),
                [member],
                "{pool}"
            );
            assert_same(&run, &stage.pool_json(&stage.new), &expected);
        }
    }
    // An update keeps the registration without a value. In a plan without it, it's rejected even so.
    let (stage, setup) = stage(&json!({"UserPoolTier": "LITE", "DcrConfiguration": on}));
    let before = stage.pool_json(&stage.new);
    stage.ok(&setup);
    assert_same(
        &setup,
        &stage.pool_json(&stage.new),
        &attached(before.clone()),
    );
    stage.teardown();
    assert_same("teardown", &stage.pool_json(&stage.new), &before);
}

/// Nothing is left out that the update would reset.
#[test]
fn a_rejected_setting_is_not_reset() {
    let names = [
        "urn:cognito:loa:1",
        "urn:example:strong",
        "urn:cognito:loa:3",
        "urn:cognito:loa:4",
    ];
    let (stage, setup) = stage(&json!({"UserPoolTier": "LITE", "AcrConfiguration": acr(names)}));
    let before = stage.pool_json(&stage.new);
    stage.sandbox.clear_journal();
    let run = stage.ends(1, &setup);
    run.assert_stderr(&[
        "cognito-idp:UpdateUserPool failed in the new account 222222222222",
        "FeatureUnavailableInTierException",
        "feature plan",
    ]);
    for request in stage.requests("UpdateUserPool") {
        assert_eq!(request["AcrConfiguration"], acr(names));
    }
    assert_same(&setup, &stage.pool_json(&stage.new), &before);
    stage.teardown();
    assert_same("teardown", &stage.pool_json(&stage.new), &before);
}

/// Cognito turns on the registration of app clients if it gets a configuration without a status.
#[test]
fn a_registration_without_a_status_is_not_turned_on() {
    for registration in [json!({}), json!({"OpenDcrEnabled": false})] {
        let (stage, setup) = stage(&json!({"DcrConfiguration": registration}));
        let before = stage.pool_json(&stage.new);
        stage.ok(&setup);
        assert_same(
            &setup,
            &stage.pool_json(&stage.new),
            &attached(before.clone()),
        );
        stage.teardown();
        assert_same("teardown", &stage.pool_json(&stage.new), &before);
    }
}

/// The same for app clients.
#[test]
fn a_default_of_an_app_client_is_left_out() {
    let (stage, setup) = stage(&json!({}));
    let rotation = json!({"RefreshTokenRotation": {"Feature": "DISABLED"}});
    let client = &stage.old.client;
    stage
        .sandbox
        .seed_client(&stage.old, client, &rotation)
        .unwrap();
    let message = "The following features need to be disabled: Refresh Token Rotation";
    let fault = Fault::Error(400, "FeatureUnavailableInTierException", message);
    let update = NthCall::of(OLD_ACCOUNT, "UpdateUserPoolClient", 0);
    stage.inject(&update, fault, 1);
    stage.sandbox.clear_journal();
    stage.ok(&setup);
    let mut requests = stage.requests("UpdateUserPoolClient");
    requests.retain(|request| request["ClientId"] == client.as_str());
    assert_eq!(left_out(&requests), ["RefreshTokenRotation"]);

    // One that is on isn't left out.
    stage.teardown();
    let rotation = json!({
        "RefreshTokenRotation": {"Feature": "ENABLED"},
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
    });
    stage
        .sandbox
        .seed_client(&stage.old, client, &rotation)
        .unwrap();
    let before = stage.client_json(&stage.old);
    stage.inject(&update, fault, 1);
    let run = stage.ends(1, &setup);
    run.assert_stderr(&["FeatureUnavailableInTierException", "feature plan"]);
    assert_same(&setup, &stage.client_json(&stage.old), &before);
}
