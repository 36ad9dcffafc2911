//! Settings that Cognito returns together but rejects together in an update: before setup, after
//! setup, and after teardown.

use cogmig_sandbox::{NEW_ACCOUNT, Pool};
use serde_json::{Value, json};

use crate::support::raw_json::assert_same;
use crate::support::stage::{BOTH, LAMBDA, Stage};

const OLDER: &str = "arn:aws:lambda:eu-central-1:222222222222:function:older";
const NEWER: &str = "arn:aws:lambda:eu-central-1:222222222222:function:newer";

/// The description with these members. A null removes a member.
fn with(mut described: Value, members: &Value) -> Value {
    let described_members = described.as_object_mut().unwrap();
    described_members.extend(members.as_object().unwrap().clone());
    described_members.retain(|_, value| !value.is_null());
    described
}

fn days(temporary: Option<u32>, unused: Option<u32>) -> Value {
    let mut members = json!({
        "Policies": {"PasswordPolicy": {"MinimumLength": 9}},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true},
    });
    if let Some(days) = temporary {
        members["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"] = days.into();
    }
    if let Some(days) = unused {
        members["AdminCreateUserConfig"]["UnusedAccountValidityDays"] = days.into();
    }
    members
}

/// Each row has the description of a pool, and the description after setup and after teardown,
/// except for the trigger.
#[test]
fn settings_that_exclude_each_other_in_a_pool_are_resolved() {
    let sms = json!({"CallerArn": OLDER});
    let both = |older: &str| {
        json!({"LambdaConfig": {
            "PreTokenGeneration": older,
            "PreTokenGenerationConfig": {"LambdaArn": NEWER, "LambdaVersion": "V2_0"},
        }})
    };
    let only = json!({"LambdaConfig": {
        "PreTokenGenerationConfig": {"LambdaArn": NEWER, "LambdaVersion": "V2_0"},
    }});
    let same = |members: Value| (members.clone(), members);
    let table = [
        (days(Some(3), Some(9)), days(Some(3), Some(0))),
        (days(Some(0), Some(9)), days(Some(9), None)),
        (days(None, Some(9)), days(Some(9), None)),
        same(days(Some(3), Some(0))),
        same(days(None, Some(0))),
        same(days(Some(3), None)),
        (
            json!({"SmsConfiguration": {"SnsCallerArn": NEWER, "ExternalId": "e", "EumsSms": sms}}),
            json!({"SmsConfiguration": {"ExternalId": "e", "EumsSms": sms}}),
        ),
        same(
            json!({"SmsConfiguration": {"SnsCallerArn": NEWER, "ExternalId": "e", "SnsRegion": "eu-central-1"}}),
        ),
        (both(OLDER), both(NEWER)),
        same(both(NEWER)),
        same(only),
        same(json!({"LambdaConfig": {"PreTokenGeneration": OLDER}})),
        // The deployment's trigger becomes the only one.
        same(json!({"LambdaConfig": {}})),
        (json!({"LambdaConfig": null}), json!({"LambdaConfig": {}})),
        // Without this member, devices aren't tracked.
        same(json!({"DeviceConfiguration": null})),
    ];
    let stage = Stage::new();
    for (before, resolved) in table {
        stage.sandbox.seed_pool(&stage.new, &before).unwrap();
        let expected = with(stage.pool_json(&stage.new), &resolved);
        stage.setup();
        let mut actual = stage.pool_json(&stage.new);
        let triggers = actual["LambdaConfig"].as_object_mut().unwrap();
        let function = format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}");
        assert_eq!(triggers.remove("UserMigration"), Some(function.into()));
        assert_same(&format!("{before} after setup"), &actual, &expected);
        stage.teardown();
        let actual = stage.pool_json(&stage.new);
        assert_same(&format!("{before} after teardown"), &actual, &expected);
    }
}

