//! Converts the answers of DescribeUserPool and DescribeUserPoolClient to update requests, as raw
//! JSON and pure. UpdateUserPool and UpdateUserPoolClient reset every member that the request
//! leaves out, so all members are sent back, including unknown ones. Only members that Cognito
//! keeps without a value may be left out.

use serde_json::Value;

use super::difference;
pub use super::difference::Lost;
pub use super::object::Object;
use super::omitted::{self, Omittable};

/// The member that [`with_mfa`] adds to the description of a user pool.
const MFA: &str = "GetUserPoolMfaConfig";

/// Members that are no settings. Cognito changes them on its own.
const NO_SETTINGS: [&str; 5] = [
    "CreationDate",
    "LastModifiedDate",
    "EstimatedNumberOfUsers",
    "EmailConfigurationFailure",
    "SmsConfigurationFailure",
];

/// The members of a description, and those of its update.
pub struct Members {
    /// The members that the update doesn't accept, by the service model.
    read_only: &'static [&'static str],
    /// The members that have another name in the update.
    renamed: &'static [(&'static str, &'static str)],
    /// Resolve combinations of members that the description has and the update rejects.
    conflicts: &'static [fn(&mut Object)],
    /// The members that may be left out, or have to be.
    omittable: &'static [Omittable],
}

/// A user pool.
pub const POOL: Members = Members {
    read_only: &[
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
        MFA,
    ],
    renamed: &[("Id", "UserPoolId"), ("Name", "PoolName")],
    conflicts: &[
        temporary_password_validity,
        sns_caller,
        pre_token_generation,
    ],
    omittable: &omitted::POOL,
};

/// An app client.
pub const CLIENT: Members = Members {
    read_only: &[
        "ClientSecret",
        "ClientSecretArn",
        "LastModifiedDate",
        "CreationDate",
        "ClientType",
    ],
    renamed: &[],
    conflicts: &[analytics_application],
    omittable: &omitted::CLIENT,
};

impl Members {
    /// The update request that changes nothing.
    #[must_use]
    pub fn request(&self, described: &Object) -> Object {
        let mut request = self.resolved(described);
        request.retain(|member, _| !self.read_only.contains(&member.as_str()));
        for (from, to) in self.renamed {
            if let Some(value) = request.remove(*from) {
                request.insert((*to).into(), value);
            }
        }
        omitted::remove_turned_on(self.omittable, &mut request);
        request
    }

    /// The request to send if Cognito rejects this one with this message, because settings aren't part
    /// of the pool's feature plan: without the settings that the message names. There is none if
    /// they would be reset. `None` if it names no setting.
    #[must_use]
    pub fn without_named(&self, request: &Object, message: &str) -> Option<Vec<Object>> {
        omitted::without_named(self.omittable, request, message)
    }

    /// The requests to try in the same case, if the message names no setting. Each changes nothing.
    #[must_use]
    pub fn without_each(&self, request: &Object) -> Vec<Object> {
        omitted::smaller(self.omittable, request)
    }

    /// The settings that differ between two descriptions, sorted by path, also those that the
    /// update doesn't accept. Cognito treats lists as sets, and absent members like empty ones.
    #[must_use]
    pub fn lost(&self, expected: &Object, current: &Object) -> Vec<Lost> {
        let [mut expected, mut current] =
            [expected, current].map(|described| self.resolved(described));
        // Without the permission to read it, it can't be compared.
        if !(expected.contains_key(MFA) && current.contains_key(MFA)) {
            expected.remove(MFA);
            current.remove(MFA);
        }
        for member in NO_SETTINGS {
            expected.remove(member);
            current.remove(member);
        }
        omitted::remove_defaults(self.omittable, &mut expected, &mut current);
        let mut lost = difference::between(expected, current);
        // The replaced member can remain: see the conflicts.
        lost.retain(|one| one.path != "AdminCreateUserConfig.UnusedAccountValidityDays");
        lost
    }

    fn resolved(&self, described: &Object) -> Object {
        let mut described = described.clone();
        for resolve in self.conflicts {
            resolve(&mut described);
        }
        described
    }
}

/// Adds the answer of GetUserPoolMfaConfig to the description of a user pool, so that it's compared
/// too. UpdateUserPool doesn't accept its settings.
#[must_use]
pub fn with_mfa(mut described: Object, mfa: Option<Object>) -> Object {
    if let Some(mut mfa) = mfa {
        // The description has it too.
        mfa.remove("MfaConfiguration");
        described.insert(MFA.into(), mfa.into());
    }
    described
}

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
    let remove = |sms: Option<&mut Value>| {
        if let Some(Value::Object(sms)) = sms
            && sms.contains_key("EumsSms")
        {
            sms.remove("SnsCallerArn");
        }
    };
    remove(update.get_mut("SmsConfiguration"));
    let mfa = update.get_mut(MFA);
    remove(mfa.and_then(|mfa| mfa.pointer_mut("/SmsMfaConfiguration/SmsConfiguration")));
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

/// The ARN of an application replaces the role and its external ID.
fn analytics_application(update: &mut Object) {
    if let Some(Value::Object(analytics)) = update.get_mut("AnalyticsConfiguration")
        && analytics.contains_key("ApplicationArn")
    {
        analytics.remove("RoleArn");
        analytics.remove("ExternalId");
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
        assert_eq!(POOL.request(&described), update);
    }

    #[test]
    fn a_number_is_sent_back_with_all_digits() {
        let text = r#"{"Future":[123.45678901234567,12345678901234567890123,1E400,0.10]}"#;
        let described: Object = serde_json::from_str(text).expect("JSON");
        let update = Value::from(POOL.request(&described)).to_string();
        assert_eq!(
            update.to_lowercase(),
            text.replace("1E400", "1e+400").to_lowercase()
        );
    }

    #[test]
    fn a_secret_is_not_sent_back() {
        let described = object(
            json!({"ClientId": "c", "UserPoolId": "p", "ClientSecret": "s", "ClientSecretArn": "a"}),
        );
        let update = object(json!({"ClientId": "c", "UserPoolId": "p"}));
        assert_eq!(CLIENT.request(&described), update);
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
            assert_eq!(POOL.request(&object(described)), object(update));
        }
        let described = json!({"AnalyticsConfiguration": {"ApplicationArn": "a", "RoleArn": "r", "ExternalId": "e", "UserDataShared": true}});
        let update =
            json!({"AnalyticsConfiguration": {"ApplicationArn": "a", "UserDataShared": true}});
        assert_eq!(CLIENT.request(&object(described)), object(update));
    }
}
