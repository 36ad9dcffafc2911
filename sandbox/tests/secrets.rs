//! App clients with a secret: which calls need the secret hash.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cogmig_sandbox::{AwsFault, Pool, Sandbox};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-horse-1";

/// A call that needs the secret hash, with `hash` as that parameter.
fn call(
    sandbox: &Sandbox,
    pool: &Pool,
    client: &str,
    operation: &str,
    hash: Option<&str>,
) -> Result<Value, AwsFault> {
    let admin = operation == "AdminInitiateAuth";
    let mut params = match operation {
        "InitiateAuth" | "AdminInitiateAuth" => json!({
            "AuthFlow": if admin { "ADMIN_USER_PASSWORD_AUTH" } else { "USER_PASSWORD_AUTH" },
            "AuthParameters": {"USERNAME": "ann", "PASSWORD": PASSWORD},
        }),
        "SignUp" => json!({
            "Username": "ann", "Password": PASSWORD,
            "UserAttributes": [{"Name": "email", "Value": "ann@example.com"}],
        }),
        "ConfirmForgotPassword" => {
            json!({"Username": "ann", "Password": PASSWORD, "ConfirmationCode": "654321"})
        }
        _ => json!({"Username": "ann"}),
    };
    params["ClientId"] = client.into();
    if let Some(hash) = hash {
        if params["AuthParameters"].is_object() {
            params["AuthParameters"]["SECRET_HASH"] = hash.into();
        } else {
            params["SecretHash"] = hash.into();
        }
    }
    if admin {
        params["UserPoolId"] = pool.id.as_str().into();
        sandbox.in_pool(pool, operation, params)
    } else {
        sandbox.public(operation, params)
    }
}

#[test]
fn all_calls_of_an_app_client_with_a_secret_need_the_secret_hash() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox
        .pool_with("old", "users", json!({"AdminCreateUserConfig": null}))
        .unwrap();
    let flows = json!(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]);
    let settings = json!({"ExplicitAuthFlows": flows, "GenerateSecret": true});
    let [secret, other] =
        [(); 2].map(|()| sandbox.client(&pool, "server", settings.clone()).unwrap());
    let open = sandbox
        .client(&pool, "browser", json!({"ExplicitAuthFlows": flows}))
        .unwrap();
    let right = sandbox.secret_hash(&pool, &secret, "ann").unwrap();
    let wrong = [
        sandbox.secret_hash(&pool, &other, "ann").unwrap(),
        sandbox.secret_hash(&pool, &secret, "Ann").unwrap(),
        "guessed".to_owned(),
    ];
    for operation in [
        "SignUp",
        "AdminInitiateAuth",
        "InitiateAuth",
        "ForgotPassword",
        "ConfirmForgotPassword",
    ] {
        let assert_rejected = |client: &str, hash: Option<&str>, code: &str, message: String| {
            let fault = call(&sandbox, &pool, client, operation, hash).unwrap_err();
            let code = code.to_owned();
            assert_eq!(fault, AwsFault { code, message }, "{operation} {hash:?}");
        };
        assert_rejected(
            &secret,
            None,
            "NotAuthorizedException",
            format!("Client {secret} is configured with secret but SECRET_HASH was not received"),
        );
        for hash in &wrong {
            let message = format!("Unable to verify secret hash for client {secret}");
            assert_rejected(&secret, Some(hash), "NotAuthorizedException", message);
        }
        assert_rejected(
            &open,
            Some(&right),
            "InvalidParameterException",
            format!("App client {open} is not configured for secret but secret hash was received"),
        );
        call(&sandbox, &pool, &secret, operation, Some(&right)).unwrap();
        if operation == "SignUp" {
            let user = json!({"UserPoolId": pool.id, "Username": "ann"});
            sandbox.in_pool(&pool, "AdminConfirmSignUp", user).unwrap();
        } else if operation != "ConfirmForgotPassword" {
            call(&sandbox, &pool, &open, operation, None).unwrap();
        }
    }
}

