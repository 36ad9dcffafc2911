//! The tables of the decision, under each setting.

use serde_json::{Value, json};

use super::{Answer, Evidence, OldUser, Status, decide, explain};
use crate::attributes::Mapping;
use crate::reasons::{Failure, Fault, Rejection};
use crate::settings::{ForgotPassword, MfaUsers, Rules, TemporaryPasswords};
use crate::usernames::NameRules;

pub mod fuzz;

const MFA: [MfaUsers; 3] = [MfaUsers::None, MfaUsers::Refuse, MfaUsers::Migrate];
const TEMPORARY: [TemporaryPasswords; 2] = [TemporaryPasswords::Refuse, TemporaryPasswords::Reset];

fn rules(mfa_users: MfaUsers, temporary_passwords: TemporaryPasswords) -> Rules {
    let names = [
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
    ];
    Rules {
        dropped: Vec::new(),
        attributes: names
            .map(|name| Mapping {
                old: name.into(),
                new: name.into(),
            })
            .to_vec(),
        mfa_users,
        temporary_passwords,
        forgot_password: ForgotPassword::Migrate,
        mfa_required: false,
        old_triggers: false,
        recovery: vec!["email", "phone_number"],
        recovery_without_sender: Vec::new(),
        sms_mfa: false,
        names: NameRules::default(),
    }
}

fn every_rules() -> Vec<Rules> {
    let pairs = MFA
        .into_iter()
        .flat_map(|mfa| TEMPORARY.map(|temporary| (mfa, temporary)));
    pairs
        .map(|(mfa, temporary)| rules(mfa, temporary))
        .collect()
}

fn user() -> OldUser {
    let attributes = [
        ("email", "e@x"),
        ("email_verified", "true"),
        ("phone_number", "+1"),
    ];
    OldUser {
        username: "ann".into(),
        enabled: true,
        status: Status::Confirmed,
        has_mfa: false,
        has_sms_mfa: false,
        attributes: attributes
            .map(|(name, value)| (name.into(), value.into()))
            .to_vec(),
    }
}

fn without_contact() -> OldUser {
    let mut user = user();
    user.attributes[1].1 = "false".into();
    user
}

fn answer(tokens: bool, challenge: Option<&str>) -> Answer {
    Answer {
        tokens,
        challenge: challenge.map(str::to_owned),
    }
}

/// Decides on a sign-in, from the old pool's response to the password.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the rows of tables are values"
)]
fn sign_in(rules: &Rules, answer: &Answer, user: OldUser) -> Result<Value, Rejection> {
    decided(rules, Evidence::of(answer, rules), &user)
}

fn decided(
    rules: &Rules,
    evidence: Result<Evidence, Rejection>,
    user: &OldUser,
) -> Result<Value, Rejection> {
    match decide(rules, "ann", evidence.map_err(Failure::Rejected), Ok(user)) {
        Ok(migration) => Ok(Value::Object(migration.into_response())),
        Err(Failure::Rejected(rejection)) => Err(rejection),
        Err(Failure::Fault(fault)) => panic!("{fault:?}"),
    }
}

fn confirmed() -> Value {
    let mut response = to_reset();
    response["finalUserStatus"] = json!("CONFIRMED");
    response
}

fn to_reset() -> Value {
    let attributes = json!({"email": "e@x", "email_verified": "true", "phone_number": "+1"});
    json!({"userAttributes": attributes, "messageAction": "SUPPRESS"})
}

#[test]
fn tokens_migrate_under_every_setting() {
    for rules in every_rules() {
        assert_eq!(
            sign_in(&rules, &answer(true, None), user()),
            Ok(confirmed())
        );
        let disabled = OldUser {
            enabled: false,
            ..user()
        };
        assert_eq!(
            sign_in(&rules, &answer(true, None), disabled),
            Err(Rejection::Disabled)
        );
        // Tokens need no other evidence.
        let unconfirmed = OldUser {
            status: Status::Unconfirmed,
            attributes: Vec::new(),
            ..user()
        };
        assert!(sign_in(&rules, &answer(true, None), unconfirmed).is_ok());
    }
}

