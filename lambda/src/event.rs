//! Reads the fields of the event. The function returns the event unchanged on a rejection, so
//! nothing in this module modifies it.

use std::collections::HashMap;

use rules::log::Source;
use rules::reasons::{Failure, Fault, Rejection};
use serde_json::Value;

/// The event's trigger source, or `None` if it is unknown.
pub fn source(event: &Value) -> Option<Source> {
    Source::of_name(event.get("triggerSource")?.as_str()?)
}

/// Whether the event is from this user pool.
pub fn is_of_pool(event: &Value, user_pool_id: &str) -> bool {
    event.get("userPoolId").and_then(Value::as_str) == Some(user_pool_id)
}

/// The typed username.
pub fn username(event: &Value) -> Result<&str, Failure> {
    text(event.get("userName"))
}

/// The typed password.
pub fn password(event: &Value) -> Result<&str, Failure> {
    text(
        event
            .get("request")
            .and_then(|request| request.get("password")),
    )
}

/// The most characters of a key or a value of `ClientMetadata` (Cognito's API, `StringType`).
const METADATA_LENGTH: usize = 131_072;

/// What the application sent as `ClientMetadata`: `validationData` at a sign-in, `clientMetadata`
/// in other events. The triggers of the old pool see only what its AdminInitiateAuth gets. Omits
/// what Cognito wouldn't accept, because it would reject the sign-in.
pub fn client_metadata(event: &Value) -> HashMap<String, String> {
    let fits = |text: &str| text.chars().count() <= METADATA_LENGTH;
    let request = event.get("request");
    let maps = ["clientMetadata", "validationData"].map(|name| request?.get(name)?.as_object());
    let entries = maps.into_iter().flatten().flatten();
    entries
        .filter_map(|(key, value)| Some((key, value.as_str()?)))
        .filter(|(key, value)| fits(key) && fits(value))
        .map(|(key, value)| (key.clone(), value.to_owned()))
        .collect()
}

/// Cognito's ID of the request, if the event has one. AWS documents none in the event of a trigger:
/// the common parameters are `version`, `triggerSource`, `region`, `userPoolId`, `userName` and
/// `callerContext` with `awsSdkVersion` and `clientId`. So only `callerContext.requestId` is
/// accepted, and only if it can't be free text.
pub fn identity(event: &Value) -> Option<&str> {
    let context = event.get("callerContext")?;
    let identity = context.get("requestId")?.as_str()?;
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    ((1..=64).contains(&identity.len()) && identity.bytes().all(is_legal)).then_some(identity)
}

/// A text field that this trigger source requires.
fn text(value: Option<&Value>) -> Result<&str, Failure> {
    match value.and_then(Value::as_str) {
        None => Err(Failure::Fault(Fault::Event)),
        // An empty input must not raise an alarm, so it isn't a fault.
        Some("") => Err(Failure::Rejected(Rejection::InvalidParameter)),
        Some(text) => Ok(text),
    }
}
