//! Every variable: valid, missing and invalid.

use rules::settings::{ForgotPassword, MfaUsers, Misconfigured, TemporaryPasswords};
use rules::user_hash::LogKey;

use super::Settings;

/// 64 hexadecimal digits.
const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

const VALID: [(&str, &str); 22] = [
    ("OLD_CLIENT_ID", "client"),
    ("OLD_EXTERNAL_ID", "external"),
    ("OLD_ROLE_ARN", "arn:aws:iam::1:role/r"),
    ("OLD_USER_POOL_ID", "eu-west-1_old"),
    ("OLD_USER_POOL_REGION", "eu-west-1"),
    ("NEW_USER_POOL_ID", "eu-west-1_new"),
    (
        "ATTRIBUTES",
        "email,email_verified,custom:tenant=custom:org,sub=custom:legacy_sub",
    ),
    ("MFA_USERS", "migrate"),
    ("TEMPORARY_PASSWORDS", "reset"),
    ("FORGOT_PASSWORD", "migrate"),
    ("OLD_MFA", "ON"),
    ("OLD_SIGN_IN_TRIGGERS", "true"),
    ("NEW_RECOVERY", "email"),
    ("NEW_CASE_SENSITIVE", "true"),
    ("OLD_CASE_SENSITIVE", "true"),
    ("LOG_USER_KEY", KEY),
    ("SMS_MFA", "true"),
    ("OLD_USERNAME_ATTRIBUTES", "email,phone_number"),
    ("NEW_USERNAME_ATTRIBUTES", "phone_number"),
    ("NEW_ALIAS_ATTRIBUTES", "preferred_username,email"),
    ("OLD_CLIENT_SECRET", "read"),
    ("SOMETHING_ELSE", "\u{0}"),
];

/// Parses the environment with one variable changed or removed.
fn with(name: &str, value: Option<&str>) -> Result<Settings, Misconfigured> {
    Settings::read(|variable| {
        let valid = VALID.iter().find(|(name, _)| *name == variable);
        let value = if variable == name {
            value
        } else {
            valid.map(|(_, value)| *value)
        };
        value.map(str::to_owned)
    })
}

fn fault(name: &str, value: Option<&str>) -> Option<&'static str> {
    with(name, value).err().map(|Misconfigured(name)| name)
}

#[test]
fn all_variables_are_parsed() {
    let Ok(settings) = with("", None) else {
        panic!("a valid environment")
    };
    let old = settings.old_pool;
    let texts = [
        old.client_id,
        old.external_id,
        old.role_arn,
        old.user_pool_id,
        old.region,
    ];
    let valid: Vec<_> = VALID.iter().take(5).map(|(_, value)| *value).collect();
    assert_eq!(texts.to_vec(), valid);
    assert!(old.has_secret);
    assert_eq!(settings.new_user_pool_id, "eu-west-1_new");
    let rules = settings.rules;
    let mappings: Vec<_> = rules
        .attributes
        .iter()
        .map(|m| (&*m.old, &*m.new))
        .collect();
    let wanted = [
        ("email", "email"),
        ("email_verified", "email_verified"),
        ("custom:tenant", "custom:org"),
        ("sub", "custom:legacy_sub"),
    ];
    assert_eq!(mappings, wanted);
    assert_eq!(rules.mfa_users, MfaUsers::Migrate);
    assert_eq!(rules.temporary_passwords, TemporaryPasswords::Reset);
    let key = settings.log_key.map(|key| key.hash("ann", true));
    assert_eq!(key, LogKey::of_hex(KEY).map(|key| key.hash("ann", true)));
    assert!(rules.sms_mfa && rules.mfa_required && rules.names.old_case_sensitive);
    assert!(rules.names.case_sensitive);
    assert_eq!(rules.forgot_password, ForgotPassword::Migrate);
    assert_eq!(rules.recovery, ["email"]);
    assert_eq!(rules.names.old_usernames, ["email", "phone_number"]);
    assert_eq!(rules.names.new_usernames, ["phone_number"]);
    assert_eq!(rules.names.new_aliases, ["preferred_username", "email"]);
}

