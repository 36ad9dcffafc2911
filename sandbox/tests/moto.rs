//! moto: Cognito's challenges from an emulator that is independent of ministack.
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
        let made = moto.call("CreateUserPool", settings).unwrap();
        let pool = made["UserPool"]["Id"].clone();
        let params = json!({
            "UserPoolId": pool, "ClientName": "app",
            "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        });
        let made = moto.call("CreateUserPoolClient", params).unwrap();
        let client = made["UserPoolClient"]["ClientId"].clone();
        Self { moto, pool, client }
    }

    fn about(&self, operation: &str, username: &str, mut params: Value) -> Value {
        params["UserPoolId"] = self.pool.clone();
        params["Username"] = username.into();
        self.moto.call(operation, params).unwrap()
    }

    /// Makes a user, whose password is temporary or not.
    fn add(&self, username: &str, permanent: bool) {
        let phone = json!([{"Name": "phone_number", "Value": "+447700900123"}]);
        let made = json!({"MessageAction": "SUPPRESS", "UserAttributes": phone});
        self.about("AdminCreateUser", username, made);
        let password = json!({"Password": PASSWORD, "Permanent": permanent});
        self.about("AdminSetUserPassword", username, password);
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
        self.about("AdminSetUserMFAPreference", username, json!({setting: on}));
    }
}

#[test]
fn it_has_cognitos_challenges() {
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
    it.about("AdminDisableUser", "plain", json!({}));
    let fault = it.sign_in("plain", PASSWORD).unwrap_err();
    let refused = ("NotAuthorizedException", "User is disabled.");
    assert_eq!((fault.code.as_str(), fault.message.as_str()), refused);
    // It is no call of the accounts'.
    assert_eq!(sandbox.journal(), []);
}

#[test]
fn it_ends_with_the_value_and_each_is_its_own() {
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
fn a_function_can_be_pointed_to_it() {
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
    let said = format!("error {}.", moto.endpoint());
    assert!(fault.message.ends_with(&said), "{}", fault.message);
}
