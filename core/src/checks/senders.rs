//! The codes of a pool for users who forgot their password: by which mechanisms it sends them, and
//! whether it has a sender for them. AWS reports success for a code that it never sends.

use serde_json::Value;

use super::pools::text;
use crate::cognito::lossless::Object;

/// The number of emails a day that Cognito sends for an account without Amazon SES.
pub(super) const DEFAULT_EMAILS: u32 = 50;

/// A recovery mechanism of a pool.
pub(super) struct Mechanism {
    /// Its name in `AccountRecoverySetting`.
    pub name: &'static str,
    /// The attribute that the code is sent to.
    pub contact: &'static str,
    /// How the code is sent, for messages.
    pub medium: &'static str,
    /// The settings that make it work.
    pub fix: &'static str,
    /// Cognito uses only the first mechanism whose contact a user has verified.
    pub priority: i64,
    /// Whether the pool can send the code.
    pub sender: Sender,
}

/// Whether codes are sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// By Amazon SES, by Amazon SNS or AWS End User Messaging, or by a trigger.
    Configured,
    /// By Cognito itself, [`DEFAULT_EMAILS`] a day.
    Limited,
    /// Not at all, for this reason.
    Missing(String),
}

/// The mechanisms of a pool, email first. Without `AccountRecoverySetting`, a pool uses both, and
/// SMS takes precedence.
pub(super) fn mechanisms(pool: &Object) -> Vec<Mechanism> {
    let set = pool
        .get("AccountRecoverySetting")
        .and_then(|setting| setting.get("RecoveryMechanisms"))
        .and_then(Value::as_array)
        .filter(|mechanisms| !mechanisms.is_empty());
    let priority = |name: &str, default: i64| match set {
        None => Some(default),
        Some(set) => {
            let used = set.iter().find(|one| one.get("Name") == Some(&name.into()));
            let priority = used.map(|one| one.get("Priority").and_then(Value::as_i64));
            priority.map(|priority| priority.unwrap_or(default))
        }
    };
    let email = priority("verified_email", 2).map(|priority| Mechanism {
        name: "verified_email",
        contact: "email",
        medium: "email",
        fix: "set EmailSendingAccount in the EmailConfiguration of the new pool to DEVELOPER, with the SourceArn of an identity in Amazon SES that isn't in the SES sandbox",
        priority,
        sender: of_email(pool),
    });
    let phone = priority("verified_phone_number", 1).map(|priority| Mechanism {
        name: "verified_phone_number",
        contact: "phone_number",
        medium: "SMS",
        fix: "set the SmsConfiguration of the new pool to a role that is allowed to send SMS messages, in an account that isn't in the SMS sandbox",
        priority,
        sender: of_sms(pool),
    });
    email.into_iter().chain(phone).collect()
}

fn of_email(pool: &Object) -> Sender {
    if has_trigger(pool, "CustomEmailSender") {
        return Sender::Configured;
    }
    if let Some(failure) = text(pool, &["EmailConfigurationFailure"]) {
        return Sender::Missing(format!("its EmailConfigurationFailure is `{failure}`"));
    }
    match text(pool, &["EmailConfiguration", "EmailSendingAccount"]) {
        Some("DEVELOPER") => Sender::Configured,
        _ => Sender::Limited,
    }
}

fn of_sms(pool: &Object) -> Sender {
    if has_trigger(pool, "CustomSMSSender") {
        return Sender::Configured;
    }
    let roles: [&[&str]; 2] = [&["SnsCallerArn"], &["EumsSms", "CallerArn"]];
    let has_role = roles
        .iter()
        .any(|role| text(pool, &[&["SmsConfiguration"], *role].concat()).is_some());
    if !has_role {
        return Sender::Missing("it has no SmsConfiguration".to_owned());
    }
    match text(pool, &["SmsConfigurationFailure"]) {
        None => Sender::Configured,
        Some(failure) => {
            let sandbox = if failure.contains("SNSSandbox") {
                ". In the SMS sandbox, an account sends messages only to phone numbers that it has verified"
            } else {
                ""
            };
            Sender::Missing(format!(
                "its SmsConfigurationFailure is `{failure}`{sandbox}"
            ))
        }
    }
}

/// Whether a trigger sends the messages instead of Cognito.
fn has_trigger(pool: &Object, name: &str) -> bool {
    text(pool, &["LambdaConfig", name, "LambdaArn"]).is_some()
}