#[test]
fn responses_without_proof_of_the_password_are_rejected_under_every_setting() {
    let challenges = "CUSTOM_CHALLENGE SELECT_CHALLENGE PASSWORD PASSWORD_SRP PASSWORD_VERIFIER DEVICE_SRP_AUTH \
        DEVICE_PASSWORD_VERIFIER ADMIN_NO_SRP_AUTH WEB_AUTHN SMS_OTP SOMETHING_NEW sms_mfa SMS_MFA_2 \
        new_password_required";
    for rules in every_rules() {
        for name in challenges.split_whitespace().chain([""]) {
            let got = sign_in(&rules, &answer(false, Some(name)), user());
            assert_eq!(got, Err(Rejection::Challenge), "{name}");
        }
        let got = sign_in(&rules, &answer(false, None), user());
        assert_eq!(got, Err(Rejection::UnknownAnswer));
    }
}

#[test]
fn attack_tokens_together_with_a_challenge() {
    for rules in every_rules() {
        for name in ["SMS_MFA", "NEW_PASSWORD_REQUIRED", "SOMETHING_NEW", ""] {
            let got = sign_in(&rules, &answer(true, Some(name)), user());
            assert_eq!(got, Err(Rejection::Challenge), "{name}");
        }
    }
}

#[test]
fn attack_mfa_bypass() {
    let challenges = [
        "SMS_MFA",
        "SOFTWARE_TOKEN_MFA",
        "EMAIL_OTP",
        "SELECT_MFA_TYPE",
        "MFA_SETUP",
    ];
    for rules in every_rules() {
        for name in challenges {
            let wanted = match rules.mfa_users {
                MfaUsers::Migrate => Ok(confirmed()),
                MfaUsers::None | MfaUsers::Refuse => Err(Rejection::Mfa),
            };
            let got = sign_in(&rules, &answer(false, Some(name)), user());
            assert_eq!(got, wanted, "{name}");
        }
        // Adaptive authentication may have skipped MFA. A code by email doesn't replace it.
        let with_mfa = || OldUser {
            has_mfa: true,
            ..user()
        };
        let by_code = decided(&rules, Ok(Evidence::PendingCode), &with_mfa());
        let by_tokens = sign_in(&rules, &answer(true, None), with_mfa());
        let wanted = |rejected: bool, response| {
            if rejected {
                Err(Rejection::Mfa)
            } else {
                Ok(response)
            }
        };
        let mfa = rules.mfa_users;
        let by_tokens_wanted = wanted(mfa == MfaUsers::Refuse, confirmed());
        assert_eq!(by_tokens, by_tokens_wanted, "{mfa:?}");
        assert_eq!(
            by_code,
            wanted(mfa != MfaUsers::None, to_reset()),
            "{mfa:?}"
        );
    }
}

#[test]
fn attack_temporary_password_made_permanent() {
    let challenge = answer(false, Some("NEW_PASSWORD_REQUIRED"));
    for rules in every_rules() {
        let with = |user| sign_in(&rules, &challenge, user);
        let unconfirmed = || OldUser {
            status: Status::Unconfirmed,
            ..user()
        };
        if rules.temporary_passwords == TemporaryPasswords::Refuse {
            assert_eq!(with(unconfirmed()), Err(Rejection::TemporaryPassword));
            continue;
        }
        let response = with(unconfirmed());
        assert_eq!(
            response,
            Ok(to_reset()),
            "without finalUserStatus, Cognito requires a password reset"
        );
        let without = OldUser {
            status: Status::Unconfirmed,
            ..without_contact()
        };
        assert_eq!(with(without), Err(Rejection::NoVerifiedContact));
        let disabled = OldUser {
            enabled: false,
            ..unconfirmed()
        };
        assert_eq!(with(disabled), Err(Rejection::Disabled));
        let with_mfa = OldUser {
            has_mfa: true,
            ..unconfirmed()
        };
        let rejected = rules.mfa_users != MfaUsers::None;
        assert_eq!(with(with_mfa).err(), rejected.then_some(Rejection::Mfa));
    }
}

