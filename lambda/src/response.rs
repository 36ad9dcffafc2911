//! The members of the trigger's response. The function decides about all of them, whatever the
//! event came with. Cognito sends nulls, but another function can stand between Cognito and this
//! one, and a value that it left there must neither migrate a rejected user nor change how a user is
//! migrated.

use serde_json::{Map, Value};

/// The members of the trigger's response.
const MEMBERS: [&str; 6] = [
    "userAttributes",
    "finalUserStatus",
    "messageAction",
    "desiredDeliveryMediums",
    "forceAliasCreation",
    "enableSMSMFA",
];

/// Removes the values that the event came with, and returns whether there were any. A null is no
/// value: an event with nulls only isn't modified, which Cognito takes for a rejection.
pub fn clear(event: &mut Value) -> bool {
    let response = event.get_mut("response").and_then(Value::as_object_mut);
    response.is_some_and(|response| {
        let members = response.len();
        response.retain(|name, value| value.is_null() || !MEMBERS.contains(&name.as_str()));
        response.len() < members
    })
}

/// Sets these members, and removes the values of all others.
pub fn fill_in(event: &mut Value, members: Map<String, Value>) {
    clear(event);
    let Some(event) = event.as_object_mut() else {
        return;
    };
    match event.get_mut("response").and_then(Value::as_object_mut) {
        Some(response) => response.extend(members),
        None => {
            event.insert("response".to_owned(), Value::Object(members));
        }
    }
}
