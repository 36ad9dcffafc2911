//! The forecast of a user, and that it agrees with the decision at a sign-in.

use proptest::prelude::*;

use super::{forecast, forecast_reset};
use crate::attributes::Mapping;
use crate::decision::tests::fuzz::{any_rules, any_user};
use crate::decision::{Answer, Evidence, OldUser, Status, decide};
use crate::reasons::{Failure, Rejection};
use crate::settings::{ForgotPassword, MfaUsers, Rules, TemporaryPasswords};
use crate::usernames::NameRules;

fn rules(names: NameRules) -> Rules {
    let attributes = ["email", "email_verified", "preferred_username"].map(|name| Mapping {
        old: name.into(),
        new: name.into(),
    });
    Rules {
        attributes: attributes.to_vec(),
        recovery: vec!["email"],
        recovery_without_sender: Vec::new(),
        names,
        ..Rules::default()
    }
}

fn user() -> OldUser {
    let attributes = [("email", "e@x"), ("email_verified", "true"), ("sub", "s")];
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

fn unverified() -> OldUser {
    let mut user = user();
    user.attributes[1].1 = "false".into();
    user
}

#[test]
fn the_status_decides_before_the_name() {
    let rules = rules(NameRules::default());
    let with = |status| OldUser { status, ..user() };
    let disabled = OldUser {
        enabled: false,
        ..with(Status::Unconfirmed)
    };
    let rows = [
        (user(), Ok("ann")),
        (disabled, Err(Rejection::Disabled)),
        (with(Status::Unconfirmed), Err(Rejection::NotConfirmed)),
        (with(Status::ResetRequired), Err(Rejection::ResetRequired)),
        (with(Status::External), Err(Rejection::External)),
        (with(Status::Inactive), Err(Rejection::Inactive)),
        (with(Status::Other), Ok("ann")),
        (
            with(Status::TemporaryPassword),
            Err(Rejection::TemporaryPassword),
        ),
    ];
    for (user, wanted) in rows {
        assert_eq!(forecast(&rules, &[], &user), wanted, "{:?}", user.status);
    }
}

#[test]
fn a_password_reset_request_migrates_users_who_have_had_a_password() {
    let mut rules = rules(NameRules::default());
    let with = |status| OldUser { status, ..user() };
    let rows = [
        (Status::Confirmed, Ok("ann")),
        (Status::ResetRequired, Ok("ann")),
        (Status::Unconfirmed, Err(Rejection::NotConfirmed)),
        (Status::TemporaryPassword, Err(Rejection::TemporaryPassword)),
        (Status::External, Err(Rejection::External)),
        (Status::Inactive, Err(Rejection::Inactive)),
        (Status::Other, Err(Rejection::NotConfirmed)),
    ];
    for (status, wanted) in rows {
        assert_eq!(forecast_reset(&rules, &[], &with(status)), wanted);
    }
    let unverified = OldUser {
        status: Status::ResetRequired,
        ..unverified()
    };
    let no_contact = Err(Rejection::NoVerifiedContact);
    assert_eq!(forecast_reset(&rules, &[], &unverified), no_contact);
    rules.forgot_password = ForgotPassword::Refuse;
    let refused = Err(Rejection::ForgotPassword);
    assert_eq!(
        forecast_reset(&rules, &[], &with(Status::ResetRequired)),
        refused
    );
}

#[test]
fn a_user_without_migrated_attributes_needs_a_username() {
    let with = |names| Rules {
        attributes: Vec::new(),
        ..rules(names)
    };
    assert_eq!(
        forecast(&with(NameRules::default()), &[], &user()),
        Ok("ann")
    );
    let generated = with(NameRules {
        new_usernames: vec!["email"],
        ..NameRules::default()
    });
    let rejected = Err(Rejection::NoAttributes);
    assert_eq!(forecast(&generated, &["email"], &user()), rejected);
}

#[test]
fn the_options_decide_about_mfa_and_temporary_passwords() {
    let mut rules = rules(NameRules::default());
    let temporary = |mut user: OldUser| {
        user.status = Status::TemporaryPassword;
        user
    };
    rules.temporary_passwords = TemporaryPasswords::Reset;
    assert_eq!(forecast(&rules, &[], &temporary(user())), Ok("ann"));
    let without = forecast(&rules, &[], &temporary(unverified())).err();
    assert_eq!(without, Some(Rejection::NoVerifiedContact));
    let with_mfa = OldUser {
        has_mfa: true,
        ..user()
    };
    for (mfa_users, mfa_required, wanted) in [
        (MfaUsers::None, false, Ok("ann")),
        (MfaUsers::Refuse, false, Err(Rejection::Mfa)),
        (MfaUsers::Migrate, false, Ok("ann")),
        (MfaUsers::Migrate, true, Ok("ann")),
    ] {
        rules.mfa_users = mfa_users;
        rules.mfa_required = mfa_required;
        assert_eq!(forecast(&rules, &[], &with_mfa), wanted, "{mfa_users:?}");
    }
    rules.mfa_users = MfaUsers::Refuse;
    assert_eq!(forecast(&rules, &[], &user()), Err(Rejection::Mfa));
}

/// The names of both pools, the aliases of the old one, the user, and the forecast.
type Row<'a> = (
    NameRules,
    &'a [&'a str],
    OldUser,
    Result<&'a str, Rejection>,
);