#[test]
fn attack_disabled_user_by_forgot_password() {
    for rules in every_rules() {
        let with = |user: OldUser| decided(&rules, Ok(Evidence::PendingCode), &user);
        assert_eq!(with(user()), Ok(to_reset()));
        assert_eq!(
            with(OldUser {
                enabled: false,
                ..user()
            }),
            Err(Rejection::Disabled)
        );
        for (status, wanted) in [
            (Status::ResetRequired, Ok(to_reset())),
            (Status::Unconfirmed, Err(Rejection::NotConfirmed)),
            (Status::TemporaryPassword, Err(Rejection::TemporaryPassword)),
            (Status::External, Err(Rejection::External)),
            (Status::Inactive, Err(Rejection::Inactive)),
            (Status::Other, Err(Rejection::NotConfirmed)),
        ] {
            let got = with(OldUser { status, ..user() });
            assert_eq!(got, wanted, "{status:?}");
        }
        assert_eq!(with(without_contact()), Err(Rejection::NoVerifiedContact));
        let reset = OldUser {
            status: Status::ResetRequired,
            ..without_contact()
        };
        assert_eq!(with(reset), Err(Rejection::NoVerifiedContact));
        assert_eq!(
            with(OldUser {
                attributes: Vec::new(),
                ..user()
            }),
            Err(Rejection::NoVerifiedContact)
        );
        // A contact that is verified in the old pool must be migrated together with its flag.
        for kept in ["phone_number", "email", "email_verified"] {
            let mut rules = rules.clone();
            rules.attributes.retain(|mapping| mapping.old == kept);
            let got = decided(&rules, Ok(Evidence::PendingCode), &user());
            assert_eq!(got, Err(Rejection::NoVerifiedContact), "{kept}");
        }
    }
}

#[test]
fn sms_mfa_is_enabled_if_the_user_had_it_and_the_new_pool_supports_it() {
    let by_sms = OldUser {
        has_mfa: true,
        has_sms_mfa: true,
        ..user()
    };
    let by_app = OldUser {
        has_mfa: true,
        ..user()
    };
    let without_phone = OldUser {
        attributes: user().attributes.into_iter().take(2).collect(),
        ..by_sms.clone()
    };
    let (tokens, sms, app) = (
        answer(true, None),
        answer(false, Some("SMS_MFA")),
        answer(false, Some("EMAIL_OTP")),
    );
    let rows = [
        (&tokens, &by_sms, true),
        (&sms, &by_sms, true),
        (&sms, &user(), true),
        (&app, &by_sms, true),
        (&app, &by_app, false),
        (&tokens, &by_app, false),
        (&tokens, &user(), false),
        (&sms, &without_phone, false),
        (&tokens, &without_phone, false),
    ];
    for (answer, user, wanted) in rows {
        for mfa in MFA {
            for sms_mfa in [true, false] {
                let rules = Rules {
                    sms_mfa,
                    ..rules(mfa, TemporaryPasswords::Refuse)
                };
                let Ok(response) = sign_in(&rules, answer, user.clone()) else {
                    assert_ne!(mfa, MfaUsers::Migrate);
                    continue;
                };
                let set = response
                    .get("enableSMSMFA")
                    .map(|value| assert_eq!(value, true))
                    .is_some();
                assert_eq!(set, wanted && sms_mfa && mfa == MfaUsers::Migrate);
            }
        }
    }
}

#[test]
fn attack_alias_takeover() {
    for rules in every_rules() {
        for tokens in [
            answer(true, None),
            answer(false, Some("SMS_MFA")),
            answer(false, Some("NEW_PASSWORD_REQUIRED")),
        ] {
            let Ok(response) = sign_in(&rules, &tokens, user()) else {
                continue;
            };
            let names: Vec<_> = response
                .as_object()
                .expect("members")
                .keys()
                .cloned()
                .collect();
            assert!(
                !names.contains(&"forceAliasCreation".to_owned()),
                "{names:?}"
            );
        }
    }
}

#[test]
fn the_response_sets_the_username_in_a_pool_with_aliases() {
    let mut rules = rules(MfaUsers::None, TemporaryPasswords::Refuse);
    rules.names.new_aliases = vec!["email"];
    let both = [Evidence::Tokens, Evidence::PendingCode];
    for evidence in both {
        let migration = decide(&rules, "E@X", Ok(evidence), Ok(&user()));
        let Ok(migration) = migration else {
            panic!("{evidence:?}")
        };
        assert!(
            migration.attribute_names().all(|name| name != "username"),
            "it isn't an attribute"
        );
        assert_eq!(
            migration.into_response()["userAttributes"]["username"],
            "ann"
        );
        let other = decide(&rules, "bob", Ok(evidence), Ok(&user())).err();
        assert_eq!(other, Some(Failure::Rejected(Rejection::Name)));
    }
}

