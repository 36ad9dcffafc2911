//! The function reads the same rules that setup writes.

use proptest::prelude::*;

use super::*;

fn some_of(all: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(all, 0..=all.len())
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let mapping = ("[a-z:_]{1,20}", "[a-z:_]{1,20}").prop_map(|(old, new)| Mapping { old, new });
    let words = (
        prop::sample::select(&[MfaUsers::None, MfaUsers::Refuse, MfaUsers::Migrate][..]),
        prop::sample::select(&[TemporaryPasswords::Refuse, TemporaryPasswords::Reset][..]),
        prop::sample::select(&[ForgotPassword::Refuse, ForgotPassword::Migrate][..]),
    );
    let names = (
        some_of(&USERNAMES),
        some_of(&USERNAMES),
        some_of(&ALIASES),
        any::<bool>(),
    );
    let flags = any::<[bool; 4]>();
    let attributes = (
        prop::collection::vec(mapping, 0..8),
        prop::collection::vec("[a-z:_]{1,20}", 0..8),
    );
    let recovery = (some_of(&CONTACTS), some_of(&CONTACTS));
    (attributes, words, recovery, names, flags).prop_map(
        |(
            (attributes, dropped),
            (mfa_users, temporary_passwords, forgot_password),
            (recovery, recovery_without_sender),
            names,
            flags,
        )| {
            let [mfa_required, old_triggers, sms_mfa, old_case_sensitive] = flags;
            let (old_usernames, new_usernames, new_aliases, case_sensitive) = names;
            Rules {
                attributes,
                dropped,
                mfa_users,
                temporary_passwords,
                forgot_password,
                mfa_required,
                old_triggers,
                recovery,
                recovery_without_sender,
                sms_mfa,
                names: NameRules {
                    old_usernames,
                    new_usernames,
                    new_aliases,
                    old_case_sensitive,
                    case_sensitive,
                },
            }
        },
    )
}

proptest! {
    #[test]
    fn rules_round_trip_through_the_environment(rules in any_rules()) {
        let variables = rules.to_env();
        let read = Rules::from_env(|name| variables.get(name).cloned());
        prop_assert_eq!(read, Ok(rules));
        // An empty variable would look like a mistake. An empty list of attributes is valid.
        for (name, value) in &variables {
            prop_assert!(name == env::ATTRIBUTES || !value.is_empty());
        }
    }
}

#[test]
fn a_code_round_trips() {
    for (code, value) in MFA_USERS {
        assert_eq!(MfaUsers::of_code(code.expect("a code")), Some(*value));
    }
    for (code, value) in TEMPORARY_PASSWORDS {
        let read = TemporaryPasswords::of_code(code.expect("a code"));
        assert_eq!(read, Some(*value));
    }
    for (code, value) in FORGOT_PASSWORD {
        assert_eq!(ForgotPassword::of_code(code.expect("a code")), Some(*value));
    }
    assert_eq!(MfaUsers::of_code("ask"), None);
}