#[test]
fn app_clients_with_the_same_name_have_different_ids() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("old", "users").unwrap();
    let listed = || {
        let params = json!({"UserPoolId": pool.id, "MaxResults": 2});
        let first = sandbox
            .in_pool(&pool, "ListUserPoolClients", params)
            .unwrap();
        let mut all = first["UserPoolClients"].as_array().unwrap().clone();
        if let Some(token) = first.get("NextToken") {
            let params = json!({"UserPoolId": pool.id, "MaxResults": 2, "NextToken": token});
            let rest = sandbox
                .in_pool(&pool, "ListUserPoolClients", params)
                .unwrap();
            all.extend(rest["UserPoolClients"].as_array().unwrap().clone());
        }
        let ids = all
            .iter()
            .filter(|client| client["ClientName"] == "cogmig")
            .map(|client| client["ClientId"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let mut created = [(); 3].map(|()| sandbox.client(&pool, "cogmig", json!({})).unwrap());
    let mut ids = listed();
    created.sort();
    ids.sort();
    assert_eq!(ids, created);
    let params = json!({"UserPoolId": pool.id, "ClientId": created[1]});
    sandbox
        .in_pool(&pool, "DeleteUserPoolClient", params.clone())
        .unwrap();
    let fault = sandbox
        .in_pool(&pool, "DeleteUserPoolClient", params)
        .unwrap_err();
    assert_eq!(fault.code, "ResourceNotFoundException");
    assert_eq!(listed().len(), 2);
}

/// A sandbox with a pool, an app client with a secret, and the user `ann`.
fn with_secret() -> (Sandbox, Pool, String) {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("old", "users").unwrap();
    let flows = json!(["ALLOW_ADMIN_USER_PASSWORD_AUTH"]);
    let settings = json!({"ExplicitAuthFlows": flows, "GenerateSecret": true});
    let client = sandbox.client(&pool, "server", settings).unwrap();
    sandbox.user(&pool, "ann", PASSWORD, &[]).unwrap();
    (sandbox, pool, client)
}

fn described(sandbox: &Sandbox, pool: &Pool, client: &str) -> Value {
    let params = json!({"ClientId": client});
    let answer = sandbox.raw(pool, "DescribeUserPoolClient", params).unwrap();
    answer["UserPoolClient"].clone()
}

#[test]
fn a_rotated_secret_is_never_returned_again() {
    let (sandbox, pool, client) = with_secret();
    let ids = || json!({"UserPoolId": pool.id, "ClientId": client});
    let secrets = |operation: &str, params: Value| sandbox.in_pool(&pool, operation, params);
    let listed = || {
        let answer = secrets("ListUserPoolClientSecrets", ids()).unwrap();
        let listed = answer["ClientSecrets"].as_array().unwrap().clone();
        assert!(
            listed
                .iter()
                .all(|one| one.get("ClientSecretValue").is_none())
        );
        let ids = listed.iter().map(|one| one["ClientSecretId"].clone());
        ids.collect::<Vec<_>>()
    };
    let signs_in =
        |hash: &str| call(&sandbox, &pool, &client, "AdminInitiateAuth", Some(hash)).map(drop);
    assert_eq!(listed().len(), 1);
    let first = sandbox.secret_hash(&pool, &client, "ann").unwrap();
    let mut own = ids();
    let value = "a-secret-of-the-application".replace('-', "_");
    own["ClientSecret"] = value.as_str().into();
    secrets("AddUserPoolClientSecret", own).unwrap();
    let both = listed();
    assert_eq!(both.len(), 2);
    let fault = secrets("AddUserPoolClientSecret", ids()).unwrap_err();
    assert_eq!(fault.code, "LimitExceededException");
    // Both are accepted, and Describe returns the first one.
    signs_in(&first).unwrap();
    assert!(described(&sandbox, &pool, &client)["ClientSecret"].is_string());

    let delete = |id: &Value| {
        let mut params = ids();
        params["ClientSecretId"] = id.clone();
        secrets("DeleteUserPoolClientSecret", params)
    };
    delete(&both[0]).unwrap();
    assert_eq!(listed(), both[1..]);
    assert_eq!(
        described(&sandbox, &pool, &client)["ClientSecret"],
        Value::Null
    );
    let fault = signs_in(&first).unwrap_err();
    assert!(
        fault.message.starts_with("Unable to verify secret hash"),
        "{fault}"
    );
    let fault = call(&sandbox, &pool, &client, "AdminInitiateAuth", None).unwrap_err();
    assert!(
        fault.message.ends_with("SECRET_HASH was not received"),
        "{fault}"
    );
    delete(&both[1]).unwrap_err();

    // An app client without a secret has none to rotate.
    let open = json!({"UserPoolId": pool.id, "ClientId": pool.client});
    let none = secrets("ListUserPoolClientSecrets", open.clone()).unwrap();
    assert_eq!(none["ClientSecrets"], json!([]));
    secrets("AddUserPoolClientSecret", open).unwrap_err();
}

#[test]
fn a_secret_in_secrets_manager_is_replaced_by_its_arn() {
    let (sandbox, pool, client) = with_secret();
    let hash = sandbox.secret_hash(&pool, &client, "ann").unwrap();
    let update = |members: Value| {
        let mut params = json!({
            "ClientId": client, "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        });
        params
            .as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        let answer = sandbox.raw(&pool, "UpdateUserPoolClient", params).unwrap();
        answer["UserPoolClient"].clone()
    };
    let updated = update(json!({"PublishSecretsInAWSSecretsManager": true}));
    assert_eq!(updated["ClientSecret"], Value::Null);
    let arn = updated["ClientSecretArn"].clone();
    assert!(arn.as_str().unwrap().starts_with("arn:aws:secretsmanager:"));
    // It's rotated at once. An update without the member keeps it there.
    call(&sandbox, &pool, &client, "AdminInitiateAuth", Some(&hash)).unwrap_err();
    assert_eq!(update(json!({}))["ClientSecretArn"], arn);
}