#[test]
fn a_fault_has_priority_over_a_rejection_and_the_password_over_the_user() {
    let rules = rules(MfaUsers::None, TemporaryPasswords::Refuse);
    let (rejected, fault) = (
        Failure::Rejected(Rejection::NotAuthorized),
        Failure::Fault(Fault::Internal),
    );
    let (unknown, throttled) = (
        Failure::Rejected(Rejection::UnknownUser),
        Failure::Fault(Fault::Throttled),
    );
    let rows = [
        (Err(rejected), Ok(user()), rejected),
        (Err(rejected), Err(unknown), rejected),
        (Err(rejected), Err(throttled), throttled),
        (Err(fault), Ok(user()), fault),
        (Err(fault), Err(unknown), fault),
        (Ok(Evidence::Tokens), Err(unknown), unknown),
        (Ok(Evidence::Tokens), Err(throttled), throttled),
    ];
    for (evidence, user, wanted) in rows {
        let user = user.as_ref().map_err(|failure| *failure);
        assert_eq!(decide(&rules, "ann", evidence, user).err(), Some(wanted));
    }
}

/// If a pool requires MFA, it uses the phone number for SMS MFA, and the user's MFA settings don't
/// show it.
#[test]
fn attack_mfa_bypass_by_a_forgotten_password() {
    let required = |mfa, sms_mfa| Rules {
        mfa_required: true,
        sms_mfa,
        ..rules(mfa, TemporaryPasswords::Reset)
    };
    let by_app = OldUser {
        has_mfa: true,
        ..user()
    };
    let by_sms = OldUser {
        has_sms_mfa: true,
        ..by_app.clone()
    };
    for evidence in [Evidence::PendingCode, Evidence::TemporaryPassword] {
        let rejected = [
            (required(MfaUsers::Refuse, true), user()),
            (required(MfaUsers::Migrate, false), user()),
            (required(MfaUsers::Migrate, true), by_app.clone()),
            (
                rules(MfaUsers::Migrate, TemporaryPasswords::Reset),
                by_app.clone(),
            ),
            (
                rules(MfaUsers::Migrate, TemporaryPasswords::Reset),
                by_sms.clone(),
            ),
        ];
        for (rules, user) in rejected {
            assert_eq!(decided(&rules, Ok(evidence), &user), Err(Rejection::Mfa));
        }
        // The phone receives the MFA code, and the email address receives the reset code.
        let rules = required(MfaUsers::Migrate, true);
        let migrated = decided(&rules, Ok(evidence), &user());
        assert_eq!(migrated.expect("a user")["enableSMSMFA"], true);
    }
}

/// Without a contact for the code, a migrated user could never sign in again. Anyone who knows the
/// username could cause this.
#[test]
fn attack_stranding_by_a_forgotten_password() {
    let by_phone = |flag: &str| {
        let mut user = user();
        user.attributes[1].1 = "false".into();
        user.attributes
            .push(("phone_number_verified".into(), flag.into()));
        user
    };
    let recovery = |kinds: &[&'static str]| Rules {
        recovery: kinds.to_vec(),
        ..rules(MfaUsers::None, TemporaryPasswords::Reset)
    };
    for evidence in [Evidence::PendingCode, Evidence::TemporaryPassword] {
        for (kinds, user, migrated) in [
            (&["email"][..], user(), true),
            (&["phone_number"], user(), false),
            (&[], user(), false),
            (&["email"], by_phone("true"), false),
            (&["phone_number"], by_phone("true"), true),
            (&["phone_number"], by_phone("false"), false),
        ] {
            let decision = decided(&recovery(kinds), Ok(evidence), &user);
            assert_eq!(decision.is_ok(), migrated, "{kinds:?}");
        }
        // Cognito doesn't fall back to email if it can't send the code by SMS.
        let without_sms = Rules {
            recovery_without_sender: vec!["phone_number"],
            ..recovery(&["email"])
        };
        let mut both = user();
        for (name, value) in [
            ("phone_number", "+15550100"),
            ("phone_number_verified", "true"),
        ] {
            both.attributes.retain(|(other, _)| other != name);
            both.attributes.push((name.into(), value.into()));
        }
        assert!(decided(&without_sms, Ok(evidence), &user()).is_ok());
        assert_eq!(
            decided(&without_sms, Ok(evidence), &both),
            Err(Rejection::NoVerifiedContact)
        );
        // A phone number that is used for SMS MFA receives no reset code.
        let mut phone = by_phone("true");
        phone.has_mfa = true;
        phone.has_sms_mfa = true;
        let rules = Rules {
            sms_mfa: true,
            ..rules(MfaUsers::Migrate, TemporaryPasswords::Reset)
        };
        assert_eq!(
            decided(&rules, Ok(evidence), &phone),
            Err(Rejection::NoVerifiedContact)
        );
    }
}