#[test]
fn an_absent_optional_variable_has_a_default() {
    let absent = |name| with(name, None).unwrap_or_else(|_| panic!("{name}"));
    assert!(!absent("SMS_MFA").rules.sms_mfa);
    assert!(!absent("OLD_CLIENT_SECRET").old_pool.has_secret);
    assert!(
        absent("OLD_USERNAME_ATTRIBUTES")
            .rules
            .names
            .old_usernames
            .is_empty()
    );
    assert!(
        absent("NEW_USERNAME_ATTRIBUTES")
            .rules
            .names
            .new_usernames
            .is_empty()
    );
    assert!(
        absent("NEW_ALIAS_ATTRIBUTES")
            .rules
            .names
            .new_aliases
            .is_empty()
    );
    let none = with("ATTRIBUTES", Some("")).map(|settings| settings.rules.attributes.len());
    assert_eq!(none, Ok(0));
    for (code, value) in [("none", MfaUsers::None), ("refuse", MfaUsers::Refuse)] {
        let got = with("MFA_USERS", Some(code)).map(|settings| settings.rules.mfa_users);
        assert_eq!(got, Ok(value));
    }
    assert!(!absent("OLD_MFA").rules.mfa_required);
    assert!(!absent("NEW_CASE_SENSITIVE").rules.names.case_sensitive);
    assert!(!absent("OLD_CASE_SENSITIVE").rules.names.old_case_sensitive);
    assert!(absent("LOG_USER_KEY").log_key.is_none());
    // Without a recovery contact, no user is migrated by a code.
    assert!(absent("NEW_RECOVERY").rules.recovery.is_empty());
    let refuse = with("FORGOT_PASSWORD", Some("refuse"));
    let got = refuse.map(|settings| settings.rules.forgot_password);
    assert_eq!(got, Ok(ForgotPassword::Refuse));
    let refuse = with("TEMPORARY_PASSWORDS", Some("refuse"));
    let got = refuse.map(|settings| settings.rules.temporary_passwords);
    assert_eq!(got, Ok(TemporaryPasswords::Refuse));
    assert!(with("SMS_MFA", Some("false")).is_ok_and(|settings| !settings.rules.sms_mfa));
}

#[test]
fn a_missing_or_invalid_variable_is_reported() {
    let missing = [
        "OLD_CLIENT_ID",
        "OLD_EXTERNAL_ID",
        "OLD_ROLE_ARN",
        "OLD_USER_POOL_ID",
        "OLD_USER_POOL_REGION",
        "NEW_USER_POOL_ID",
        "ATTRIBUTES",
        "MFA_USERS",
        "TEMPORARY_PASSWORDS",
    ];
    for name in missing {
        assert_eq!(fault(name, None), Some(name));
    }
    let invalid: [(&str, &[&str]); 16] = [
        (
            "LOG_USER_KEY",
            &[
                "",
                "none",
                &KEY[1..],
                "0x112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
            ],
        ),
        ("OLD_CASE_SENSITIVE", &["", "false", "TRUE"]),
        ("OLD_CLIENT_ID", &["", "a\nb"]),
        ("OLD_EXTERNAL_ID", &["", "\0"]),
        ("OLD_ROLE_ARN", &[""]),
        ("OLD_USER_POOL_ID", &[""]),
        (
            "OLD_USER_POOL_REGION",
            &["", "evil.example/", "eu-west-1#", "EU-WEST-1", "x@y"],
        ),
        ("NEW_USER_POOL_ID", &[""]),
        (
            "ATTRIBUTES",
            &[",", "email,", "=email", "email=", "a=b=c", "a\0"],
        ),
        ("MFA_USERS", &["", "Refuse", "all"]),
        ("TEMPORARY_PASSWORDS", &["", "migrate", "Reset"]),
        ("SMS_MFA", &["", "yes", "TRUE"]),
        (
            "OLD_USERNAME_ATTRIBUTES",
            &[
                "preferred_username",
                "email,",
                "Email",
                "email;phone_number",
            ],
        ),
        ("NEW_USERNAME_ATTRIBUTES", &["preferred_username", " email"]),
        ("NEW_ALIAS_ATTRIBUTES", &["sub", ","]),
        ("OLD_CLIENT_SECRET", &["", "secret", "Read"]),
    ];
    for (name, values) in invalid {
        for value in values {
            assert_eq!(fault(name, Some(value)), Some(name), "{value:?}");
        }
    }
}
