//! Sign-ins with moto as the old pool. Its challenges are independent of the sandbox, and the
//! deployed function must handle them in the same way.

use cogmig_sandbox::Moto;
use serde_json::{Value, json};

use crate::support::stage::{BOTH, PASSWORD, Stage};

/// The default stage, with a function that uses a pool in moto.
struct WithMoto {
    stage: Stage,
    moto: Moto,
    pool: Value,
}

impl WithMoto {
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
        let created = moto.call("CreateUserPoolClient", client).unwrap();
        let with_moto = Self { stage, moto, pool };
        with_moto.set(&[
            ("OLD_USER_POOL_ID", with_moto.pool.as_str().unwrap()),
            (
                "OLD_CLIENT_ID",
                created["UserPoolClient"]["ClientId"].as_str().unwrap(),
            ),
            (
                "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
                with_moto.moto.endpoint(),
            ),
        ]);
        with_moto
    }

    fn set(&self, rows: &[(&str, &str)]) {
        self.stage.edit_environment(|variables| {
            for (name, value) in rows {
                variables[*name] = (*value).into();
            }
        });
    }

    fn call_for(&self, operation: &str, username: &str, mut params: Value) -> Value {
        params["UserPoolId"] = self.pool.clone();
        params["Username"] = username.into();
        self.moto.call(operation, params).unwrap()
    }

    /// Creates a user with a permanent or a temporary password.
    fn add(&self, username: &str, permanent: bool) {
        let attributes = [
            ("email", format!("{username}@example.com")),
            ("email_verified", "true".to_owned()),
            ("phone_number", "+447700900123".to_owned()),
        ];
        let attributes = attributes.map(|(name, value)| json!({"Name": name, "Value": value}));
        let user = json!({"MessageAction": "SUPPRESS", "UserAttributes": attributes});
        self.call_for("AdminCreateUser", username, user);
        let password = json!({"Password": PASSWORD, "Permanent": permanent});
        self.call_for("AdminSetUserPassword", username, password);
    }

    fn prefer(&self, username: &str, setting: &str) {
        let on = json!({"Enabled": true, "PreferredMfa": true});
        self.call_for("AdminSetUserMFAPreference", username, json!({setting: on}));
    }

    /// Gives a user a verified authenticator app as the preferred MFA method.
    fn add_token(&self, username: &str) {
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

    /// Checks which of these users are migrated. All others are rejected like a wrong password.
    #[track_caller]
    fn assert_migrated(&self, names: &[&str], expected: &[&str]) {
        let wrong = self.stage.sign_in("plain", "Wrong-Horse-1").unwrap_err();
        for name in names {
            let answer = self.stage.sign_in(name, PASSWORD);
            let migrated = self.stage.migrated(name).is_some();
            assert_eq!(migrated, expected.contains(name), "{name}: {answer:?}");
            if migrated {
                self.stage.delete_user(name);
            } else {
                assert_eq!(answer, Err(wrong.clone()), "{name}");
            }
        }
    }
}

#[test]
fn each_kind_of_user_in_a_moto_pool() {
    let with_moto = WithMoto::new();
    for name in ["plain", "disabled", "sms", "token"] {
        with_moto.add(name, true);
    }
    with_moto.add("temporary", false);
    with_moto.call_for("AdminDisableUser", "disabled", json!({}));
    with_moto.prefer("sms", "SMSMfaSettings");
    with_moto.add_token("token");
    let names = ["plain", "disabled", "temporary", "sms", "token", "nobody"];
    with_moto.assert_migrated(&names, &["plain"]);
    with_moto.set(&[("MFA_USERS", "refuse")]);
    with_moto.assert_migrated(&names, &["plain"]);
    with_moto.set(&[("MFA_USERS", "migrate")]);
    with_moto.assert_migrated(&names, &["plain", "sms", "token"]);
    with_moto.set(&[("TEMPORARY_PASSWORDS", "reset")]);
    with_moto.assert_migrated(&names, &["plain", "sms", "token", "temporary"]);
    // Setup fixes the drift of the function's configuration.
    with_moto.stage.ok(&format!("setup {BOTH}"));
    with_moto.stage.sign_in("ada", PASSWORD).unwrap();
}