#[test]
fn all_users_who_forgot_their_password_can_be_rejected() {
    let rules = Rules {
        forgot_password: ForgotPassword::Refuse,
        ..rules(MfaUsers::None, TemporaryPasswords::Reset)
    };
    assert_eq!(
        Evidence::of_forgotten(&rules),
        Err(Rejection::ForgotPassword)
    );
}

/// Cognito takes a response without an attribute for a rejection.
#[test]
fn a_user_without_migrated_attributes_is_migrated_by_the_username_or_rejected() {
    let named = |old: &[&'static str], new: &[&'static str], aliases: &[&'static str]| NameRules {
        old_usernames: old.to_vec(),
        new_usernames: new.to_vec(),
        new_aliases: aliases.to_vec(),
        ..NameRules::default()
    };
    let none: &[(&str, &str)] = &[("sub", "s")];
    let email = &[("sub", "s"), ("email", "ann")];
    let none_migrated = &[("name", "Ann"), ("email", "")];
    let no_attributes = Err(Rejection::NoAttributes);
    let rows = [
        (named(&[], &[], &[]), none, "ann", Ok("ann")),
        (named(&[], &[], &[]), &[], "ann", Ok("ann")),
        (named(&[], &[], &[]), none_migrated, "ann", Ok("ann")),
        // Cognito creates the user with the typed name, and the response must repeat exactly it.
        (named(&[], &[], &[]), none, "ANN", Ok("ANN")),
        (named(&[], &[], &[]), none, "bob", Err(Rejection::Name)),
        (named(&[], &[], &["email"]), none, "ann", Ok("ann")),
        (named(&["email"], &[], &[]), email, "ann", Ok("ann")),
        (named(&[], &["email"], &[]), none, "ann", no_attributes),
        (
            named(&["email"], &["email"], &[]),
            email,
            "ann",
            no_attributes,
        ),
        (
            named(&[], &["phone_number"], &[]),
            none_migrated,
            "ann",
            no_attributes,
        ),
    ];
    for (names, attributes, typed, wanted) in rows {
        let user = OldUser {
            attributes: attributes
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            ..user()
        };
        for mut rules in every_rules() {
            rules.names = names.clone();
            rules.attributes = crate::settings::mappings("sub,phone_number").expect("mappings");
            let decided = decide(&rules, typed, Ok(Evidence::Tokens), Ok(&user));
            let decided = decided.map(|migration| {
                assert_eq!(migration.attribute_names().count(), 0);
                migration.into_response()["userAttributes"].clone()
            });
            let wanted = wanted.map(|name| json!({"username": name}));
            assert_eq!(
                decided,
                wanted.map_err(Failure::Rejected),
                "{names:?} {typed}"
            );
            // Nobody receives the code of a user without a contact.
            let by_code = decide(&rules, typed, Ok(Evidence::PendingCode), Ok(&user));
            let reason = Failure::Rejected(Rejection::NoVerifiedContact);
            assert_eq!(by_code.err(), Some(reason));
        }
    }
}

#[test]
fn the_log_tells_rejections_apart_that_the_old_pool_answers_alike() {
    use Rejection::{
        Disabled, External, Inactive, LockedOut, NotAuthorized, NotConfirmed, ResetRequired,
        UnknownUser, WrongPassword,
    };
    let rejected = Failure::Rejected;
    let with = |status| Some(Ok(OldUser { status, ..user() }));
    let disabled = OldUser {
        enabled: false,
        ..user()
    };
    let rows = [
        (with(Status::Confirmed), WrongPassword),
        (Some(Ok(disabled)), Disabled),
        (with(Status::Unconfirmed), NotConfirmed),
        (with(Status::ResetRequired), ResetRequired),
        (with(Status::External), External),
        (with(Status::Inactive), Inactive),
        // The temporary password is wrong or has expired.
        (with(Status::TemporaryPassword), NotAuthorized),
        (with(Status::Other), NotAuthorized),
        (Some(Err(rejected(UnknownUser))), UnknownUser),
        (Some(Err(rejected(Rejection::UnknownAnswer))), NotAuthorized),
        (Some(Err(Failure::Fault(Fault::TimedOut))), NotAuthorized),
        (None, NotAuthorized),
    ];
    for (user, wanted) in rows {
        let explained = explain(rejected(NotAuthorized), user.as_ref());
        assert_eq!(explained, rejected(wanted), "{user:?}");
        // Every other answer has its own reason.
        for failure in [rejected(LockedOut), Failure::Fault(Fault::Throttled)] {
            assert_eq!(explain(failure, user.as_ref()), failure);
        }
    }
}
