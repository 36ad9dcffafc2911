//! The comparison of a user pool's or an app client's settings before and after an update. Secrets
//! are compared, but not printed.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::object::Object;

/// A setting that differs from its value before the update. The update changes one other setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// The path, such as `Policies.PasswordPolicy.MinimumLength`.
    pub path: String,
    /// The value before.
    pub before: Value,
    /// The current value.
    pub current: Value,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            before,
            current,
        } = self;
        if is_secret(path) {
            return write!(f, "{path} was changed (its value is not shown)");
        }
        let text = |value: &Value| match value {
            Value::Null => "none".to_owned(),
            value => without_secrets(value).to_string(),
        };
        write!(f, "{path} was {}, is {}", text(before), text(current))
    }
}

/// Whether a member has a secret, such as the ExternalIds of SMS and analytics roles.
fn is_secret(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path).to_lowercase();
    let secrets = ["externalid", "secret", "password", "apikey", "token"];
    secrets.iter().any(|secret| name.ends_with(secret))
}

fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let shown = members.iter().map(|(name, value)| {
                let value = if is_secret(name) {
                    "(not shown)".into()
                } else {
                    without_secrets(value)
                };
                (name.clone(), value)
            });
            shown.collect()
        }
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        value => value.clone(),
    }
}

/// The settings that differ, sorted by path. Lists are compared as sets, and an absent member equals
/// an empty one.
pub(super) fn between(before: Object, current: Object) -> Vec<Lost> {
    let mut lost = Vec::new();
    compare("", &before.into(), &current.into(), &mut lost);
    lost
}

fn compare(path: &str, before: &Value, current: &Value, lost: &mut Vec<Lost>) {
    let empty = Object::new();
    match (before, current) {
        (Value::Object(_), Value::Object(_) | Value::Null) | (Value::Null, Value::Object(_)) => {
            let before = before.as_object().unwrap_or(&empty);
            let current = current.as_object().unwrap_or(&empty);
            let members: BTreeSet<_> = before.keys().chain(current.keys()).collect();
            for member in members {
                let path = match path {
                    "" => member.clone(),
                    path => format!("{path}.{member}"),
                };
                let (before, current) = (before.get(member), current.get(member));
                let null = &Value::Null;
                compare(&path, before.unwrap_or(null), current.unwrap_or(null), lost);
            }
        }
        _ if as_set(before) == as_set(current) => {}
        _ => lost.push(Lost {
            path: path.to_owned(),
            before: before.clone(),
            current: current.clone(),
        }),
    }
}

fn as_set(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::Array(items) => {
            let mut items: Vec<_> = items.iter().map(Value::to_string).collect();
            items.sort();
            items
        }
        scalar => vec![scalar.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        match value {
            Value::Object(object) => object,
            _ => panic!("an object"),
        }
    }

    #[test]
    fn settings_that_differ_are_found() {
        let before = object(json!({
            "PoolName": "Customers", "LambdaConfig": {"PreSignUp": "p", "UserMigration": "f"},
            "Policies": {"A": 1}, "AutoVerifiedAttributes": ["email", "phone_number"],
        }));
        let mut current = before.clone();
        current.insert(
            "AutoVerifiedAttributes".into(),
            json!(["phone_number", "email"]),
        );
        current.insert("EmailConfiguration".into(), json!({}));
        current.insert("SmsVerificationMessage".into(), json!(""));
        assert_eq!(between(before.clone(), current.clone()), []);
        current.insert("Policies".into(), json!({}));
        current.insert(
            "LambdaConfig".into(),
            json!({"UserMigration": "f", "New": "n"}),
        );
        let texts: Vec<_> = between(before.clone(), current.clone())
            .iter()
            .map(Lost::to_string)
            .collect();
        assert_eq!(
            texts,
            [
                r#"LambdaConfig.New was none, is "n""#,
                r#"LambdaConfig.PreSignUp was "p", is none"#,
                "Policies.A was 1, is none",
            ]
        );
    }

    #[test]
    fn a_lost_external_id_is_not_printed() {
        let before = object(json!({"SmsConfiguration": {"ExternalId": "very secret"}}));
        let text = between(before, Object::new())[0].to_string();
        assert!(text.contains("SmsConfiguration.ExternalId") && !text.contains("very secret"));
        let before = object(json!({"Senders": [{"ApiKey": "very secret", "Name": "a"}]}));
        let text = between(before, Object::new())[0].to_string();
        assert!(
            text.contains("Name") && !text.contains("very secret"),
            "{text}"
        );
    }
}
