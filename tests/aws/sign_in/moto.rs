//! Sign-ins with moto as the old pool. Its challenges do not come from the sandbox, and the
//! deployed function must read them in the same way.

use cogmig_sandbox::Moto;
use serde_json::{Value, json};

use crate::support::stage::{BOTH, PASSWORD, Stage};

/// The usual stage, whose function asks a pool in moto.
struct Elsewhere {
    stage: Stage,
    moto: Moto,
    pool: Value,
}

impl Elsewhere {
    fn new() -> Self {
        let stage = Stage::new();
        stage.setup();
        let moto = stage.sandbox.moto().unwrap();
        let settings = json!({"PoolName": "users", "MfaConfiguration": "OPTIONAL"});
        let pool = moto.call("CreateUserPool", settings).unwrap()["UserPool"]["Id"].clone();
        let client = json!({
            "UserPoolId": pool, "ClientName": "app",
            "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        });
        let made = moto.call("CreateUserPoolClient", client).unwrap();
        let elsewhere = Self { stage, moto, pool };
        elsewhere.set(&[
            ("OLD_USER_POOL_ID", elsewhere.pool.as_str().unwrap()),
            (
                "OLD_CLIENT_ID",
                made["UserPoolClient"]["ClientId"].as_str().unwrap(),
            ),
            (
                "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
                elsewhere.moto.endpoint(),
            ),
        ]);
        elsewhere
    }

    fn set(&self, rows: &[(&str, &str)]) {
        self.stage.edit_environment(|variables| {
            for (name, value) in rows {
                variables[*name] = (*value).into();
            }
        });
    }

    fn about(&self, operation: &str, username: &str, mut params: Value) -> Value {
        params["UserPoolId"] = self.pool.clone();
        params["Username"] = username.into();
        self.moto.call(operation, params).unwrap()
    }

    /// Makes a user, whose password is temporary or not.
    fn add(&self, username: &str, permanent: bool) {
        let attributes = [
            ("email", format!("{username}@example.com")),
            ("email_verified", "true".to_owned()),
            ("phone_number", "+447700900123".to_owned()),
        ];
        let attributes = attributes.map(|(name, value)| json!({"Name": name, "Value": value}));
        let user = json!({"MessageAction": "SUPPRESS", "UserAttributes": attributes});
        self.about("AdminCreateUser", username, user);
        let password = json!({"Password": PASSWORD, "Permanent": permanent});
        self.about("AdminSetUserPassword", username, password);
    }

    fn prefer(&self, username: &str, setting: &str) {
        let on = json!({"Enabled": true, "PreferredMfa": true});
        self.about("AdminSetUserMFAPreference", username, json!({setting: on}));
    }

    /// A verified authenticator app, which is preferred.
    fn token(&self, username: &str) {
        let signed_in = json!({
            "UserPoolId": self.pool, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": username, "PASSWORD": PASSWORD},
            "ClientId": self.moto.call("ListUserPoolClients", json!({"UserPoolId": self.pool, "MaxResults": 1}))
                .unwrap()["UserPoolClients"][0]["ClientId"],
        });
        let signed_in = self.moto.call("AdminInitiateAuth", signed_in).unwrap();
        let token = &signed_in["AuthenticationResult"]["AccessToken"];
        self.moto
            .call("AssociateSoftwareToken", json!({"AccessToken": token}))
            .unwrap();
        let code = json!({"AccessToken": token, "UserCode": "123456"});
        self.moto.call("VerifySoftwareToken", code).unwrap();
        self.prefer(username, "SoftwareTokenMfaSettings");
    }

    /// Who of these gets in; all others are rejected like a wrong password and not migrated.
    #[track_caller]
    fn assert_moves(&self, names: &[&str], moving: &[&str]) {
        let wrong = self.stage.sign_in("plain", "Wrong-Horse-1").unwrap_err();
        for name in names {
            let answer = self.stage.sign_in(name, PASSWORD);
            let moved = self.stage.migrated(name).is_some();
            assert_eq!(moved, moving.contains(name), "{name}: {answer:?}");
            if moved {
                self.stage.delete_user(name);
            } else {
                assert_eq!(answer, Err(wrong.clone()), "{name}");
            }
        }
    }
}

#[test]
fn each_kind_of_sign_in_of_another_pool() {
    let elsewhere = Elsewhere::new();
    for name in ["plain", "disabled", "sms", "token"] {
        elsewhere.add(name, true);
    }
    elsewhere.add("temporary", false);
    elsewhere.about("AdminDisableUser", "disabled", json!({}));
    elsewhere.prefer("sms", "SMSMfaSettings");
    elsewhere.token("token");
    let everybody = ["plain", "disabled", "temporary", "sms", "token", "nobody"];
    elsewhere.assert_moves(&everybody, &["plain"]);
    elsewhere.set(&[("MFA_USERS", "refuse")]);
    elsewhere.assert_moves(&everybody, &["plain"]);
    elsewhere.set(&[("MFA_USERS", "migrate")]);
    elsewhere.assert_moves(&everybody, &["plain", "sms", "token"]);
    elsewhere.set(&[("TEMPORARY_PASSWORDS", "reset")]);
    elsewhere.assert_moves(&everybody, &["plain", "sms", "token", "temporary"]);
    // What was changed by hand, setup puts right.
    elsewhere.stage.ok(&format!("setup {BOTH}"));
    elsewhere.stage.sign_in("ada", PASSWORD).unwrap();
}
