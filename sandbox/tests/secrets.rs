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