/// Usernames in the old pool and email in the new one: nobody can be migrated, unless the old pool
/// resolves the verified email too.
#[test]
fn one_name_must_exist_in_both_pools() {
    let email = || vec!["email"];
    let new_email = || NameRules {
        new_usernames: email(),
        ..NameRules::default()
    };
    let old_email = |names| NameRules {
        old_usernames: email(),
        ..names
    };
    let name = Err(Rejection::Name);
    let rows: [Row; 8] = [
        (new_email(), &[], user(), name),
        (new_email(), &["email"], user(), Ok("e@x")),
        (new_email(), &["email"], unverified(), name),
        (new_email(), &["phone_number"], user(), name),
        (old_email(new_email()), &[], user(), Ok("e@x")),
        // In a pool with email as the username, an unverified email is the username too.
        (old_email(new_email()), &[], unverified(), Ok("e@x")),
        (old_email(NameRules::default()), &[], user(), Ok("e@x")),
        (NameRules::default(), &["email"], unverified(), Ok("ann")),
    ];
    for (names, old_aliases, user, wanted) in rows {
        let got = forecast(&rules(names.clone()), old_aliases, &user);
        assert_eq!(got, wanted, "{names:?} {old_aliases:?}");
    }
}

/// The old pool's answer to the right password, written down here a second time.
fn answer(rules: &Rules, user: &OldUser) -> Answer {
    let challenge = match user.status {
        Status::TemporaryPassword => Some("NEW_PASSWORD_REQUIRED"),
        _ if rules.mfa_users == MfaUsers::None => None,
        _ if user.has_sms_mfa => Some("SMS_MFA"),
        _ if user.has_mfa || rules.mfa_required => Some("SOFTWARE_TOKEN_MFA"),
        _ => None,
    };
    Answer {
        tokens: challenge.is_none(),
        challenge: challenge.map(str::to_owned),
    }
}

proptest! {
    #[test]
    fn a_sign_in_migrates_every_user_with_a_positive_forecast(
        rules in any_rules(), user in any_user(), aliases in 0_usize..4, mfa_required in any::<bool>(),
    ) {
        let rules = Rules { mfa_required, ..rules };
        let aliases = &["email", "phone_number", "preferred_username"][..aliases.min(3)];
        let decided = |typed: &str| {
            let evidence = Evidence::of(&answer(&rules, &user), &rules).map_err(Failure::Rejected);
            decide(&rules, typed, evidence, Ok(&user)).err()
        };
        if let Ok(typed) = forecast_reset(&rules, aliases, &user) {
            prop_assert!(decide(&rules, typed, Ok(Evidence::PendingCode), Ok(&user)).is_ok());
        }
        match forecast(&rules, aliases, &user) {
            Ok(typed) => prop_assert_eq!(decided(typed), None),
            // None of the names that such a pool could resolve would migrate the user.
            Err(_) if user.blocker().is_none() && rules.names.old_usernames.is_empty() => {
                prop_assert!(decided(&user.username).is_some());
            }
            Err(_) => {}
        }
    }
}
