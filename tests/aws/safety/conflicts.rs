//! Settings that Cognito describes together and rejects together: before setup, after setup and
//! after teardown.

use cogmig_sandbox::{NEW_ACCOUNT, Pool};
use serde_json::{Value, json};

use crate::support::raw_json::assert_same;
use crate::support::stage::{BOTH, LAMBDA, Stage};

const OLDER: &str = "arn:aws:lambda:eu-central-1:222222222222:function:older";
const NEWER: &str = "arn:aws:lambda:eu-central-1:222222222222:function:newer";

/// These members in place of those that stand; a null takes one away.
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

/// What is described of a pool, and what setup makes of it and teardown leaves, the
/// trigger apart.
#[test]
fn settings_that_exclude_each_other_in_a_pool_are_resolved() {
    let eums = json!({"CallerArn": OLDER});
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
            json!({"SmsConfiguration": {"SnsCallerArn": NEWER, "ExternalId": "e", "EumsSms": eums}}),
            json!({"SmsConfiguration": {"ExternalId": "e", "EumsSms": eums}}),
        ),
        same(
            json!({"SmsConfiguration": {"SnsCallerArn": NEWER, "ExternalId": "e", "SnsRegion": "eu-central-1"}}),
        ),
        (both(OLDER), both(NEWER)),
        same(both(NEWER)),
        same(only),
        same(json!({"LambdaConfig": {"PreTokenGeneration": OLDER}})),
        // Ours becomes the only trigger.
        same(json!({"LambdaConfig": {}})),
        (json!({"LambdaConfig": null}), json!({"LambdaConfig": {}})),
        // Devices are off where it is absent.
        same(json!({"DeviceConfiguration": null})),
    ];
    let stage = Stage::new();
    for (before, settled) in table {
        stage.sandbox.plant(&stage.new, &before).unwrap();
        let expected = with(stage.pool_json(&stage.new), &settled);
        stage.setup();
        let mut stands = stage.pool_json(&stage.new);
        let triggers = stands["LambdaConfig"].as_object_mut().unwrap();
        let function = format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}");
        assert_eq!(triggers.remove("UserMigration"), Some(function.into()));
        assert_same(&format!("{before} after setup"), &stands, &expected);
        stage.teardown();
        let stands = stage.pool_json(&stage.new);
        assert_same(&format!("{before} after teardown"), &stands, &expected);
    }
}

/// Setup and teardown with these members on the client of each side; `settled` is what
/// stands then, the flows apart. Answers the flows after setup, and after teardown.
fn clients(before: &Value, settled: &Value) -> [[Value; 2]; 2] {
    let stage = Stage::new();
    let sides: [&Pool; 2] = [&stage.old, &stage.new];
    let expected = sides.map(|pool| {
        let client = &pool.client;
        stage.sandbox.plant_client(pool, client, before).unwrap();
        let mut expected = with(stage.client_json(pool), settled);
        expected["ExplicitAuthFlows"].take();
        expected
    });
    ["setup", "teardown"].map(|verb| {
        stage.ok(&format!("{verb} {BOTH}"));
        let stands = sides.map(|pool| stage.client_json(pool));
        let mut flows = [Value::Null, Value::Null];
        for (side, mut client) in stands.into_iter().enumerate() {
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
    clients(&all, &analytics(&["ApplicationId", "ApplicationArn"]));
    let older = analytics(&["ApplicationId", "RoleArn", "ExternalId"]);
    clients(&older, &older);
    // Left out, it would be LEGACY: who has an account could be asked.
    let errors = json!({"PreventUserExistenceErrors": "ENABLED"});
    clients(&errors, &errors);
}

/// No flows are the default ones, of which a client whose refresh tokens rotate has one
/// less: they are spelled out beside ours, and none again afterwards.
#[test]
fn a_client_without_flows_gets_them_spelled_out_and_removed_again() {
    let names = [
        "ALLOW_REFRESH_TOKEN_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_CUSTOM_AUTH",
    ];
    let rotation = json!({"Feature": "ENABLED", "RetryGracePeriodSeconds": 7});
    for (before, spelled_out) in [
        (json!({"ExplicitAuthFlows": null}), &names[..]),
        (json!({"ExplicitAuthFlows": []}), &names[..]),
        (
            json!({"ExplicitAuthFlows": null, "RefreshTokenRotation": rotation}),
            &names[1..],
        ),
    ] {
        let [between, after] = clients(&before, &json!({}));
        let ours = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH"];
        let expected = ours.map(|flow| json!([spelled_out, &[flow]].concat()));
        assert_eq!(between, expected, "{before}");
        assert_eq!(after, [json!([]), json!([])], "{before}");
    }
}

/// Whatever flows there are, one more on each side, and then not.
#[test]
fn a_flow_is_added_in_the_spelling_of_the_others() {
    let [modern, legacy] = [
        ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        ["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"],
    ];
    let rotation = json!({"Feature": "ENABLED", "RetryGracePeriodSeconds": 7});
    for (before, ours) in [
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
        let [between, after] = clients(&before, &json!({}));
        let expected = ours.map(|flow| json!([flows[0], flow]));
        assert_eq!(between, expected, "{before}");
        assert_eq!(after, [flows.clone(), flows.clone()], "{before}");
    }
}
