//! The IAM documents: `templates/` filled in, and what IAM gives back compared by
//! meaning. Pure.

use serde_json::Value;

/// Who may assume the role in the old account.
pub const ACCESS_ROLE_TRUST: &str = include_str!("../../../templates/access-role-trust.json");
/// What that role may do.
pub const ACCESS_ROLE_POLICY: &str = include_str!("../../../templates/access-role-policy.json");
/// What it may do where the old app client has a secret.
pub const ACCESS_ROLE_POLICY_WITH_SECRET: &str =
    include_str!("../../../templates/access-role-policy-with-secret.json");
/// Who may assume the Lambda's role.
pub const LAMBDA_ROLE_TRUST: &str = include_str!("../../../templates/lambda-role-trust.json");
/// What the Lambda may do.
pub const LAMBDA_POLICY: &str = include_str!("../../../templates/lambda-policy.json");

/// What a pipeline's role may do in the old account.
pub const PIPELINE_OLD: &str = include_str!("../../../templates/pipeline-old.json");
/// What it may do in the new one.
pub const PIPELINE_NEW: &str = include_str!("../../../templates/pipeline-new.json");

/// A template with each `${NAME}` in its strings replaced. Values are put into the
/// parsed document, so that none of them can change its structure.
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

/// Whether two documents say the same: IAM may reorder members, and writes a list of
/// one as a string or the other way round.
#[must_use]
pub fn same(one: &Value, other: &Value) -> bool {
    canonical(one) == canonical(other)
}

/// The ExternalId that a trust policy asks for, if it is one of ours: 256 bits as
/// URL-safe base64. A weaker one that somebody put there is not taken over.
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
    fn a_value_cannot_break_out_of_its_string() {
        let filled = fill(r#"{"Resource": "${X}"}"#, &[("X", r#"","Action":"*"#)]);
        assert_eq!(filled, json!({"Resource": r#"","Action":"*"#}));
    }

    #[test]
    fn the_same_meaning_is_the_same_document() {
        let one = json!({"Statement": [{"Action": ["b", "a"], "Resource": "r"}]});
        let other = json!({"Statement": {"Resource": ["r"], "Action": ["a", "b"]}});
        assert!(same(&one, &other));
        assert!(!same(
            &one,
            &json!({"Statement": {"Resource": "r", "Action": "a"}})
        ));
    }

    #[test]
    fn every_template_is_filled_whole() {
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
    fn the_external_id_is_read_back() {
        let ours = "0123456789-_abcdefghijklmnopqrstuvwxyzABCDE";
        let trust = fill(ACCESS_ROLE_TRUST, &[("EXTERNAL_ID", ours)]);
        assert_eq!(external_id(&trust), Some(ours));
        let weak = fill(ACCESS_ROLE_TRUST, &[("EXTERNAL_ID", "xx")]);
        assert_eq!(external_id(&weak), None);
        assert_eq!(external_id(&Value::Null), None);
    }
}
