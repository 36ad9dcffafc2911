//! Setup and teardown lose no setting: neither a member of botocore's model of Cognito, at any
//! depth, nor a member that no model has.

use cogmig_sandbox::NEW_ACCOUNT;
use serde_json::{Value, json};

use crate::support::many_runs::seed;
use crate::support::raw_json::assert_same;
use crate::support::stage::{BOTH, LAMBDA, Stage};

const ADMIN_PASSWORD: &str = "ALLOW_ADMIN_USER_PASSWORD_AUTH";
const USER_PASSWORD: &str = "ALLOW_USER_PASSWORD_AUTH";

/// Checks that the request has each of these members, with the name that the update has for it.
#[track_caller]
fn assert_has_members(request: &Value, names: &Value, expected: &Value) {
    for (member, name) in names.as_object().unwrap() {
        let name = name.as_str().unwrap();
        assert_eq!(
            request.get(name),
            expected.get(member),
            "the request's {name}"
        );
        assert!(request.get(name).is_some(), "{name} is not in the request");
    }
}

/// The resources that a run can change: the new pool, and the app client of each side.
fn snapshot(stage: &Stage) -> [Value; 3] {
    [
        stage.pool_json(&stage.new),
        stage.client_json(&stage.new),
        stage.client_json(&stage.old),
    ]
}

/// Moves `UnusedAccountValidityDays` to its successor, as an update does.
fn resolved(mut pool: Value) -> Value {
    let create = pool["AdminCreateUserConfig"].as_object_mut().unwrap();
    if let Some(unused) = create.remove("UnusedAccountValidityDays") {
        pool["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"] = unused;
    }
    pool
}

/// Runs setup and teardown with these members on both sides. `names` are the members of a pool and
/// of an app client that every request must have.
fn assert_lossless(stage: &Stage, pool: &Value, client: &Value, names: [&Value; 2]) {
    seed(stage, pool, client);
    let old = stage.sandbox.raw(&stage.old, "DescribeUserPool", json!({}));
    let before = snapshot(stage);

    let mut deployed = before.clone();
    deployed[0] = resolved(deployed[0].take());
    deployed[0]["LambdaConfig"]["UserMigration"] =
        format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}").into();
    for (client, flow) in [(1, USER_PASSWORD), (2, ADMIN_PASSWORD)] {
        let flows = deployed[client]["ExplicitAuthFlows"]
            .as_array_mut()
            .unwrap();
        flows.push(flow.into());
    }
    let mut after = before;
    after[0] = resolved(after[0].take());

    let setup = format!(
        "setup {BOTH} --replace-trigger --mfa-users refuse --allow no-user-can-be-migrated"
    );
    let teardown = format!("teardown {BOTH}");
    for (run, expected) in [(setup, deployed), (teardown, after)] {
        stage.sandbox.clear_journal();
        stage.ok(&run);
        for (actual, expected) in snapshot(stage).iter().zip(&expected) {
            assert_same(&run, actual, expected);
        }
        let unchanged = stage.sandbox.raw(&stage.old, "DescribeUserPool", json!({}));
        assert_eq!(unchanged, old, "the old pool after {run}");

        let [pool, new_client, old_client] = &expected;
        let updates = stage.requests("UpdateUserPool");
        assert_eq!(updates.len(), 1, "{run}");
        assert_has_members(&updates[0], names[0], pool);
        let updates = stage.requests("UpdateUserPoolClient");
        assert_eq!(updates.len(), 2, "{run}");
        for update in updates {
            let is_new = update["ClientId"] == new_client["ClientId"];
            let client = if is_new { new_client } else { old_client };
            assert_has_members(&update, names[1], client);
        }
        // It would set members of UpdateUserPool and more.
        assert_eq!(stage.requests("SetUserPoolMfaConfig"), [Value::Null; 0]);
    }
}

/// Checks every variant of a description by the model with these additions.
fn assert_model_lossless(additions: &Value) {
    let stage = Stage::new();
    let [pool, client] = ["pool", "client"].map(|kind| {
        let filled = stage.sandbox.filled(kind, additions);
        filled.unwrap_or_else(|fault| panic!("{kind}: {fault}"))
    });
    let [pools, clients] = [&pool, &client].map(|kind| kind["variants"].as_array().unwrap());
    assert_eq!(pools.len(), clients.len());
    let names = [&pool["settable"], &client["settable"]];
    for (pool, client) in pools.iter().zip(clients) {
        assert_lossless(&stage, pool, client, names);
    }
}

#[test]
fn every_member_of_the_model_is_kept() {
    assert_model_lossless(&Value::Null);
}

#[test]
fn every_member_of_a_newer_model_is_kept() {
    let settings = json!({"type": "structure", "members": {
        "Modes": {"shape": "VerifiedAttributesListType"}, "Days": {"shape": "PasswordHistorySizeType"},
    }});
    assert_model_lossless(&json!({
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
fn a_member_that_no_model_has_is_kept() {
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
        pool.pointer_mut(parent).unwrap()["Unknown"] = unknown.clone();
    }
    let mut client = stage.client_json(&stage.new);
    for parent in ["/TokenValidityUnits", ""] {
        client.pointer_mut(parent).unwrap()["Unknown"] = unknown.clone();
    }
    let names = [
        "Unknown",
        "LambdaConfig",
        "Policies",
        "AdminCreateUserConfig",
    ];
    let pool_names: Value = names.iter().map(|name| (*name, *name)).collect();
    let names = json!({"Unknown": "Unknown", "TokenValidityUnits": "TokenValidityUnits"});
    assert_lossless(&stage, &pool, &client, [&pool_names, &names]);
}
