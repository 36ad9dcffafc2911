//! Setup and teardown lose no setting: neither the members of botocore's model of Cognito, each
//! down to its leaves, nor members that no model has.

use cogmig_sandbox::NEW_ACCOUNT;
use serde_json::{Value, json};

use crate::support::many_runs::plant;
use crate::support::raw_json::assert_same;
use crate::support::stage::{BOTH, LAMBDA, Stage};

const ADMIN_PASSWORD: &str = "ALLOW_ADMIN_USER_PASSWORD_AUTH";
const USER_PASSWORD: &str = "ALLOW_USER_PASSWORD_AUTH";

/// The request carries each of these members, by the name that the update has for it.
#[track_caller]
fn assert_carries(request: &Value, names: &Value, expected: &Value) {
    for (member, name) in names.as_object().unwrap() {
        let name = name.as_str().unwrap();
        assert_eq!(
            request.get(name),
            expected.get(member),
            "the request's {name}"
        );
        assert!(request.get(name).is_some(), "{name} is in no request");
    }
}

/// What stands of all that a run may touch: the new pool, and the client of each side.
fn snapshot(stage: &Stage) -> [Value; 3] {
    [
        stage.pool_json(&stage.new),
        stage.client_json(&stage.new),
        stage.client_json(&stage.old),
    ]
}

/// `UnusedAccountValidityDays` has a successor, and goes over to it where that is not set.
fn settled(mut pool: Value) -> Value {
    let create = pool["AdminCreateUserConfig"].as_object_mut().unwrap();
    if let Some(unused) = create.remove("UnusedAccountValidityDays") {
        pool["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"] = unused;
    }
    pool
}

/// Setup and teardown with these members on both sides. `names` are those of a pool and of
/// a client that every request must carry.
fn there_and_back(stage: &Stage, pool: &Value, client: &Value, names: [&Value; 2]) {
    plant(stage, pool, client);
    let old = stage.sandbox.raw(&stage.old, "DescribeUserPool", json!({}));
    let before = snapshot(stage);

    let mut between = before.clone();
    between[0] = settled(between[0].take());
    between[0]["LambdaConfig"]["UserMigration"] =
        format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}").into();
    for (client, flow) in [(1, USER_PASSWORD), (2, ADMIN_PASSWORD)] {
        let flows = between[client]["ExplicitAuthFlows"].as_array_mut().unwrap();
        flows.push(flow.into());
    }
    let mut after = before;
    after[0] = settled(after[0].take());

    let setup = format!("setup {BOTH} --replace-trigger --mfa-users refuse");
    let teardown = format!("teardown {BOTH}");
    for (run, expected) in [(setup, between), (teardown, after)] {
        stage.sandbox.clear_journal();
        stage.ok(&run);
        for (stands, expected) in snapshot(stage).iter().zip(&expected) {
            assert_same(&run, stands, expected);
        }
        let unchanged = stage.sandbox.raw(&stage.old, "DescribeUserPool", json!({}));
        assert_eq!(unchanged, old, "the old pool after {run}");

        let [pool, new_client, old_client] = &expected;
        let updates = stage.requests("UpdateUserPool");
        assert_eq!(updates.len(), 1, "{run}");
        assert_carries(&updates[0], names[0], pool);
        let updates = stage.requests("UpdateUserPoolClient");
        assert_eq!(updates.len(), 2, "{run}");
        for update in updates {
            let is_new = update["ClientId"] == new_client["ClientId"];
            let client = if is_new { new_client } else { old_client };
            assert_carries(&update, names[1], client);
        }
        // It would set what UpdateUserPool carries, and more.
        assert_eq!(stage.requests("SetUserPoolMfaConfig"), [Value::Null; 0]);
    }
}

/// Every variant of a description by the model with these additions.
fn all_that_a_model_has(additions: &Value) {
    let stage = Stage::new();
    let [pool, client] = ["pool", "client"].map(|kind| {
        let filled = stage.sandbox.filled(kind, additions);
        filled.unwrap_or_else(|fault| panic!("{kind}: {fault}"))
    });
    let [pools, clients] = [&pool, &client].map(|kind| kind["variants"].as_array().unwrap());
    assert_eq!(pools.len(), clients.len());
    let names = [&pool["settable"], &client["settable"]];
    for (pool, client) in pools.iter().zip(clients) {
        there_and_back(&stage, pool, client, names);
    }
}

#[test]
fn every_member_that_the_model_has_survives() {
    all_that_a_model_has(&Value::Null);
}

#[test]
fn every_member_that_a_newer_model_has_survives() {
    let settings = json!({"type": "structure", "members": {
        "Modes": {"shape": "VerifiedAttributesListType"}, "Days": {"shape": "PasswordHistorySizeType"},
    }});
    all_that_a_model_has(&json!({
        "UserPoolType": {"FutureConfiguration": settings},
        "UpdateUserPoolRequest": {"FutureConfiguration": "FutureConfigurationType"},
        "PasswordPolicyType": {"RequireFuture": "BooleanType"},
        "LambdaConfigType": {"FutureTrigger": "ArnType"},
        "UserPoolClientType": {"FutureValidity": "RefreshTokenValidityType"},
        "UpdateUserPoolClientRequest": {"FutureValidity": "RefreshTokenValidityType"},
        "RefreshTokenRotationType": {"FutureSeconds": "RetryGracePeriodSecondsType"},
    }));
}

#[test]
fn a_member_that_no_model_has_survives() {
    let stage = Stage::new();
    let unknown = json!({"Deep": [{"Er": 1}, "", 0, false, {}, []], "Exact": 0.1});
    let mut pool = stage.pool_json(&stage.new);
    for parent in [
        "/LambdaConfig",
        "/Policies",
        "/Policies/PasswordPolicy",
        "/AdminCreateUserConfig",
        "",
    ] {
        pool.pointer_mut(parent).unwrap()["Unheard"] = unknown.clone();
    }
    let mut client = stage.client_json(&stage.new);
    for parent in ["/TokenValidityUnits", ""] {
        client.pointer_mut(parent).unwrap()["Unheard"] = unknown.clone();
    }
    let names = [
        "Unheard",
        "LambdaConfig",
        "Policies",
        "AdminCreateUserConfig",
    ];
    let pool_names: Value = names.iter().map(|name| (*name, *name)).collect();
    let names = json!({"Unheard": "Unheard", "TokenValidityUnits": "TokenValidityUnits"});
    there_and_back(&stage, &pool, &client, [&pool_names, &names]);
}
