//! The event as it came over the wire: who asks, and what is in it. It goes back as it is, so nothing here changes it.

use rules::log::Source;
use rules::reasons::{Failure, Fault, Rejection};
use serde_json::Value;

/// Who sent this event, where that is known.
pub fn source(event: &Value) -> Option<Source> {
    Source::of_name(event.get("triggerSource")?.as_str()?)
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
        Some("") => Err(Failure::Rejected(Rejection::InvalidParameter)),
        Some(text) => Ok(text),
    }
}
