//! No user is migrated without evidence, for any response of the old pool.

use proptest::prelude::*;

use super::{
    Answer, Evidence, Failure, MfaUsers, OldUser, Rules, Status, TemporaryPasswords, decide, rules,
};
use crate::usernames::NameRules;

const MFA_CHALLENGES: [&str; 5] = [
    "SMS_MFA",
    "SOFTWARE_TOKEN_MFA",
    "EMAIL_OTP",
    "SELECT_MFA_TYPE",
    "MFA_SETUP",
];
const KINDS: [&str; 3] = ["email", "phone_number", "preferred_username"];

const STATUSES: [Status; 7] = [
    Status::Confirmed,
    Status::Unconfirmed,
    Status::ResetRequired,
    Status::TemporaryPassword,
    Status::External,
    Status::Inactive,
    Status::Other,
];

fn any_answer() -> impl Strategy<Value = Answer> {
    let fixed = prop::sample::select(
        MFA_CHALLENGES
            .into_iter()
            .chain([
                "NEW_PASSWORD_REQUIRED",
                "CUSTOM_CHALLENGE",
                "PASSWORD_VERIFIER",
                "",
                "SMS_OTP",
            ])
            .collect::<Vec<_>>(),
    );
    let challenge = prop_oneof![
        fixed.prop_map(str::to_owned),
        "[A-Z_]{0,20}",
        any::<String>()
    ];
    (any::<bool>(), prop::option::of(challenge))
        .prop_map(|(tokens, challenge)| Answer { tokens, challenge })
}

fn any_value() -> impl Strategy<Value = String> {
    let fixed = ["", "ann", "e@x", "+1", "true", "True", "false", "SMS_MFA"];
    prop_oneof![3 => prop::sample::select(fixed.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

pub fn any_user() -> impl Strategy<Value = OldUser> {
    let names = [
        "sub",
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
        "preferred_username",
    ];
    let attribute = (
        prop::sample::select(names.to_vec()).prop_map(str::to_owned),
        any_value(),
    );
    let attributes = prop::collection::vec(attribute, 0..8);
    let status = prop::sample::select(STATUSES.to_vec());
    (any_value(), any::<[bool; 3]>(), status, attributes).prop_map(
        |(username, flags, status, attributes)| {
            let [enabled, has_mfa, has_sms_mfa] = flags;
            OldUser {
                username,
                enabled,
                status,
                has_mfa: has_mfa || has_sms_mfa,
                has_sms_mfa,
                attributes,
            }
        },
    )
}

pub fn any_rules() -> impl Strategy<Value = Rules> {
    let kinds = || prop::sample::subsequence(KINDS.to_vec(), 0..=3);
    let mfa = prop::sample::select(super::MFA.to_vec());
    let temporary = prop::sample::select(super::TEMPORARY.to_vec());
    (mfa, temporary, any::<bool>(), [kinds(), kinds(), kinds()]).prop_map(
        |(mfa, temporary, sms_mfa, [old, new, alias])| {
            let names = NameRules {
                old_usernames: old,
                new_usernames: new,
                new_aliases: alias,
                old_case_sensitive: sms_mfa,
                case_sensitive: sms_mfa,
            };
            Rules {
                sms_mfa,
                names,
                ..rules(mfa, temporary)
            }
        },
    )
}

proptest! {
    #[test]
    fn no_answer_migrates_without_proof(
        answer in any_answer(), user in any_user(), rules in any_rules(), typed in any_value(),
    ) {
        let evidence = Evidence::of(&answer, &rules).map_err(Failure::Rejected);
        let Ok(migration) = decide(&rules, &typed, evidence, Ok(&user)) else { return Ok(()) };
        let response = migration.into_response();
        let confirmed = response.get("finalUserStatus").is_some();
        let by_challenge = |name: &str| match (MFA_CHALLENGES.contains(&name), name) {
            (true, _) => rules.mfa_users == MfaUsers::Migrate && confirmed,
            (_, "NEW_PASSWORD_REQUIRED") => rules.temporary_passwords == TemporaryPasswords::Reset && !confirmed,
            _ => false,
        };
        let proved = match (answer.tokens, &answer.challenge) {
            (true, None) => confirmed,
            (false, Some(name)) => by_challenge(name),
            _ => false,
        };
        prop_assert!(proved);
        check(&rules, &user, &serde_json::Value::Object(response))?;
    }

    #[test]
    fn a_forgotten_password_migrates_no_user_without_a_verified_contact(
        user in any_user(), rules in any_rules(), typed in any_value(),
    ) {
        let Ok(migration) = decide(&rules, &typed, Ok(Evidence::PendingCode), Ok(&user)) else { return Ok(()) };
        let response = serde_json::Value::Object(migration.into_response());
        prop_assert!(matches!(user.status, Status::Confirmed | Status::ResetRequired));
        prop_assert!(response.get("finalUserStatus").is_none());
        let attributes = &response["userAttributes"];
        prop_assert!(attributes["email_verified"] == "true" || attributes["phone_number_verified"] == "true");
        check(&rules, &user, &response)?;
    }
}

/// The invariants of every migration.
fn check(rules: &Rules, user: &OldUser, response: &serde_json::Value) -> Result<(), TestCaseError> {
    prop_assert!(user.enabled);
    prop_assert!(!(user.has_mfa && rules.mfa_users == MfaUsers::Refuse));
    prop_assert!(response.get("forceAliasCreation").is_none());
    let attributes = response["userAttributes"].as_object().expect("attributes");
    prop_assert!(!attributes.is_empty());
    prop_assert!(rules.names.new_usernames.is_empty() || !attributes.contains_key("username"));
    prop_assert!(
        attributes
            .values()
            .all(|value| value.as_str().is_some_and(|value| !value.is_empty()))
    );
    prop_assert!(!attributes.contains_key("sub"));
    for (contact, flag) in [
        ("email", "email_verified"),
        ("phone_number", "phone_number_verified"),
    ] {
        prop_assert!(!attributes.contains_key(flag) || attributes.contains_key(contact));
        let value = attributes.get(flag).and_then(serde_json::Value::as_str);
        prop_assert!(value.is_none_or(|value| ["true", "false"].contains(&value)));
    }
    let by_sms = response.get("enableSMSMFA").is_some();
    prop_assert!(!by_sms || (rules.sms_mfa && attributes.contains_key("phone_number")));
    Ok(())
}
