//! MFA: which users have it, which users get a challenge, and which migrations enable it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "only a part is needed here")]
mod deployed;

use cogmig_sandbox::{MessageKind, Pool, Sandbox};
use deployed::{Deployed, migrated, with};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-horse-1";
const PHONE: (&str, &str) = ("phone_number", "+447700900123");

fn sms() -> Value {
    json!({
        "SnsCallerArn": "arn:aws:iam::111111111111:role/sms", "ExternalId": "e",
        "SnsRegion": "eu-west-1",
    })
}

/// A pool with users for each combination of factors. Their usernames are the factors.
fn pool_of_all_kinds(sandbox: &Sandbox, mfa: &str) -> Pool {
    let settings = json!({"MfaConfiguration": mfa});
    let mut pool = sandbox.pool_with("old", "users", settings).unwrap();
    let flows = json!(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]);
    pool.client = sandbox
        .client(&pool, "app", json!({"ExplicitAuthFlows": flows}))
        .unwrap();
    let on = json!({"Enabled": true});
    let preferred = json!({"Enabled": true, "PreferredMfa": true});
    for (name, preference) in [
        ("none", None),
        ("sms", Some(json!({"SMSMfaSettings": preferred}))),
        ("email", Some(json!({"EmailMfaSettings": on}))),
        (
            "token",
            Some(json!({"SoftwareTokenMfaSettings": preferred})),
        ),
        (
            "both",
            Some(json!({"SMSMfaSettings": on, "SoftwareTokenMfaSettings": on})),
        ),
    ] {
        let email = format!("{name}@example.com");
        sandbox
            .user(&pool, name, PASSWORD, &[("email", &email), PHONE])
            .unwrap();
        if matches!(name, "token" | "both") {
            sandbox.software_token(&pool, name).unwrap();
        }
        if let Some(mut params) = preference {
            params["UserPoolId"] = pool.id.as_str().into();
            params["Username"] = name.into();
            sandbox
                .in_pool(&pool, "AdminSetUserMFAPreference", params)
                .unwrap();
        }
    }
    pool
}

fn admin_sign_in(
    sandbox: &Sandbox,
    pool: &Pool,
    name: &str,
    password: &str,
) -> Result<Value, cogmig_sandbox::AwsFault> {
    let params = json!({
        "UserPoolId": pool.id, "ClientId": pool.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": name, "PASSWORD": password},
    });
    sandbox.in_pool(pool, "AdminInitiateAuth", params)
}

#[test]
fn the_right_password_returns_the_users_challenge() {
    let sandbox = Sandbox::start().unwrap();
    for (mfa, challenges) in [
        ("OFF", [None; 5]),
        (
            "OPTIONAL",
            [
                None,
                Some("SMS_MFA"),
                Some("EMAIL_OTP"),
                Some("SOFTWARE_TOKEN_MFA"),
                Some("SELECT_MFA_TYPE"),
            ],
        ),
        (
            "ON",
            [
                Some("MFA_SETUP"),
                Some("SMS_MFA"),
                Some("EMAIL_OTP"),
                Some("SOFTWARE_TOKEN_MFA"),
                Some("SELECT_MFA_TYPE"),
            ],
        ),
    ] {
        let pool = pool_of_all_kinds(&sandbox, mfa);
        for (name, challenge) in ["none", "sms", "email", "token", "both"]
            .into_iter()
            .zip(challenges)
        {
            let fault = admin_sign_in(&sandbox, &pool, name, "wrong").unwrap_err();
            assert_eq!(fault.code, "NotAuthorizedException");
            let admin = admin_sign_in(&sandbox, &pool, name, PASSWORD).unwrap();
            let public = sandbox.sign_in(&pool.client, name, PASSWORD).unwrap();
            for answer in [admin, public] {
                assert_eq!(answer["ChallengeName"].as_str(), challenge, "{mfa} {name}");
                let tokens = answer.get("AuthenticationResult");
                assert_eq!(tokens.is_some(), challenge.is_none());
                assert_eq!(answer["Session"].is_string(), challenge.is_some());
                if challenge.is_some() {
                    assert_eq!(answer["ChallengeParameters"]["USER_ID_FOR_SRP"], name);
                }
            }
        }
    }
}

