//! moto: Cognito's challenges with an emulator that is independent of ministack.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "only a part is needed here")]
mod deployed;

use std::net::TcpStream;

use cogmig_sandbox::{AwsFault, Moto, Sandbox};
use deployed::Deployed;
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-horse-1";

struct Users {
    moto: Moto,
    pool: Value,
    client: Value,
}

impl Users {
    fn new(moto: Moto) -> Self {
        let settings = json!({"PoolName": "users", "MfaConfiguration": "OPTIONAL"});
        let created = moto.call("CreateUserPool", settings).unwrap();
        let pool = created["UserPool"]["Id"].clone();
        let params = json!({
            "UserPoolId": pool, "ClientName": "app",
            "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        });
        let created = moto.call("CreateUserPoolClient", params).unwrap();
        let client = created["UserPoolClient"]["ClientId"].clone();
        Self { moto, pool, client }
    }

    fn call(&self, operation: &str, username: &str, mut params: Value) -> Value {
        params["UserPoolId"] = self.pool.clone();
        params["Username"] = username.into();
        self.moto.call(operation, params).unwrap()
    }

    /// Creates a user with a permanent or a temporary password.
    fn add(&self, username: &str, permanent: bool) {
        let phone = json!([{"Name": "phone_number", "Value": "+447700900123"}]);
        let settings = json!({"MessageAction": "SUPPRESS", "UserAttributes": phone});
        self.call("AdminCreateUser", username, settings);
        let password = json!({"Password": PASSWORD, "Permanent": permanent});
        self.call("AdminSetUserPassword", username, password);
    }

    fn sign_in(&self, username: &str, password: &str) -> Result<Value, AwsFault> {
        let params = json!({
            "UserPoolId": self.pool, "ClientId": self.client,
            "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": username, "PASSWORD": password},
        });
        self.moto.call("AdminInitiateAuth", params)
    }

    fn prefer(&self, username: &str, setting: &str) {
        let on = json!({"Enabled": true, "PreferredMfa": true});
        self.call("AdminSetUserMFAPreference", username, json!({setting: on}));
    }
}

#[test]
fn moto_returns_cognitos_challenges() {
    let sandbox = Sandbox::start().unwrap();
    let it = Users::new(sandbox.moto().unwrap());
    it.add("plain", true);
    let tokens = it.sign_in("plain", PASSWORD).unwrap()["AuthenticationResult"].clone();
    it.add("temporary", false);
    it.add("sms", true);
    it.prefer("sms", "SMSMfaSettings");
    it.add("token", true);
    let signed_in = it.sign_in("token", PASSWORD).unwrap();
    let token = &signed_in["AuthenticationResult"]["AccessToken"];
    let ask = |operation: &str, mut params: Value| {
        params["AccessToken"] = token.clone();
        it.moto.call(operation, params).unwrap()
    };
    ask("AssociateSoftwareToken", json!({}));
    ask("VerifySoftwareToken", json!({"UserCode": "123456"}));
    it.prefer("token", "SoftwareTokenMfaSettings");
    assert!(tokens["AccessToken"].is_string());
    for (username, challenge) in [
        ("temporary", "NEW_PASSWORD_REQUIRED"),
        ("sms", "SMS_MFA"),
        ("token", "SOFTWARE_TOKEN_MFA"),
    ] {
        let answer = it.sign_in(username, PASSWORD).unwrap();
        assert_eq!(answer["ChallengeName"], challenge);
        assert_eq!(answer.get("AuthenticationResult"), None);
        let fault = it.sign_in(username, "wrong").unwrap_err();
        assert_eq!(fault.code, "NotAuthorizedException");
    }
    it.call("AdminDisableUser", "plain", json!({}));
    let fault = it.sign_in("plain", PASSWORD).unwrap_err();
    let disabled = ("NotAuthorizedException", "User is disabled.");
    assert_eq!((fault.code.as_str(), fault.message.as_str()), disabled);
    // Calls of moto don't go through the proxy.
    assert_eq!(sandbox.journal(), []);
}

#[test]
fn moto_servers_are_independent_and_stop_when_dropped() {
    let sandbox = Sandbox::start().unwrap();
    let (one, other) = (sandbox.moto().unwrap(), sandbox.moto().unwrap());
    let pools = |moto: &Moto| {
        let listed = moto.call("ListUserPools", json!({"MaxResults": 9}));
        listed.unwrap()["UserPools"].as_array().unwrap().len()
    };
    one.call("CreateUserPool", json!({"PoolName": "users"}))
        .unwrap();
    assert_eq!((pools(&one), pools(&other)), (1, 0));
    let address = one.endpoint().trim_start_matches("http://").to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    drop(one);
    assert!(TcpStream::connect(&address).is_err());
    assert_eq!(pools(&other), 0);
}

#[test]
fn a_function_can_use_moto() {
    let variable = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER";
    let it = Deployed::new(&json!({"where": {"raise": format!("${variable}")}}));
    let moto = it.sandbox.moto().unwrap();
    let params = json!({
        "FunctionName": "migrate", "Environment": {"Variables": {variable: moto.endpoint()}},
    });
    it.sandbox
        .aws("new", "lambda", "UpdateFunctionConfiguration", params)
        .unwrap();
    let fault = it.sign_in("where").unwrap_err();
    let expected = format!("error {}.", moto.endpoint());
    assert!(fault.message.ends_with(&expected), "{}", fault.message);
}
