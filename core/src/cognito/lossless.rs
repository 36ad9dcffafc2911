//! Converts the answers of DescribeUserPool and DescribeUserPoolClient to update requests, as raw
//! JSON and pure. UpdateUserPool and UpdateUserPoolClient reset every member that the request
//! leaves out, so all members are sent back, including unknown ones.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

/// A JSON object.
pub type Object = Map<String, Value>;

/// Read-only members of `UserPoolType`, by the service model.
const POOL_READ_ONLY: [&str; 13] = [
    "Status",
    "LastModifiedDate",
    "CreationDate",
    "SchemaAttributes",
    "AliasAttributes",
    "UsernameAttributes",
    "UsernameConfiguration",
    "EstimatedNumberOfUsers",
    "SmsConfigurationFailure",
    "EmailConfigurationFailure",
    "Domain",
    "CustomDomain",
    "Arn",
];

/// Read-only members of `UserPoolClientType`.
const CLIENT_READ_ONLY: [&str; 4] = [
    "ClientSecret",
    "LastModifiedDate",
    "CreationDate",
    "ClientType",
];

/// The UpdateUserPool request that changes nothing.
pub fn pool_update(described: &Object) -> Object {
    let mut update = without(described, &POOL_READ_ONLY);
    for (from, to) in [("Id", "UserPoolId"), ("Name", "PoolName")] {
        if let Some(value) = update.remove(from) {
            update.insert(to.into(), value);
        }
    }
    for resolve in POOL_CONFLICTS {
        resolve(&mut update);
    }
    update
}

/// The UpdateUserPoolClient request that changes nothing.
#[must_use]
pub fn client_update(described: &Object) -> Object {
    let mut update = without(described, &CLIENT_READ_ONLY);
    if let Some(Value::Object(analytics)) = update.get_mut("AnalyticsConfiguration")
        && analytics.contains_key("ApplicationArn")
    {
        analytics.remove("RoleArn");
        analytics.remove("ExternalId");
    }
    update
}

/// Combinations of members that DescribeUserPool returns and UpdateUserPool rejects.
const POOL_CONFLICTS: [fn(&mut Object); 3] = [
    temporary_password_validity,
    sns_caller,
    pre_token_generation,
];

/// The password policy's `TemporaryPasswordValidityDays` replaces `UnusedAccountValidityDays`.
/// Cognito rejects requests in which both are above zero.
fn temporary_password_validity(update: &mut Object) {
    let temporary = update
        .get("Policies")
        .and_then(|p| p.pointer("/PasswordPolicy/TemporaryPasswordValidityDays"))
        .and_then(Value::as_i64)
        .unwrap_or(0);
    let Some(Value::Object(create)) = update.get_mut("AdminCreateUserConfig") else {
        return;
    };
    let unused = create.get("UnusedAccountValidityDays").cloned();
    let Some(unused) = unused.filter(|days| days.as_i64() != Some(0)) else {
        return;
    };
    if temporary > 0 {
        create.insert("UnusedAccountValidityDays".into(), 0.into());
    } else if let Some(Value::Object(policy)) = update
        .get_mut("Policies")
        .and_then(|policies| policies.get_mut("PasswordPolicy"))
    {
        policy.insert("TemporaryPasswordValidityDays".into(), unused);
        if let Some(Value::Object(create)) = update.get_mut("AdminCreateUserConfig") {
            create.remove("UnusedAccountValidityDays");
        }
    }
}

/// `SnsCallerArn` is for SNS. Cognito rejects it together with End User Messaging.
fn sns_caller(update: &mut Object) {
    if let Some(Value::Object(sms)) = update.get_mut("SmsConfiguration")
        && sms.contains_key("EumsSms")
    {
        sms.remove("SnsCallerArn");
    }
}

/// If the older member is present, it must have the value of the newer one.
fn pre_token_generation(update: &mut Object) {
    let Some(Value::Object(triggers)) = update.get_mut("LambdaConfig") else {
        return;
    };
    let newer = triggers
        .get("PreTokenGenerationConfig")
        .and_then(|config| config.get("LambdaArn"))
        .cloned();
    if let (Some(arn), Some(older)) = (newer, triggers.get_mut("PreTokenGeneration")) {
        *older = arn;
    }
}

fn without(described: &Object, read_only: &[&str]) -> Object {
    described
        .iter()
        .filter(|(member, _)| !read_only.contains(&member.as_str()))
        .map(|(member, value)| (member.clone(), value.clone()))
        .collect()
}

/// A setting that differs from the sent value. All settings but one were sent as they were read, so
/// the sent value is also the value before the update.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// The path, such as `Policies.PasswordPolicy.MinimumLength`.
    pub path: String,
    /// The sent value.
    pub sent: Value,
    /// The current value.
    pub current: Value,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            sent,
            current,
        } = self;
        if is_secret(path) {
            return write!(f, "{path} was changed (its value is not shown)");
        }
        let text = |value: &Value| match value {
            Value::Null => "none".to_owned(),
            value => without_secrets(value).to_string(),
        };
        write!(f, "{path} was {}, is {}", text(sent), text(current))
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

/// The settings that differ from the sent values, sorted by path. Both arguments are update
/// requests. Cognito treats lists as sets, and absent members like empty ones.
#[must_use]
pub fn lost(sent: &Object, current: &Object) -> Vec<Lost> {
    let mut lost = Vec::new();
    compare("", &sent.clone().into(), &current.clone().into(), &mut lost);
    // The replaced member can remain: see the conflicts.
    lost.retain(|one| one.path != "AdminCreateUserConfig.UnusedAccountValidityDays");
    lost
}

