//! The tables of the decision, row by row, under each setting.

use serde_json::{Value, json};

use super::{Answer, Evidence, OldUser, decide};
use crate::attributes::Mapping;
use crate::reasons::{Failure, Fault, Rejection};
use crate::settings::{ForgotPassword, MfaUsers, Rules, TemporaryPasswords};
use crate::usernames::NameRules;

mod fuzz;

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
        confirmed: true,
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

/// Both halves of the table, as a sign-in goes through them.
fn sign_in(rules: &Rules, answer: &Answer, user: OldUser) -> Result<Value, Rejection> {
    on(rules, Evidence::of(answer, rules), user)
}

fn on(
    rules: &Rules,
    evidence: Result<Evidence, Rejection>,
    user: OldUser,
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
        // What tokens came for needs no other proof.
        let odd = OldUser {
            confirmed: false,
            attributes: Vec::new(),
            ..user()
        };
        assert!(sign_in(&rules, &answer(true, None), odd).is_ok());
    }
}

#[test]
fn what_proves_no_password_is_rejected_under_every_setting() {
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
fn attack_tokens_beside_a_challenge() {
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
        // Adaptive authentication may have skipped the second factor; a mailbox does not stand for one.
        let with_mfa = || OldUser {
            has_mfa: true,
            ..user()
        };
        let by_code = on(&rules, Ok(Evidence::CodeToCome), with_mfa());
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
        let unproved = || OldUser {
            confirmed: false,
            ..user()
        };
        if rules.temporary_passwords == TemporaryPasswords::Refuse {
            assert_eq!(with(unproved()), Err(Rejection::TemporaryPassword));
            continue;
        }
        let response = with(unproved());
        assert_eq!(
            response,
            Ok(to_reset()),
            "without a final status Cognito wants a reset"
        );
        let without = OldUser {
            confirmed: false,
            ..without_contact()
        };
        assert_eq!(with(without), Err(Rejection::NoVerifiedContact));
        let disabled = OldUser {
            enabled: false,
            ..unproved()
        };
        assert_eq!(with(disabled), Err(Rejection::Disabled));
        let with_mfa = OldUser {
            has_mfa: true,
            ..unproved()
        };
        let rejected = rules.mfa_users != MfaUsers::None;
        assert_eq!(with(with_mfa).err(), rejected.then_some(Rejection::Mfa));
    }
}

#[test]
fn attack_disabled_user_by_forgot_password() {
    for rules in every_rules() {
        let with = |user| on(&rules, Ok(Evidence::CodeToCome), user);
        assert_eq!(with(user()), Ok(to_reset()));
        assert_eq!(
            with(OldUser {
                enabled: false,
                ..user()
            }),
            Err(Rejection::Disabled)
        );
        assert_eq!(
            with(OldUser {
                confirmed: false,
                ..user()
            }),
            Err(Rejection::NotConfirmed)
        );
        assert_eq!(with(without_contact()), Err(Rejection::NoVerifiedContact));
        assert_eq!(
            with(OldUser {
                attributes: Vec::new(),
                ..user()
            }),
            Err(Rejection::NoVerifiedContact)
        );
        // Verified in the old pool is not enough: it must go along, and with its flag.
        for kept in ["phone_number", "email", "email_verified"] {
            let mut rules = rules.clone();
            rules.attributes.retain(|mapping| mapping.old == kept);
            let got = on(&rules, Ok(Evidence::CodeToCome), user());
            assert_eq!(got, Err(Rejection::NoVerifiedContact), "{kept}");
        }
    }
}

#[test]
fn sms_codes_go_on_where_they_were_and_can_be() {
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
fn the_username_goes_along_in_a_pool_with_aliases() {
    let mut rules = rules(MfaUsers::None, TemporaryPasswords::Refuse);
    rules.names.new_aliases = vec!["email"];
    let both = [Evidence::Tokens, Evidence::CodeToCome];
    for evidence in both {
        let migration = decide(&rules, "E@X", Ok(evidence), Ok(user()));
        let Ok(migration) = migration else {
            panic!("{evidence:?}")
        };
        assert!(
            migration.attribute_names().all(|name| name != "username"),
            "it is no attribute"
        );
        assert_eq!(
            migration.into_response()["userAttributes"]["username"],
            "ann"
        );
        let other = decide(&rules, "bob", Ok(evidence), Ok(user())).err();
        assert_eq!(other, Some(Failure::Rejected(Rejection::Name)));
    }
}

#[test]
fn a_fault_comes_before_a_rejection_and_the_passwords_before_the_users() {
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
        assert_eq!(decide(&rules, "ann", evidence, user).err(), Some(wanted));
    }
}

/// In a pool that requires it, a phone number is a second factor that no setting of the user shows.
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
    for evidence in [Evidence::CodeToCome, Evidence::TemporaryPassword] {
        let stays = [
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
        for (rules, user) in stays {
            assert_eq!(on(&rules, Ok(evidence), user), Err(Rejection::Mfa));
        }
        // The phone goes on asking for its code, and the mailbox gets the other.
        let moved = on(&required(MfaUsers::Migrate, true), Ok(evidence), user());
        assert_eq!(moved.expect("a user")["enableSMSMFA"], true);
    }
}

/// A user to whom the new pool sends no code would be kept out for good, by whoever knows the name.
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
    for evidence in [Evidence::CodeToCome, Evidence::TemporaryPassword] {
        for (kinds, user, comes) in [
            (&["email"][..], user(), true),
            (&["phone_number"], user(), false),
            (&[], user(), false),
            (&["email"], by_phone("true"), false),
            (&["phone_number"], by_phone("true"), true),
            (&["phone_number"], by_phone("false"), false),
        ] {
            let answer = on(&recovery(kinds), Ok(evidence), user);
            assert_eq!(answer.is_ok(), comes, "{kinds:?}");
        }
        // The phone that asks for the second factor gets no code for the first.
        let mut phone = by_phone("true");
        phone.has_mfa = true;
        phone.has_sms_mfa = true;
        let rules = Rules {
            sms_mfa: true,
            ..rules(MfaUsers::Migrate, TemporaryPasswords::Reset)
        };
        assert_eq!(
            on(&rules, Ok(evidence), phone),
            Err(Rejection::NoVerifiedContact)
        );
    }
}

#[test]
fn a_forgotten_password_can_be_rejected_altogether() {
    let rules = Rules {
        forgot_password: ForgotPassword::Refuse,
        ..rules(MfaUsers::None, TemporaryPasswords::Reset)
    };
    assert_eq!(
        Evidence::of_forgotten(&rules),
        Err(Rejection::ForgotPassword)
    );
}
