//! Which codes the new pool can send to users who are migrated with one.

use serde_json::{Value, json};

use super::*;
use crate::problem::Severity;

/// A new pool with these members instead of its own. A null removes a member.
fn pool(members: &Value) -> Value {
    let mut pool = with("SchemaAttributes", schema(&contacts()));
    for (name, value) in members.as_object().expect("members") {
        pool[name] = value.clone();
    }
    pool
}

/// Attributes for SMS.
fn contacts() -> [Value; 2] {
    let flag = json!({"Name": "phone_number_verified", "AttributeDataType": "Boolean"});
    [string("phone_number"), flag]
}

fn recovery(names: &[&str]) -> Value {
    let all = names.iter().zip(1..);
    let all = all.map(|(name, priority)| json!({"Name": name, "Priority": priority}));
    json!({"RecoveryMechanisms": all.collect::<Vec<_>>()})
}

fn checked_pool(members: &Value, handling: &UserHandling) -> Preflight {
    let mut old = pool(&json!({}));
    old["EstimatedNumberOfUsers"] = 12_000.into();
    checked(old, pool(members), handling)
}

const EMAIL: &str = "verified_email";
const PHONE: &str = "verified_phone_number";

const WITHOUT: &str = "recovery-without-sender";
const IMPOSSIBLE: &str = "recovery-impossible";
const LIMITED: &str = "recovery-emails-limited";

/// A new pool with these members has these contacts in the function's rules, and at most one problem.
struct Row {
    members: Value,
    contacts: &'static str,
    problem: &'static str,
    words: &'static [&'static str],
}

const fn row(
    members: Value,
    contacts: &'static str,
    problem: &'static str,
    words: &'static [&'static str],
) -> Row {
    Row {
        members,
        contacts,
        problem,
        words,
    }
}

impl Row {
    #[track_caller]
    fn holds(&self) {
        let Self {
            members, problem, ..
        } = self;
        let preflight = checked_pool(members, &UserHandling::default());
        let variables = preflight.rules.to_env();
        let rule = variables.get("NEW_RECOVERY").map(String::as_str);
        assert_eq!(rule.unwrap_or_default(), self.contacts, "{members}");
        assert_eq!(preflight.refusals, []);
        let is_blocker = *problem == IMPOSSIBLE;
        assert_eq!(preflight.blockers.len(), usize::from(is_blocker));
        let problems = [&preflight.warnings[..], &preflight.blockers[..]].concat();
        let ids: Vec<_> = problems.iter().map(|one| one.id).collect();
        assert_eq!(ids.concat(), *problem, "{members}");
        for problem in problems {
            assert_eq!(problem.severity, Severity::Lockout);
            let last = problem.remedy.last().map_or("", String::as_str);
            assert!(last.contains("--forgot-password refuse"), "{last}");
            for word in self.words {
                assert!(problem.words().contains(word), "{word}: {problem:?}");
            }
        }
    }
}

/// The `LambdaConfig` of a pool whose trigger sends the messages.
fn custom_sender(name: &str) -> Value {
    json!({name: {"LambdaArn": "arn:…", "LambdaVersion": "V1_0"}})
}

#[test]
fn email_counts_with_a_sender_and_is_limited_without_ses() {
    let by_email = || recovery(&[EMAIL]);
    let with =
        |email: Value| json!({"AccountRecoverySetting": by_email(), "EmailConfiguration": email});
    let from = json!({"EmailSendingAccount": "COGNITO_DEFAULT", "SourceArn": "arn:…", "From": "a"});
    let mut failing = with(json!({"EmailSendingAccount": "DEVELOPER"}));
    failing["EmailConfigurationFailure"] = "no identity".into();
    let mut by_trigger = failing.clone();
    by_trigger["LambdaConfig"] = custom_sender("CustomEmailSender");
    let words = &[
        "at most 50 emails a day",
        "about 12000 users",
        "DEVELOPER",
        "COGNITO_DEFAULT",
    ];
    let default = json!({"EmailSendingAccount": "COGNITO_DEFAULT"});
    let mut default_by_trigger = with(default.clone());
    default_by_trigger["LambdaConfig"] = custom_sender("CustomEmailSender");
    for row in [
        row(json!({}), "email,phone_number", "", &[]),
        row(with(default.clone()), "email", LIMITED, words),
        row(with(json!(null)), "email", LIMITED, words),
        row(with(json!({})), "email", LIMITED, words),
        row(with(from), "email", LIMITED, words),
        row(default_by_trigger, "email", "", &[]),
        row(
            failing,
            "",
            IMPOSSIBLE,
            &["by email, because its EmailConfigurationFailure is `no identity`"],
        ),
        row(by_trigger, "email", "", &[]),
        // The email sender doesn't matter if codes are only sent by SMS.
        row(
            json!({"AccountRecoverySetting": recovery(&[PHONE]), "EmailConfiguration": default}),
            "phone_number",
            "",
            &[],
        ),
    ] {
        row.holds();
    }
}

