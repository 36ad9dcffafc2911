//! Updates of pools and app clients: sent members are stored, omitted members are reset, and
//! settings that exclude each other are rejected.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cogmig_sandbox::{Pool, Sandbox};
use serde_json::{Value, json};

fn described(sandbox: &Sandbox, pool: &Pool) -> [Value; 2] {
    let answer = sandbox.raw(pool, "DescribeUserPool", json!({}));
    let client = json!({"ClientId": pool.client});
    let other = sandbox.raw(pool, "DescribeUserPoolClient", client);
    [
        answer.unwrap()["UserPool"].take(),
        other.unwrap()["UserPoolClient"].take(),
    ]
}

/// Updates the pool and its app client with the same members.
fn update(sandbox: &Sandbox, pool: &Pool, members: &Value) {
    let mut client = members.clone();
    client["ClientId"] = pool.client.as_str().into();
    sandbox
        .raw(pool, "UpdateUserPool", members.clone())
        .unwrap();
    sandbox.raw(pool, "UpdateUserPoolClient", client).unwrap();
}

#[test]
fn an_unknown_member_is_stored_if_sent_and_removed_if_omitted() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("new", "users").unwrap();
    let unknown = json!({"Unknown": {"Deep": [0, ""]}, "Null": null});
    for sent in [&unknown, &json!({})] {
        update(&sandbox, &pool, sent);
        for described in described(&sandbox, &pool) {
            assert_eq!(described["Unknown"], sent["Unknown"]);
            assert_eq!(described.get("Null"), None);
        }
    }
}

#[test]
fn a_read_only_member_is_ignored_and_kept() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("new", "users").unwrap();
    let members = json!({"Status": "Enabled", "CustomDomain": "a.example.com"});
    sandbox.seed_pool(&pool, &members).unwrap();
    let secret = json!({"ClientSecret": "stored"});
    sandbox.seed_client(&pool, &pool.client, &secret).unwrap();
    let before = described(&sandbox, &pool);
    let sent = json!({
        "Name": "other", "Id": "other", "Arn": "other", "Status": "Disabled", "SchemaAttributes": [],
        "ClientSecret": "other", "CreationDate": 1,
    });
    update(&sandbox, &pool, &sent);
    let after = described(&sandbox, &pool);
    for (kind, member) in [
        (0, "Name"),
        (0, "Id"),
        (0, "Arn"),
        (0, "Status"),
        (0, "CustomDomain"),
        (0, "SchemaAttributes"),
        (0, "CreationDate"),
        (1, "ClientName"),
        (1, "ClientId"),
        (1, "ClientSecret"),
        (1, "CreationDate"),
    ] {
        assert_eq!(after[kind][member], before[kind][member], "{member}");
    }
    let names = json!({"PoolName": "renamed", "ClientName": "renamed"});
    update(&sandbox, &pool, &names);
    let [renamed, client] = described(&sandbox, &pool);
    assert_eq!(
        (&renamed["Name"], &client["ClientName"]),
        (&"renamed".into(), &"renamed".into())
    );
}

#[test]
fn conflicting_settings_are_rejected() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("new", "users").unwrap();
    let before = described(&sandbox, &pool);
    let rejected = Err("InvalidParameterException".to_owned());
    for members in [
        json!({"AdminCreateUserConfig": {"UnusedAccountValidityDays": 1},
               "Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 1}}}),
        json!({"SmsConfiguration": {"SnsCallerArn": "a", "EumsSms": {"CallerArn": "a"}}}),
        json!({"LambdaConfig": {"PreTokenGeneration": "a", "PreTokenGenerationConfig": {"LambdaArn": "b"}}}),
    ] {
        let answer = sandbox.raw(&pool, "UpdateUserPool", members.clone());
        assert_eq!(answer.map_err(|fault| fault.code), rejected, "{members}");
    }
    for mut members in [
        json!({"AnalyticsConfiguration": {"ApplicationArn": "a", "RoleArn": "a"}}),
        json!({"AnalyticsConfiguration": {"ApplicationArn": "a", "ExternalId": "a"}}),
        json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ADMIN_NO_SRP_AUTH"]}),
        json!({"ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"], "RefreshTokenRotation": {"Feature": "ENABLED"}}),
    ] {
        members["ClientId"] = pool.client.as_str().into();
        let answer = sandbox.raw(&pool, "UpdateUserPoolClient", members.clone());
        assert_eq!(answer.map_err(|fault| fault.code), rejected, "{members}");
    }
    assert_eq!(described(&sandbox, &pool), before);
}

