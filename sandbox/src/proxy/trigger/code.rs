//! How Cognito sends the code for a forgotten password. It reports success, also if it sends none.

use serde_json::{Value, json};

use super::pool::PoolAt;
use crate::proxy::emulator::Emulator;
use crate::proxy::upstream::Answer;

/// A recovery mechanism: its name, the attribute that marks its contact as verified, and its medium.
/// Without `AccountRecoverySetting`, SMS takes precedence.
const MECHANISMS: [(&str, &str, &str); 2] = [
    ("verified_phone_number", "phone_number_verified", "SMS"),
    ("verified_email", "email_verified", "EMAIL"),
];

impl PoolAt {
    /// The medium of the code that this user gets. `None` if the user gets none: they don't exist,
    /// have no verified contact, or the pool has no sender for the mechanism that takes precedence.
    pub(super) async fn code_medium(
        &self,
        emulator: &Emulator,
        username: &str,
    ) -> Option<&'static str> {
        let username = json!({"Username": username});
        let found = self.call(emulator, "AdminGetUser", username).await;
        let Ok(Answer::Ok(user)) = found else {
            return None;
        };
        let attributes = user["UserAttributes"].as_array()?;
        let is_verified = |flag: &str| {
            let mut attributes = attributes.iter();
            attributes.any(|one| one["Name"] == flag && one["Value"] == "true")
        };
        let mechanisms = self.mechanisms().into_iter();
        let mut usable = mechanisms.filter(|(_, flag, _)| is_verified(flag));
        let (_, _, medium) = usable.next()?;
        self.sends_by(medium).then_some(medium)
    }

    /// The mechanisms of the pool, by precedence.
    fn mechanisms(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let set = self.settings["AccountRecoverySetting"]["RecoveryMechanisms"].as_array();
        let Some(set) = set.filter(|set| !set.is_empty()) else {
            return MECHANISMS.to_vec();
        };
        let priority = |name: &str| {
            let mechanism = set.iter().find(|one| one["Name"] == name)?;
            mechanism["Priority"].as_i64()
        };
        let mut used: Vec<_> = MECHANISMS
            .into_iter()
            .filter(|(name, ..)| priority(name).is_some())
            .collect();
        used.sort_by_key(|(name, ..)| priority(name));
        used
    }

    /// Whether the pool has a sender. A trigger that sends messages replaces it.
    fn sends_by(&self, medium: &str) -> bool {
        let (trigger, failure) = match medium {
            "SMS" => ("CustomSMSSender", "SmsConfigurationFailure"),
            _ => ("CustomEmailSender", "EmailConfigurationFailure"),
        };
        let is_set = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        let sms = &self.settings["SmsConfiguration"];
        // Without Amazon SES, Cognito sends emails itself, up to a limit.
        let has_sender =
            medium != "SMS" || is_set(&sms["SnsCallerArn"]) || is_set(&sms["EumsSms"]["CallerArn"]);
        is_set(&self.settings["LambdaConfig"][trigger]["LambdaArn"])
            || has_sender && !is_set(&self.settings[failure])
    }
}