#[test]
fn if_mfa_is_required_a_user_with_a_phone_number_gets_an_sms_challenge() {
    let sandbox = Sandbox::start().unwrap();
    let pool = pool_of_all_kinds(&sandbox, "ON");
    let params = json!({
        "UserPoolId": pool.id, "MfaConfiguration": "ON",
        "SmsMfaConfiguration": {"SmsConfiguration": sms()},
    });
    sandbox
        .in_pool(&pool, "SetUserPoolMfaConfig", params)
        .unwrap();
    let answer = admin_sign_in(&sandbox, &pool, "none", PASSWORD).unwrap();
    assert_eq!(answer["ChallengeName"], "SMS_MFA");
    let details = &answer["ChallengeParameters"];
    assert_eq!(details["CODE_DELIVERY_DESTINATION"], "+*******0123");
}

#[test]
fn a_factor_requires_its_attribute_or_token() {
    let sandbox = Sandbox::start().unwrap();
    let settings = json!({"MfaConfiguration": "OPTIONAL", "Schema": null});
    let pool = sandbox.pool_with("old", "users", settings).unwrap();
    sandbox.user(&pool, "ann", PASSWORD, &[]).unwrap();
    for (setting, message) in [
        (
            "SMSMfaSettings",
            "User does not have delivery config set to turn on SMS_MFA",
        ),
        (
            "EmailMfaSettings",
            "User does not have delivery config set to turn on EMAIL_OTP",
        ),
        (
            "SoftwareTokenMfaSettings",
            "User has not verified software token mfa",
        ),
    ] {
        let mut params = json!({"UserPoolId": pool.id, "Username": "ann"});
        params[setting] = json!({"Enabled": true});
        let fault = sandbox
            .in_pool(&pool, "AdminSetUserMFAPreference", params)
            .unwrap_err();
        assert_eq!(fault.code, "InvalidParameterException");
        assert_eq!(fault.message, message);
    }
    let ann = sandbox.find_user(&pool, "ann").unwrap().unwrap();
    for member in ["MFAOptions", "PreferredMfaSetting", "UserMFASettingList"] {
        assert_eq!(ann.get(member), None, "{member}");
    }
}

#[test]
fn a_challenge_accepts_only_its_session_and_its_code() {
    let sandbox = Sandbox::start().unwrap();
    let pool = pool_of_all_kinds(&sandbox, "OPTIONAL");
    let challenge = sandbox.sign_in(&pool.client, "sms", PASSWORD).unwrap();
    let answer = |session: &Value, code: &str| {
        let responses = json!({"USERNAME": "sms", "SMS_MFA_CODE": code});
        sandbox.public(
            "RespondToAuthChallenge",
            json!({
                "ClientId": pool.client, "ChallengeName": "SMS_MFA", "Session": session,
                "ChallengeResponses": responses,
            }),
        )
    };
    let fault = answer(&"a session that doesn't exist".into(), "123456").unwrap_err();
    assert_eq!(fault.code, "NotAuthorizedException");
    let fault = answer(&challenge["Session"], "000000").unwrap_err();
    assert_eq!(fault.code, "CodeMismatchException");
    let signed_in = answer(&challenge["Session"], "123456").unwrap();
    assert!(signed_in["AuthenticationResult"]["AccessToken"].is_string());
    assert!(
        answer(&challenge["Session"], "123456").is_err(),
        "a session can be used only once"
    );
}