/// Describe has names for every pool, and UpdateUserPool accepts them only in some feature plans.
#[test]
fn the_feature_plan_restricts_updates() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("new", "users").unwrap();
    let level = |n: u8| {
        (
            format!("Level{n}"),
            json!({"AcrValue": format!("urn:cognito:loa:{n}")}),
        )
    };
    let defaults: Value = (1..=4).map(level).collect();
    let described = || {
        let answer = sandbox.raw(&pool, "DescribeUserPool", json!({}));
        answer.unwrap()["UserPool"].take()
    };
    let update = |members: Value| sandbox.raw(&pool, "UpdateUserPool", members);
    assert_eq!(described()["AcrConfiguration"], defaults);
    update(json!({"AcrConfiguration": {"Level2": {"AcrValue": "mine"}}})).unwrap();
    let mut custom = defaults.clone();
    custom["Level2"]["AcrValue"] = "mine".into();
    assert_eq!(described()["AcrConfiguration"], custom);
    update(json!({"DcrConfiguration": {"OpenDcrEnabled": true}})).unwrap();
    assert_eq!(described()["AcrConfiguration"], defaults);
    let turned_on = json!({"EnableStatus": "Enabled", "OpenDcrEnabled": true});
    assert_eq!(described()["DcrConfiguration"], turned_on);
    update(json!({})).unwrap();
    assert_eq!(described()["DcrConfiguration"], turned_on);

    let off = json!({"EnableStatus": "Disabled"});
    update(json!({"DcrConfiguration": off, "UserPoolTier": "LITE"})).unwrap();
    let before = described();
    for members in [
        json!({"AcrConfiguration": defaults}),
        json!({"DcrConfiguration": {}}),
        json!({"DcrConfiguration": {"EnableStatus": "Enabled"}}),
    ] {
        let fault = update(members).unwrap_err();
        assert_eq!(fault.code, "FeatureUnavailableInTierException");
    }
    assert_eq!(described(), before);
    update(json!({"DcrConfiguration": off})).unwrap();
}

#[test]
fn an_app_client_cannot_refer_to_what_does_not_exist() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("new", "users").unwrap();
    let update = |members: &Value| {
        let mut members = members.clone();
        members["ClientId"] = pool.client.as_str().into();
        let answer = sandbox.raw(&pool, "UpdateUserPoolClient", members);
        answer.map_err(|fault| format!("{}: {}", fault.code, fault.message))
    };
    let scope = json!({"AllowedOAuthScopes": ["openid", "https://api/read"]});
    let provider = json!({"SupportedIdentityProviders": ["COGNITO", "corporate"]});
    let before = described(&sandbox, &pool);
    assert_eq!(
        update(&scope).unwrap_err(),
        "ScopeDoesNotExistException: Invalid scope requested: https://api/read"
    );
    let message = format!(
        "The provider corporate does not exist for User Pool {}.",
        pool.id
    );
    assert_eq!(
        update(&provider).unwrap_err(),
        format!("InvalidParameterException: {message}")
    );
    assert_eq!(described(&sandbox, &pool), before);
    let server = json!({
        "UserPoolId": pool.id, "Identifier": "https://api", "Name": "api",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "read"}],
    });
    sandbox
        .in_pool(&pool, "CreateResourceServer", server)
        .unwrap();
    let saml = json!({
        "UserPoolId": pool.id, "ProviderName": "corporate", "ProviderType": "SAML",
        "ProviderDetails": {"MetadataURL": "https://idp.example.com/metadata"},
    });
    sandbox
        .in_pool(&pool, "CreateIdentityProvider", saml)
        .unwrap();
    update(&scope).unwrap();
    update(&provider).unwrap();
}

#[test]
fn a_model_that_cannot_be_filled_is_an_error() {
    let sandbox = Sandbox::start().unwrap();
    for (kind, additions, member) in [
        (
            "pool",
            json!({"UpdateUserPoolRequest": {"Undescribed": "StringType"}}),
            "Undescribed",
        ),
        (
            "client",
            json!({"UserPoolClientType": {"Unfillable": {"type": "string", "pattern": "[0-9]{3}"}}}),
            "Unfillable",
        ),
    ] {
        let fault = sandbox.filled(kind, &additions).unwrap_err();
        assert!(fault.message.contains(member), "{fault}");
    }
}