/// Runs setup and teardown with these members of the app client of each side. `resolved` are the
/// members afterwards, except for the flows. Returns the flows after setup and after teardown.
fn flows_after_each(before: &Value, resolved: &Value) -> [[Value; 2]; 2] {
    let stage = Stage::new();
    let sides: [&Pool; 2] = [&stage.old, &stage.new];
    let expected = sides.map(|pool| {
        let client = &pool.client;
        stage.sandbox.seed_client(pool, client, before).unwrap();
        let mut expected = with(stage.client_json(pool), resolved);
        expected["ExplicitAuthFlows"].take();
        expected
    });
    ["setup", "teardown"].map(|verb| {
        stage.ok(&format!("{verb} {BOTH}"));
        let actual = sides.map(|pool| stage.client_json(pool));
        let mut flows = [Value::Null, Value::Null];
        for (side, mut client) in actual.into_iter().enumerate() {
            flows[side] = client["ExplicitAuthFlows"].take();
            assert_same(&format!("{before} after {verb}"), &client, &expected[side]);
        }
        flows
    })
}

#[test]
fn settings_that_exclude_each_other_in_a_client_are_resolved() {
    let analytics = |members: &[&str]| -> Value {
        let members: Value = members.iter().map(|member| (*member, *member)).collect();
        json!({"AnalyticsConfiguration": members})
    };
    let all = analytics(&["ApplicationId", "ApplicationArn", "RoleArn", "ExternalId"]);
    flows_after_each(&all, &analytics(&["ApplicationId", "ApplicationArn"]));
    let older = analytics(&["ApplicationId", "RoleArn", "ExternalId"]);
    flows_after_each(&older, &older);
    // If omitted, it would be LEGACY, which reveals whether a user exists.
    let errors = json!({"PreventUserExistenceErrors": "ENABLED"});
    flows_after_each(&errors, &errors);
}

/// A client without flows has the default flows, without ALLOW_REFRESH_TOKEN_AUTH if refresh tokens
/// rotate. Setup adds them explicitly next to its own flow. Teardown removes all.
#[test]
fn a_client_without_flows_gets_explicit_default_flows_until_teardown() {
    let names = [
        "ALLOW_REFRESH_TOKEN_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_CUSTOM_AUTH",
    ];
    let rotation = json!({"Feature": "ENABLED", "RetryGracePeriodSeconds": 7});
    for (before, explicit) in [
        (json!({"ExplicitAuthFlows": null}), &names[..]),
        (json!({"ExplicitAuthFlows": []}), &names[..]),
        (
            json!({"ExplicitAuthFlows": null, "RefreshTokenRotation": rotation}),
            &names[1..],
        ),
    ] {
        let [deployed, after] = flows_after_each(&before, &json!({}));
        let added = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH"];
        let expected = added.map(|flow| json!([explicit, &[flow]].concat()));
        assert_eq!(deployed, expected, "{before}");
        assert_eq!(after, [json!([]), json!([])], "{before}");
    }
}

/// Setup adds one flow on each side, and teardown removes it.
#[test]
fn a_flow_is_added_in_the_format_of_the_others() {
    let [modern, legacy] = [
        ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        ["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"],
    ];
    let rotation = json!({"Feature": "ENABLED", "RetryGracePeriodSeconds": 7});
    for (before, added) in [
        (json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}), modern),
        (
            json!({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"], "RefreshTokenRotation": rotation}),
            modern,
        ),
        (
            json!({"ExplicitAuthFlows": ["CUSTOM_AUTH_FLOW_ONLY"]}),
            legacy,
        ),
    ] {
        let flows = &before["ExplicitAuthFlows"];
        let [deployed, after] = flows_after_each(&before, &json!({}));
        let expected = added.map(|flow| json!([flows[0], flow]));
        assert_eq!(deployed, expected, "{before}");
        assert_eq!(after, [flows.clone(), flows.clone()], "{before}");
    }
}
