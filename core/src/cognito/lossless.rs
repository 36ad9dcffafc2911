//! From what Describe sent to what Update must be sent, as raw JSON and pure:
//! UpdateUserPool and UpdateUserPoolClient reset whatever is left out, so that every
//! member that came goes back, known to this program or not.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

/// A JSON object.
pub type Object = Map<String, Value>;

/// Members of `UserPoolType` that describe and cannot be set, by the service model.
const POOL_DESCRIBES: [&str; 13] = [
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

/// Members of `UserPoolClientType` that describe and cannot be set.
const CLIENT_DESCRIBES: [&str; 4] = [
    "ClientSecret",
    "LastModifiedDate",
    "CreationDate",
    "ClientType",
];

/// The UpdateUserPool request that changes nothing.
pub fn pool_update(described: &Object) -> Object {
    let mut update = without(described, &POOL_DESCRIBES);
    for (from, to) in [("Id", "UserPoolId"), ("Name", "PoolName")] {
        if let Some(value) = update.remove(from) {
            update.insert(to.into(), value);
        }
    }
    for settle in POOL_CONFLICTS {
        settle(&mut update);
    }
    update
}

/// The UpdateUserPoolClient request that changes nothing.
#[must_use]
pub fn client_update(described: &Object) -> Object {
    let mut update = without(described, &CLIENT_DESCRIBES);
    if let Some(Value::Object(analytics)) = update.get_mut("AnalyticsConfiguration")
        && analytics.contains_key("ApplicationArn")
    {
        analytics.remove("RoleArn");
        analytics.remove("ExternalId");
    }
    update
}

/// Members that Describe sends side by side and Update refuses side by side.
const POOL_CONFLICTS: [fn(&mut Object); 3] = [
    temporary_password_validity,
    sns_caller,
    pre_token_generation,
];

/// `UnusedAccountValidityDays` was replaced by the password policy's
/// `TemporaryPasswordValidityDays`; both above zero are refused.
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

/// `SnsCallerArn` belongs to SNS and is refused beside End User Messaging.
fn sns_caller(update: &mut Object) {
    if let Some(Value::Object(sms)) = update.get_mut("SmsConfiguration")
        && sms.contains_key("EumsSms")
    {
        sms.remove("SnsCallerArn");
    }
}

/// The older member, where there is one, must say what the newer one says.
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

fn without(described: &Object, describing: &[&str]) -> Object {
    described
        .iter()
        .filter(|(member, _)| !describing.contains(&member.as_str()))
        .map(|(member, value)| (member.clone(), value.clone()))
        .collect()
}

/// A setting that is not what was sent. All but one were sent as they had been read, so
/// that this is what was before.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// Where, such as `Policies.PasswordPolicy.MinimumLength`.
    pub path: String,
    /// What was sent.
    pub sent: Value,
    /// What stands.
    pub stands: Value,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, sent, stands } = self;
        if is_secret(path) {
            return write!(f, "{path} was changed (its value is not shown)");
        }
        let text = |value: &Value| match value {
            Value::Null => "none".to_owned(),
            value => without_secrets(value).to_string(),
        };
        write!(f, "{path} was {}, is {}", text(sent), text(stands))
    }
}

/// The ExternalIds of SMS and analytics roles, and what sounds like it.
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

/// Where what stands is not what was sent, both as update requests, in order. Cognito
/// keeps lists as sets, and absent and empty are the same to it.
#[must_use]
pub fn lost(sent: &Object, stands: &Object) -> Vec<Lost> {
    let mut lost = Vec::new();
    compare("", &sent.clone().into(), &stands.clone().into(), &mut lost);
    // What is left of a member that another replaced: see the conflicts.
    lost.retain(|one| one.path != "AdminCreateUserConfig.UnusedAccountValidityDays");
    lost
}

fn compare(path: &str, sent: &Value, stands: &Value, lost: &mut Vec<Lost>) {
    let empty = Object::new();
    match (sent, stands) {
        (Value::Object(_), Value::Object(_) | Value::Null) | (Value::Null, Value::Object(_)) => {
            let sent = sent.as_object().unwrap_or(&empty);
            let stands = stands.as_object().unwrap_or(&empty);
            let members: BTreeSet<_> = sent.keys().chain(stands.keys()).collect();
            for member in members {
                let path = match path {
                    "" => member.clone(),
                    path => format!("{path}.{member}"),
                };
                let (sent, stands) = (sent.get(member), stands.get(member));
                let null = &Value::Null;
                compare(&path, sent.unwrap_or(null), stands.unwrap_or(null), lost);
            }
        }
        _ if as_set(sent) == as_set(stands) => {}
        _ => lost.push(Lost {
            path: path.to_owned(),
            sent: sent.clone(),
            stands: stands.clone(),
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
    fn a_member_that_nobody_knows_goes_back() {
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
    fn a_number_goes_back_digit_by_digit() {
        let text = r#"{"Future":[123.45678901234567,12345678901234567890123,1E400,0.10]}"#;
        let described: Object = serde_json::from_str(text).expect("JSON");
        let update = Value::from(pool_update(&described)).to_string();
        assert_eq!(
            update.to_lowercase(),
            text.replace("1E400", "1e+400").to_lowercase()
        );
    }

    #[test]
    fn a_secret_does_not_go_back() {
        let described = object(json!({"ClientId": "c", "UserPoolId": "p", "ClientSecret": "s"}));
        let update = object(json!({"ClientId": "c", "UserPoolId": "p"}));
        assert_eq!(client_update(&described), update);
    }

    /// Each conflict of the API: what Describe sends, and what Update takes.
    #[test]
    fn conflicts_are_settled() {
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
    fn what_is_not_as_it_was_sent_is_found() {
        let sent = object(json!({
            "PoolName": "Customers", "LambdaConfig": {"PreSignUp": "p", "UserMigration": "f"},
            "Policies": {"A": 1}, "AutoVerifiedAttributes": ["email", "phone_number"],
        }));
        let mut stands = sent.clone();
        stands.insert(
            "AutoVerifiedAttributes".into(),
            json!(["phone_number", "email"]),
        );
        stands.insert("EmailConfiguration".into(), json!({}));
        stands.insert("SmsVerificationMessage".into(), json!(""));
        assert_eq!(lost(&sent, &stands), []);
        stands.insert("Policies".into(), json!({}));
        stands.insert(
            "LambdaConfig".into(),
            json!({"UserMigration": "f", "New": "n"}),
        );
        let told: Vec<_> = lost(&sent, &stands).iter().map(Lost::to_string).collect();
        assert_eq!(
            told,
            [
                r#"LambdaConfig.New was none, is "n""#,
                r#"LambdaConfig.PreSignUp was "p", is none"#,
                "Policies.A was 1, is none",
            ]
        );
    }

    #[test]
    fn an_external_id_that_was_lost_is_not_shown() {
        let sent = object(json!({"SmsConfiguration": {"ExternalId": "very secret"}}));
        let told = lost(&sent, &Object::new())[0].to_string();
        assert!(told.contains("SmsConfiguration.ExternalId") && !told.contains("very secret"));
        let sent = object(json!({"Senders": [{"ApiKey": "very secret", "Name": "a"}]}));
        let told = lost(&sent, &Object::new())[0].to_string();
        assert!(
            told.contains("Name") && !told.contains("very secret"),
            "{told}"
        );
    }
}
