//! The event as it came over the wire: who asks, and what is in it. It goes back as it is, so nothing here changes it.

use serde_json::Value;

use crate::failure::{Failure, Fault, Refusal};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A sign-in with a password.
    Authentication,
    /// A forgotten password; the event carries none.
    ForgotPassword,
    /// `cogmig`, which wants to know whether a sign-in would work. Cognito never sends it.
    Probe,
}

impl Source {
    /// The word for it on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "UserMigration_Authentication",
            Self::ForgotPassword => "UserMigration_ForgotPassword",
            Self::Probe => "cogmig_Probe",
        }
    }

    /// Who sent this event, where that is known.
    pub fn of(event: &Value) -> Option<Self> {
        let source = event.get("triggerSource")?.as_str()?;
        [Self::Authentication, Self::ForgotPassword, Self::Probe]
            .into_iter()
            .find(|known| known.as_str() == source)
    }
}

/// Whether the event is about a user of this pool.
pub fn is_of_pool(event: &Value, user_pool_id: &str) -> bool {
    event.get("userPoolId").and_then(Value::as_str) == Some(user_pool_id)
}

/// The name as typed.
pub fn username(event: &Value) -> Result<&str, Failure> {
    text(event.get("userName"))
}

/// The password as typed.
pub fn password(event: &Value) -> Result<&str, Failure> {
    text(
        event
            .get("request")
            .and_then(|request| request.get("password")),
    )
}

/// A text that is promised for this trigger source.
fn text(value: Option<&Value>) -> Result<&str, Failure> {
    match value.and_then(Value::as_str) {
        None => Err(Failure::Fault(Fault::Event)),
        // Whoever types nothing must not raise an alarm.
        Some("") => Err(Failure::Refused(Refusal::InvalidParameter)),
        Some(text) => Ok(text),
    }
}
