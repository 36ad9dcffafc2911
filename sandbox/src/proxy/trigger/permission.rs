//! Checks whether a function's resource policy allows Cognito to invoke the function for a pool. An
//! unsupported condition counts as not met.

use serde_json::{Map, Value};

use super::pool::PoolAt;

/// Whether a statement of the policy allows it and no statement denies it.
pub(super) fn allows(policy: Option<&str>, function: &str, pool: &PoolAt) -> bool {
    let Some(policy) = policy.and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
        return false;
    };
    let pool_arn = pool.settings["Arn"].as_str().unwrap_or_default();
    let applies = |statement: &&Value| {
        is_for_cognito(&statement["Principal"])
            && any(&statement["Action"], |action| {
                action.eq_ignore_ascii_case("lambda:InvokeFunction")
                    || matches!(action, "lambda:*" | "*")
            })
            && any(&statement["Resource"], |resource| {
                resource == function || resource == "*"
            })
            && conditions_met(&statement["Condition"], pool_arn, &pool.place.account)
    };
    let statements = each(&policy["Statement"]);
    let effects: Vec<&str> = statements
        .filter(applies)
        .filter_map(|statement| statement["Effect"].as_str())
        .collect();
    effects.contains(&"Allow") && !effects.contains(&"Deny")
}

fn is_for_cognito(principal: &Value) -> bool {
    principal == "*"
        || any(&principal["Service"], |service| {
            service == "cognito-idp.amazonaws.com"
        })
        || principal["AWS"] == "*"
}

fn conditions_met(conditions: &Value, pool_arn: &str, account: &str) -> bool {
    let Some(operators) = conditions.as_object() else {
        return conditions.is_null();
    };
    operators.iter().all(|(operator, keys)| {
        let empty = Map::new();
        keys.as_object()
            .unwrap_or(&empty)
            .iter()
            .all(|(key, wanted)| {
                let actual = match key.to_ascii_lowercase().as_str() {
                    "aws:sourcearn" => pool_arn,
                    "aws:sourceaccount" => account,
                    _ => return false,
                };
                any(wanted, |wanted| match operator.as_str() {
                    "StringEquals" => wanted == actual,
                    "ArnLike" | "ArnEquals" | "StringLike" => matches_pattern(wanted, actual),
                    _ => false,
                })
            })
    })
}

/// Supports only `*`, because these policies use no other wildcard.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

/// The values of a list, or a single value.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or_else(
        || std::slice::from_ref(value).iter(),
        |several| several.iter(),
    )
}

fn any(value: &Value, matches: impl Fn(&str) -> bool) -> bool {
    each(value).filter_map(Value::as_str).any(matches)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::upstream::Place;
    use serde_json::json;

    const FUNCTION: &str = "arn:aws:lambda:eu-central-1:222222222222:function:f";
    const POOL: &str = "arn:aws:cognito-idp:eu-central-1:222222222222:userpool/eu-central-1_a";

    fn allowed(change: impl FnOnce(&mut Value)) -> bool {
        let pool = PoolAt {
            place: Place {
                account: "222222222222".to_owned(),
                region: "eu-central-1".to_owned(),
            },
            id: "eu-central-1_a".to_owned(),
            settings: json!({"Arn": POOL}),
        };
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": {"Service": "cognito-idp.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": FUNCTION,
            "Condition": {
                "StringEquals": {"AWS:SourceAccount": "222222222222"},
                "ArnLike": {"AWS:SourceArn": POOL},
            },
        });
        change(&mut statement);
        let policy = json!({"Statement": [statement]}).to_string();
        allows(Some(&policy), FUNCTION, &pool)
    }

    #[test]
    fn only_cognito_is_allowed_for_this_pool_and_account() {
        assert!(allowed(|_| ()));
        assert!(allowed(
            |s| s["Condition"]["ArnLike"]["AWS:SourceArn"] = POOL.replace("_a", "_*").into()
        ));
        assert!(allowed(|s| s["Condition"] = Value::Null));
        assert!(!allowed(
            |s| s["Principal"] = json!({"Service": "s3.amazonaws.com"})
        ));
        assert!(!allowed(|s| s["Action"] = "lambda:GetFunction".into()));
        assert!(!allowed(
            |s| s["Resource"] = "arn:aws:lambda:eu-central-1:222222222222:function:g".into()
        ));
        assert!(!allowed(
            |s| s["Condition"]["ArnLike"]["AWS:SourceArn"] = POOL.replace("_a", "_b").into()
        ));
        assert!(!allowed(
            |s| s["Condition"]["StringEquals"]["AWS:SourceAccount"] = "111111111111".into()
        ));
        assert!(!allowed(
            |s| s["Condition"]["StringEquals"]["aws:Other"] = "x".into()
        ));
        assert!(!allowed(|s| s["Effect"] = "Deny".into()));
    }
}