fn compare(path: &str, sent: &Value, current: &Value, lost: &mut Vec<Lost>) {
    let empty = Object::new();
    match (sent, current) {
        (Value::Object(_), Value::Object(_) | Value::Null) | (Value::Null, Value::Object(_)) => {
            let sent = sent.as_object().unwrap_or(&empty);
            let current = current.as_object().unwrap_or(&empty);
            let members: BTreeSet<_> = sent.keys().chain(current.keys()).collect();
            for member in members {
                let path = match path {
                    "" => member.clone(),
                    path => format!("{path}.{member}"),
                };
                let (sent, current) = (sent.get(member), current.get(member));
                let null = &Value::Null;
                compare(&path, sent.unwrap_or(null), current.unwrap_or(null), lost);
            }
        }
        _ if as_set(sent) == as_set(current) => {}
        _ => lost.push(Lost {
            path: path.to_owned(),
            sent: sent.clone(),
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
    fn an_unknown_member_is_sent_back() {
        let described = object(json!({
            "Id": "eu-west-1_a", "Name": "Customers", "Arn": "arn:…", "CreationDate": 1.5,
            "MemberOfTheFuture": {"Deep": [1, "", 0, false]},
        }));
        let update = object(json!({
            "UserPoolId": "eu-west-1_a", "PoolName": "Customers",
            "MemberOfTheFuture": {"Deep": [1, "", 0, false]},
        }));
        assert_eq!(pool_update(&described), update);
    }

    #[test]
    fn a_number_is_sent_back_with_all_digits() {
        let text = r#"{"Future":[123.45678901234567,12345678901234567890123,1E400,0.10]}"#;
        let described: Object = serde_json::from_str(text).expect("JSON");
        let update = Value::from(pool_update(&described)).to_string();
        assert_eq!(
            update.to_lowercase(),
            text.replace("1E400", "1e+400").to_lowercase()
        );
    }

    #[test]
    fn a_secret_is_not_sent_back() {
        let described = object(json!({"ClientId": "c", "UserPoolId": "p", "ClientSecret": "s"}));
        let update = object(json!({"ClientId": "c", "UserPoolId": "p"}));
        assert_eq!(client_update(&described), update);
    }

    /// Each conflict of the API: the described members, and the members of the update.
    #[test]
    fn conflicts_are_resolved() {
        let table = [
            (
                json!({"Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 7}},
                       "AdminCreateUserConfig": {"UnusedAccountValidityDays": 7}}),
                json!({"Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 7}},
                       "AdminCreateUserConfig": {"UnusedAccountValidityDays": 0}}),
            ),
            (
                json!({"Policies": {"PasswordPolicy": {"MinimumLength": 8}},
                       "AdminCreateUserConfig": {"UnusedAccountValidityDays": 3}}),
                json!({"Policies": {"PasswordPolicy": {"MinimumLength": 8, "TemporaryPasswordValidityDays": 3}},
                       "AdminCreateUserConfig": {}}),
            ),
            (
                json!({"SmsConfiguration": {"SnsCallerArn": "a", "EumsSms": {"x": 1}}}),
                json!({"SmsConfiguration": {"EumsSms": {"x": 1}}}),
            ),
            (
                json!({"LambdaConfig": {"PreTokenGeneration": "old", "PreTokenGenerationConfig": {"LambdaArn": "new", "LambdaVersion": "V2_0"}}}),
                json!({"LambdaConfig": {"PreTokenGeneration": "new", "PreTokenGenerationConfig": {"LambdaArn": "new", "LambdaVersion": "V2_0"}}}),
            ),
            (
                json!({"LambdaConfig": {"PreTokenGenerationConfig": {"LambdaArn": "new"}}}),
                json!({"LambdaConfig": {"PreTokenGenerationConfig": {"LambdaArn": "new"}}}),
            ),
        ];
        for (described, update) in table {
            assert_eq!(pool_update(&object(described)), object(update));
        }
        let described = json!({"AnalyticsConfiguration": {"ApplicationArn": "a", "RoleArn": "r", "ExternalId": "e", "UserDataShared": true}});
        let update =
            json!({"AnalyticsConfiguration": {"ApplicationArn": "a", "UserDataShared": true}});
        assert_eq!(client_update(&object(described)), object(update));
    }

    #[test]
    fn settings_that_differ_from_the_sent_values_are_found() {
        let sent = object(json!({
            "PoolName": "Customers", "LambdaConfig": {"PreSignUp": "p", "UserMigration": "f"},
            "Policies": {"A": 1}, "AutoVerifiedAttributes": ["email", "phone_number"],
        }));
        let mut current = sent.clone();
        current.insert(
            "AutoVerifiedAttributes".into(),
            json!(["phone_number", "email"]),
        );
        current.insert("EmailConfiguration".into(), json!({}));
        current.insert("SmsVerificationMessage".into(), json!(""));
        assert_eq!(lost(&sent, &current), []);
        current.insert("Policies".into(), json!({}));
        current.insert(
            "LambdaConfig".into(),
            json!({"UserMigration": "f", "New": "n"}),
        );
        let texts: Vec<_> = lost(&sent, &current).iter().map(Lost::to_string).collect();
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
        let sent = object(json!({"SmsConfiguration": {"ExternalId": "very secret"}}));
        let text = lost(&sent, &Object::new())[0].to_string();
        assert!(text.contains("SmsConfiguration.ExternalId") && !text.contains("very secret"));
        let sent = object(json!({"Senders": [{"ApiKey": "very secret", "Name": "a"}]}));
        let text = lost(&sent, &Object::new())[0].to_string();
        assert!(
            text.contains("Name") && !text.contains("very secret"),
            "{text}"
        );
    }
}
