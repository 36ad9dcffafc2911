//! The IAM documents: fills in `templates/`, and compares documents by meaning. Pure.

use serde_json::Value;

/// The trust policy of the access role in the old account.
pub const ACCESS_ROLE_TRUST: &str = include_str!("../../../templates/access-role-trust.json");
/// The permissions of the access role.
pub const ACCESS_ROLE_POLICY: &str = include_str!("../../../templates/access-role-policy.json");
/// The permissions of the access role if the old app client has a secret.
pub const ACCESS_ROLE_POLICY_WITH_SECRET: &str =
    include_str!("../../../templates/access-role-policy-with-secret.json");
/// The trust policy of the Lambda role.
pub const LAMBDA_ROLE_TRUST: &str = include_str!("../../../templates/lambda-role-trust.json");
/// The permissions of the Lambda role.
pub const LAMBDA_POLICY: &str = include_str!("../../../templates/lambda-policy.json");

/// The permissions of a pipeline's role in the old account.
pub const PIPELINE_OLD: &str = include_str!("../../../templates/pipeline-old.json");
/// The permissions of a pipeline's role in the new account.
pub const PIPELINE_NEW: &str = include_str!("../../../templates/pipeline-new.json");

/// Replaces each `${NAME}` in the strings of a template. The template is parsed first, so a value
/// can't change its structure.
#[must_use]
pub fn fill(template: &str, values: &[(&str, &str)]) -> Value {
    let mut document = serde_json::from_str(template).unwrap_or(Value::Null);
    each_string(&mut document, &mut |text| {
        for (name, value) in values {
            *text = text.replace(&format!("${{{name}}}"), value);
        }
    });
    document
}

/// Whether two documents have the same meaning. IAM may reorder members, and may return a list with
/// one item as a string or the reverse.
#[must_use]
pub fn same(one: &Value, other: &Value) -> bool {
    canonical(one) == canonical(other)
}

/// The ExternalId in a trust policy, if it has the format of cogmig: 256 bits as URL-safe base64. A
/// weaker ExternalId that someone else set isn't used.
#[must_use]
pub fn external_id(trust: &Value) -> Option<&str> {
    let value = trust.pointer("/Statement/0/Condition/StringEquals/sts:ExternalId")?;
    let text = match value {
        Value::Array(values) if values.len() == 1 => values[0].as_str(),
        value => value.as_str(),
    };
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.filter(|text| text.len() == 43 && text.chars().all(legal))
}

fn canonical(document: &Value) -> Value {
    match document {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), canonical(value)))
            .collect(),
        Value::Array(items) if items.len() == 1 => canonical(&items[0]),
        Value::Array(items) => {
            let mut items: Vec<_> = items.iter().map(canonical).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        other => other.clone(),
    }
}

fn each_string(value: &mut Value, edit: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => edit(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_string(item, edit)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| each_string(member, edit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_cannot_change_the_structure() {
        let filled = fill(r#"{"Resource": "${X}"}"#, &[("X", r#"","Action":"*"#)]);
        assert_eq!(filled, json!({"Resource": r#"","Action":"*"#}));
    }

    #[test]
    fn documents_with_the_same_meaning_are_equal() {
        let one = json!({"Statement": [{"Action": ["b", "a"], "Resource": "r"}]});
        let other = json!({"Statement": {"Resource": ["r"], "Action": ["a", "b"]}});
        assert!(same(&one, &other));
        assert!(!same(
            &one,
            &json!({"Statement": {"Resource": "r", "Action": "a"}})
        ));
    }

    #[test]
    fn every_variable_of_a_template_is_replaced() {
        let values = [
            "PARTITION",
            "NEW_ACCOUNT",
            "LAMBDA_ROLE_ARN",
            "EXTERNAL_ID",
            "OLD_POOL_ARN",
            "ACCESS_ROLE_ARN",
            "LOG_GROUP_ARN",
        ]
        .map(|name| (name, "x"));
        for template in [
            ACCESS_ROLE_TRUST,
            ACCESS_ROLE_POLICY,
            ACCESS_ROLE_POLICY_WITH_SECRET,
            LAMBDA_ROLE_TRUST,
            LAMBDA_POLICY,
        ] {
            let filled = fill(template, &values);
            assert!(filled.is_object());
            assert!(!filled.to_string().contains("${"), "{filled}");
        }
    }

    #[test]
    fn the_external_id_is_read_from_a_trust_policy() {
        let own = "0123456789-_abcdefghijklmnopqrstuvwxyzABCDE";
        let trust = fill(ACCESS_ROLE_TRUST, &[("EXTERNAL_ID", own)]);
        assert_eq!(external_id(&trust), Some(own));
        let weak = fill(ACCESS_ROLE_TRUST, &[("EXTERNAL_ID", "xx")]);
        assert_eq!(external_id(&weak), None);
        assert_eq!(external_id(&Value::Null), None);
    }
}
