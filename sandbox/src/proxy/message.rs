//! A message that Cognito would have sent.

use serde_json::Value;

/// A message that Cognito would have sent to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The user pool's id; empty where the call does not say it.
    pub pool: String,
    /// The user's name, as in the call.
    pub username: String,
    /// What it would have said.
    pub kind: MessageKind,
    /// `SMS` and `EMAIL`: how it would have gone out.
    pub mediums: Vec<String>,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// An account was made for you, and this is your temporary password.
    Welcome,
    /// This is your code.
    Code,
}

/// The ways of delivery that are named; Cognito sends by SMS when none is.
pub(super) fn mediums(value: &Value) -> Vec<String> {
    let named = match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several
            .iter()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    if named.is_empty() {
        vec!["SMS".to_owned()]
    } else {
        named
    }
}