#[test]
fn sms_counts_only_with_a_sender() {
    let with =
        |sms: Value| json!({"AccountRecoverySetting": recovery(&[PHONE]), "SmsConfiguration": sms});
    let failure = "InvalidSmsRoleAccessPolicyException,SNSSandbox";
    let mut failing = with(json!({"SnsCallerArn": "arn:…"}));
    failing["SmsConfigurationFailure"] = failure.into();
    let mut by_trigger = with(json!(null));
    by_trigger["LambdaConfig"] = custom_sender("CustomSMSSender");
    let messaging = json!({"EumsSms": {"CallerArn": "arn:…"}});
    let none = &[
        "by SMS, because it has no SmsConfiguration",
        "set the SmsConfiguration",
    ];
    for row in [
        row(with(json!(null)), "", IMPOSSIBLE, none),
        row(with(json!({"ExternalId": "e"})), "", IMPOSSIBLE, none),
        row(with(messaging), "phone_number", "", &[]),
        row(by_trigger, "phone_number", "", &[]),
        row(
            failing,
            "",
            IMPOSSIBLE,
            &["AccessPolicyException,SNSSandbox", "In the SMS sandbox"],
        ),
    ] {
        row.holds();
    }
}

#[test]
fn of_two_mechanisms_the_one_without_a_sender_gives_a_warning() {
    let with =
        |setting: Value| json!({"AccountRecoverySetting": setting, "SmsConfiguration": null});
    let (email_first, sms_first) = (recovery(&[EMAIL, PHONE]), recovery(&[PHONE, EMAIL]));
    let sandbox =
        json!({"AccountRecoverySetting": sms_first, "SmsConfigurationFailure": "SNSSandbox"});
    let failing = json!({"AccountRecoverySetting": sms_first, "EmailConfigurationFailure": "x"});
    for row in [
        row(
            with(email_first),
            "email",
            WITHOUT,
            &[
                "verified phone_number and no verified email aren't migrated",
                "to verified_email alone",
            ],
        ),
        // Cognito doesn't fall back to email if a code can't be sent by SMS.
        row(
            sandbox,
            "email",
            WITHOUT,
            &[
                "SMS takes precedence",
                "In the SMS sandbox",
                "to verified_email alone",
            ],
        ),
        // Without the setting, SMS takes precedence too.
        row(
            with(json!(null)),
            "email",
            WITHOUT,
            &["SMS takes precedence"],
        ),
        row(
            failing,
            "phone_number",
            WITHOUT,
            &[
                "by email (verified_email)",
                "to verified_phone_number alone",
            ],
        ),
        row(
            json!({"SmsConfiguration": null, "EmailConfigurationFailure": "x"}),
            "",
            IMPOSSIBLE,
            &[
                "by email, because",
                "by SMS, because",
                "DEVELOPER",
                "set the SmsConfiguration",
            ],
        ),
        row(
            with(recovery(&["admin_only"])),
            "",
            "recovery-off",
            &["admin_only"],
        ),
    ] {
        row.holds();
    }
}

#[test]
fn precedence_is_mentioned_only_if_the_sender_of_the_preferred_mechanism_is_missing() {
    let members =
        json!({"AccountRecoverySetting": recovery(&[EMAIL, PHONE]), "SmsConfiguration": null});
    let preflight = checked_pool(&members, &UserHandling::default());
    assert!(!preflight.warnings[0].summary.contains("precedence"));
    let rules = preflight.rules;
    assert_eq!(
        (rules.recovery, rules.recovery_without_sender),
        (vec!["email"], vec![])
    );
    let members =
        json!({"AccountRecoverySetting": recovery(&[PHONE, EMAIL]), "SmsConfiguration": null});
    let rules = checked_pool(&members, &UserHandling::default()).rules;
    assert_eq!(
        (rules.recovery, rules.recovery_without_sender),
        (vec!["email"], vec!["phone_number"])
    );
}

#[test]
fn codes_do_not_matter_if_no_user_is_migrated_by_one() {
    let members = json!({"SmsConfiguration": null, "EmailConfiguration": null});
    let refuse = UserHandling {
        forgot_password: ForgotPassword::Refuse,
        ..UserHandling::default()
    };
    let preflight = checked_pool(&members, &refuse);
    assert_eq!((preflight.warnings, preflight.blockers), (vec![], vec![]));
    // A user with a temporary password sets a new one with a code.
    let reset = UserHandling {
        temporary_passwords: TemporaryPasswords::Reset,
        ..refuse
    };
    let members = json!({"SmsConfiguration": null, "EmailConfigurationFailure": "x"});
    let [blocker] = &checked_pool(&members, &reset).blockers[..] else {
        panic!("one blocker");
    };
    let fix = blocker.remedy.last().expect("a fix");
    assert!(
        fix.starts_with("use --temporary-passwords refuse:"),
        "{fix}"
    );
}

/// No migrated user has a phone number, so no code is sent by SMS.
#[test]
fn a_contact_that_is_not_migrated_gives_no_warning() {
    let members = json!({"SmsConfiguration": null});
    for dropped in ["phone_number", "phone_number_verified"] {
        let preflight = checked_pool(&members, &drops(&[dropped]));
        assert_eq!(preflight.warnings, [], "{dropped}");
    }
}