#[test]
fn the_mfa_configuration_is_part_of_the_pool() {
    let sandbox = Sandbox::start().unwrap();
    let settings = json!({"MfaConfiguration": "OPTIONAL", "SmsConfiguration": sms()});
    let pool = sandbox.pool_with("new", "users", settings).unwrap();
    let id = json!({"UserPoolId": pool.id});
    let get = || {
        sandbox
            .in_pool(&pool, "GetUserPoolMfaConfig", id.clone())
            .unwrap()
    };
    let created = json!({
        "MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": {"SmsConfiguration": sms()},
    });
    assert_eq!(get(), created);

    let mut set = created.clone();
    set["MfaConfiguration"] = "ON".into();
    set["SmsMfaConfiguration"]["SmsAuthenticationMessage"] = "Your code: {####}".into();
    set["SoftwareTokenMfaConfiguration"] = json!({"Enabled": true});
    let mut params = set.clone();
    params["UserPoolId"] = pool.id.as_str().into();
    let returned = sandbox
        .in_pool(&pool, "SetUserPoolMfaConfig", params)
        .unwrap();
    assert_eq!(returned, set);
    assert_eq!(get(), set);
    let described = sandbox.raw(&pool, "DescribeUserPool", json!({})).unwrap();
    let described = &described["UserPool"];
    assert_eq!(described["MfaConfiguration"], "ON");
    assert_eq!(described["SmsConfiguration"], sms());
    assert_eq!(described.get("SoftwareTokenMfaConfiguration"), None);

    // An update that omits the SMS configuration removes it, but keeps the software token MFA.
    let params = json!({"UserPoolId": pool.id, "MfaConfiguration": "ON"});
    sandbox.in_pool(&pool, "UpdateUserPool", params).unwrap();
    let remaining = json!({
        "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    assert_eq!(get(), remaining);
}

#[test]
fn a_migration_enables_sms_mfa_only_if_the_pool_supports_it() {
    let with_phone = |flag: Value| {
        let attributes = json!({
            "email": "ann@example.com", "email_verified": "true", "phone_number": PHONE.1,
        });
        let change = json!({"userAttributes": attributes, "enableSMSMFA": flag});
        json!({"response": with(&migrated(""), &change)})
    };
    let no_phone = with(&migrated("bob@example.com"), &json!({"enableSMSMFA": true}));
    let answers = json!({
        "ann": with_phone(true.into()),
        "bob": {"response": no_phone},
        "cat": with_phone(false.into()),
        "dan": with_phone("true".into()),
    });
    for (mfa, supported) in [("OFF", false), ("OPTIONAL", true), ("ON", true)] {
        let it = Deployed::with_pool(&answers, json!({"MfaConfiguration": mfa}));
        let fault = it.sign_in("bob").unwrap_err();
        assert!(fault.message.starts_with("Exception migrating user"));
        let fault = it.sign_in("dan").unwrap_err();
        assert_eq!(fault.code, "InvalidLambdaResponseException");
        it.sign_in("cat").unwrap();
        let cat = it.user("cat").unwrap();
        assert_eq!(cat.get("UserMFASettingList"), None);

        let ann = it.sign_in("ann");
        if supported {
            assert_eq!(ann.unwrap()["ChallengeName"], "SMS_MFA");
            let ann = it.user("ann").unwrap();
            assert_eq!(ann["UserMFASettingList"], json!(["SMS_MFA"]));
            assert_eq!(ann["PreferredMfaSetting"], "SMS_MFA");
            let [code] = &it.sandbox.messages()[..] else {
                panic!("one code by SMS: {:?}", it.sandbox.messages());
            };
            assert_eq!(code.kind, MessageKind::Code);
            assert_eq!(code.mediums, ["SMS"]);
        } else {
            let fault = ann.unwrap_err();
            assert_eq!(fault.code, "UserNotFoundException");
            assert!(fault.message.starts_with("Exception migrating user"));
            assert_eq!(it.user("ann"), None);
        }
    }
}
