//! Users with MFA, and users with a temporary password: an option decides whether they are
//! migrated.

use serde_json::{Value, json};

use crate::support::stage::{BOTH, PASSWORD, Stage};

/// An old pool with optional MFA, and a new pool with or without MFA. `eve` uses MFA.
pub fn stage(new_mfa: bool) -> Stage {
    let stage = Stage::new();
    let pools = if new_mfa {
        vec![&stage.old, &stage.new]
    } else {
        vec![&stage.old]
    };
    for pool in pools {
        let config = json!({
            "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": {"Enabled": true},
            "SmsMfaConfiguration": {"SmsConfiguration": {
                "SnsCallerArn": format!("arn:aws:iam::{}:role/sms", pool.arn.split(':').nth(4).unwrap()),
                "ExternalId": "sms",
            }},
        });
        stage.in_pool(pool, "SetUserPoolMfaConfig", config);
    }
    let phone = [
        ("email", "eve@example.com"),
        ("phone_number", "+15550100"),
        ("phone_number_verified", "true"),
    ];
    stage
        .sandbox
        .user(&stage.old, "eve", PASSWORD, &phone)
        .unwrap();
    let preference =
        json!({"Username": "eve", "SMSMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    stage.in_pool(&stage.old, "AdminSetUserMFAPreference", preference);
    stage
}

#[test]
fn without_a_choice_for_mfa_users_setup_fails() {
    let stage = stage(false);
    for command in ["setup", "plan"] {
        let run = stage.changes_nothing(1, &format!("{command} {BOTH}"));
        run.assert_stderr(&["MFA", "--mfa-users refuse", "--mfa-users migrate"]);
    }
    // Verify reports what exists.
    let run = stage.changes_nothing(1, &format!("verify {BOTH}"));
    assert!(run.printed("doesn't exist"), "{run}");
    // Later runs use the recorded choice.
    stage.ok(&format!("setup {BOTH} --mfa-users refuse"));
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    stage.changes_nothing(0, &format!("verify {BOTH}"));
    stage.ok(&format!("setup {BOTH} --mfa-users migrate"));
    let run = stage.changes_nothing(0, &format!("setup {BOTH}"));
    assert!(run.flat().contains("the new pool doesn't use MFA"), "{run}");
}

#[test]
fn rejected_mfa_users_are_not_migrated_and_others_are() {
    let stage = stage(false);
    stage.ok(&format!("setup {BOTH} --mfa-users refuse"));
    let wrong = stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
    assert_eq!(stage.sign_in("eve", PASSWORD), Err(wrong));
    assert_eq!(stage.migrated("eve"), None);
    let params = json!({"ClientId": stage.new.client, "Username": "eve"});
    let _ = stage.sandbox.public("ForgotPassword", params);
    assert_eq!(stage.migrated("eve"), None);
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn mfa_users_migrate_by_password_and_sms_codes_continue() {
    let stage = stage(true);
    stage.ok(&format!("setup {BOTH} --mfa-users migrate"));
    stage.sign_in("eve", "Wrong-Horse-1").unwrap_err();
    assert_eq!(stage.migrated("eve"), None);
    stage.sign_in("eve", PASSWORD).unwrap();
    let user = stage.sandbox.find_user(&stage.new, "eve").unwrap().unwrap();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert_eq!(user["UserMFASettingList"], json!(["SMS_MFA"]), "{user}");
    stage.sign_in("ada", PASSWORD).unwrap();
    let user = stage.sandbox.find_user(&stage.new, "ada").unwrap().unwrap();
    assert!(
        user["UserMFASettingList"]
            .as_array()
            .is_none_or(Vec::is_empty),
        "{user}"
    );
}

/// The trigger's answer can turn on SMS MFA, but not MFA codes by email.
#[test]
fn codes_by_email_are_named_if_the_old_pool_has_them() {
    let stage = stage(true);
    let plan = format!("plan {BOTH} --mfa-users migrate");
    let apps = "authenticator apps aren't migrated";
    assert!(stage.ok(&plan).printed(apps));
    let config = json!({
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "EmailMfaConfiguration": {"Subject": "Your code", "Message": "{####}"},
    });
    stage.in_pool(&stage.old, "SetUserPoolMfaConfig", config);
    let run = stage.ok(&plan);
    let emails = "authenticator apps and codes by email aren't migrated";
    assert!(run.printed(emails), "{run}");
}

#[test]
fn into_a_pool_without_mfa_mfa_users_migrate_without_mfa() {
    let stage = stage(false);
    let run = stage.ok(&format!("setup {BOTH} --mfa-users migrate"));
    assert!(run.flat().contains("the new pool doesn't use MFA"), "{run}");
    let tokens = stage.sign_in("eve", PASSWORD).unwrap();
    assert!(tokens["AuthenticationResult"]["AccessToken"].is_string());
}

/// Creates a user with a temporary password in the old pool.
fn invite(stage: &Stage, name: &str, verified: bool) {
    let email = format!("{name}@example.com");
    let verified = if verified { "true" } else { "false" };
    let attributes = json!([
        {"Name": "email", "Value": email}, {"Name": "email_verified", "Value": verified},
    ]);
    let user = json!({
        "Username": name, "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS",
        "UserAttributes": attributes,
    });
    stage.in_pool(&stage.old, "AdminCreateUser", user);
}

#[test]
fn a_temporary_password_never_becomes_permanent() {
    let stage = Stage::new();
    invite(&stage, "guest", true);
    invite(&stage, "unverified", false);
    stage.setup();
    let wrong = stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
    assert_eq!(stage.sign_in("guest", PASSWORD), Err(wrong.clone()));
    assert_eq!(stage.migrated("guest"), None);

    stage.ok(&format!("setup {BOTH} --temporary-passwords reset"));
    let reset: Result<Value, String> = stage.sign_in("guest", PASSWORD);
    assert!(
        reset
            .unwrap_err()
            .starts_with("PasswordResetRequiredException")
    );
    let user = stage
        .sandbox
        .find_user(&stage.new, "guest")
        .unwrap()
        .unwrap();
    assert_eq!(user["UserStatus"], "RESET_REQUIRED");
    // Without a verified email or phone number, Cognito couldn't send a code.
    assert_eq!(stage.sign_in("unverified", PASSWORD), Err(wrong));
    assert_eq!(stage.migrated("unverified"), None);
}
