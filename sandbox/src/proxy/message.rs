//! A message that Cognito would have sent.

use serde_json::Value;

/// A message that Cognito would have sent to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The user pool's ID. Empty if the call doesn't contain it.
    pub pool: String,
    /// The username in the call.
    pub username: String,
    /// The kind of message.
    pub kind: MessageKind,
    /// The delivery mediums: `SMS`, `EMAIL`, or both.
    pub mediums: Vec<String>,
}

/// The kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// An invitation with a temporary password.
    Welcome,
    /// A confirmation or MFA code.
    Code,
}

/// The delivery mediums in a request. Cognito's default is SMS.
pub(super) fn mediums(value: &Value) -> Vec<String> {
    let mediums = match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several
            .iter()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    if mediums.is_empty() {
        vec!["SMS".to_owned()]
    } else {
        mediums
    }
}
