//! The members that an update may leave out although they are set, because Cognito then keeps their
//! value or sets the same one again. In a feature plan without the feature, Cognito rejects some of
//! them even so: it describes `AcrConfiguration` for every pool, for example. A member that the
//! update would reset is never left out.

use serde_json::{Value, json};

use super::object::Object;

/// A member that an update may leave out.
pub(super) struct Omittable {
    /// Its path.
    path: &'static [&'static str],
    /// What an update without it does.
    omitted: Omitted,
    /// Whether Cognito would turn the setting on if it got this value.
    turns_on: fn(&Value) -> bool,
    /// Texts of AWS's messages that stand for it, in lower case.
    words: &'static [&'static str],
}

/// What an update without a member does.
enum Omitted {
    /// It keeps the value.
    Keeps,
    /// It sets the default. Whether a value is the default.
    Resets(fn(&Value) -> bool),
}

/// Of a user pool. The defaults are those of the Cognito API reference.
pub(super) const POOL: [Omittable; 5] = [
    Omittable {
        path: &["AcrConfiguration"],
        omitted: Omitted::Resets(has_default_acr_names),
        turns_on: |_| false,
        words: &["acr", "authentication context class"],
    },
    // An omitted configuration is kept. One without EnableStatus turns the feature on.
    Omittable {
        path: &["DcrConfiguration"],
        omitted: Omitted::Keeps,
        turns_on: |dcr| dcr.get("EnableStatus").is_none_or(Value::is_null),
        words: &["dcr", "dynamic client registration"],
    },
    Omittable {
        path: &["UserPoolAddOns"],
        omitted: Omitted::Resets(|add_ons| *add_ons == json!({"AdvancedSecurityMode": "OFF"})),
        turns_on: |_| false,
        words: &["userpooladdons", "threat protection", "advanced security"],
    },
    Omittable {
        path: &["Policies", "SignInPolicy"],
        omitted: Omitted::Resets(|policy| {
            *policy == json!({"AllowedFirstAuthFactors": ["PASSWORD"]})
        }),
        turns_on: |_| false,
        words: &[
            "signinpolicy",
            "sign-in policy",
            "first auth factor",
            "passwordless",
        ],
    },
    Omittable {
        path: &["Policies", "PasswordPolicy", "PasswordHistorySize"],
        omitted: Omitted::Resets(|size| size.as_i64() == Some(0)),
        turns_on: |_| false,
        words: &["passwordhistory", "password history", "password reuse"],
    },
];

/// Of an app client.
pub(super) const CLIENT: [Omittable; 2] = [
    Omittable {
        path: &["RefreshTokenRotation"],
        omitted: Omitted::Resets(|rotation| rotation.get("Feature") == Some(&"DISABLED".into())),
        turns_on: |_| false,
        words: &["refreshtokenrotation", "refresh token rotation"],
    },
    Omittable {
        path: &["EnablePropagateAdditionalUserContextData"],
        omitted: Omitted::Resets(|on| *on == Value::Bool(false)),
        turns_on: |_| false,
        words: &["usercontextdata", "user context data", "threat protection"],
    },
];

/// Whether each level has the name that it has without a configuration.
fn has_default_acr_names(levels: &Value) -> bool {
    let is_default = |(level, configuration): (&String, &Value)| {
        let number = level.strip_prefix("Level");
        let default = number.map(|number| format!("urn:cognito:loa:{number}"));
        default.is_some_and(|default| *configuration == json!({"AcrValue": default}))
    };
    let levels = levels.as_object();
    levels.is_some_and(|levels| levels.iter().all(is_default))
}

/// Removes the members that would turn something on.
pub(super) fn remove_turned_on(members: &[Omittable], request: &mut Object) {
    for member in members {
        if member.of(request).is_some_and(member.turns_on) {
            member.remove_from(request);
        }
    }
}

/// Removes the members that have their default in both descriptions, because a description may leave
/// out a default.
pub(super) fn remove_defaults(members: &[Omittable], one: &mut Object, other: &mut Object) {
    for member in members {
        let Omitted::Resets(is_default) = member.omitted else {
            continue;
        };
        if [&*one, &*other]
            .map(|object| member.of(object))
            .into_iter()
            .flatten()
            .all(is_default)
        {
            member.remove_from(one);
            member.remove_from(other);
        }
    }
}

/// The request without the members that the message names, as far as they may be left out. `None` if
/// it names no member of the request.
pub(super) fn without_named(
    members: &[Omittable],
    request: &Object,
    message: &str,
) -> Option<Vec<Object>> {
    let message = message.to_lowercase();
    let named: Vec<_> = members
        .iter()
        .filter(|member| member.of(request).is_some())
        .filter(|member| member.words.iter().any(|word| message.contains(word)))
        .collect();
    if named.is_empty() {
        return None;
    }
    let set: Vec<_> = named
        .into_iter()
        .filter(|one| one.may_lack(request))
        .collect();
    Some(if set.is_empty() {
        Vec::new()
    } else {
        vec![without(&set, request)]
    })
}

/// The requests without each member that may be left out, and without all of them.
pub(super) fn smaller(members: &[Omittable], request: &Object) -> Vec<Object> {
    let all: Vec<_> = members
        .iter()
        .filter(|member| member.may_lack(request))
        .collect();
    let mut sets: Vec<_> = all.iter().map(|member| vec![*member]).collect();
    if all.len() > 1 {
        sets.push(all);
    }
    sets.iter().map(|set| without(set, request)).collect()
}

fn without(set: &[&Omittable], request: &Object) -> Object {
    let mut smaller = request.clone();
    for member in set {
        member.remove_from(&mut smaller);
    }
    smaller
}

impl Omittable {
    /// Whether the setting is the same after an update without it.
    fn may_lack(&self, request: &Object) -> bool {
        match self.omitted {
            Omitted::Keeps => self.of(request).is_some(),
            Omitted::Resets(is_default) => self.of(request).is_some_and(is_default),
        }
    }

    fn of<'a>(&self, request: &'a Object) -> Option<&'a Value> {
        let (first, rest) = self.path.split_first()?;
        let value = request.get(*first)?;
        rest.iter().try_fold(value, |value, name| value.get(*name))
    }

    fn remove_from(&self, request: &mut Object) {
        let Some((last, parents)) = self.path.split_last() else {
            return;
        };
        let mut object = Some(request);
        for parent in parents {
            object = object.and_then(|object| object.get_mut(*parent)?.as_object_mut());
        }
        if let Some(object) = object {
            object.remove(*last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Object {
        match value {
            Value::Object(object) => object,
            _ => panic!("an object"),
        }
    }

    fn names() -> Value {
        let level = |n: u8| {
            (
                format!("Level{n}"),
                json!({"AcrValue": format!("urn:cognito:loa:{n}")}),
            )
        };
        (1..=4).map(level).collect()
    }

    /// A pool of an old feature plan, with the default of each member that may be left out.
    fn lite() -> Object {
        object(json!({
            "AcrConfiguration": names(), "DcrConfiguration": {"EnableStatus": "Disabled"},
            "UserPoolAddOns": {"AdvancedSecurityMode": "OFF"},
            "Policies": {
                "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
                "PasswordPolicy": {"PasswordHistorySize": 0, "MinimumLength": 8},
            },
            "DeletionProtection": "ACTIVE",
        }))
    }

    /// The paths of `request` that `smaller` lacks.
    fn omitted(request: &Object, smaller: &Object) -> Vec<String> {
        let lost = super::super::difference::between(request.clone(), smaller.clone());
        lost.into_iter().map(|one| one.path).collect()
    }

    #[test]
    fn a_member_that_the_message_names_is_left_out_first() {
        let request = lite();
        for (message, member) in [
            (
                "features need to be disabled: Threat Protection",
                "UserPoolAddOns.AdvancedSecurityMode",
            ),
            (
                "DcrConfiguration isn't available",
                "DcrConfiguration.EnableStatus",
            ),
            (
                "Dynamic Client Registration",
                "DcrConfiguration.EnableStatus",
            ),
            (
                "password history",
                "Policies.PasswordPolicy.PasswordHistorySize",
            ),
            (
                "SignInPolicy",
                "Policies.SignInPolicy.AllowedFirstAuthFactors",
            ),
        ] {
            let requests = without_named(&POOL, &request, message).expect("a name");
            assert_eq!(requests.len(), 1, "{message}");
            assert_eq!(omitted(&request, &requests[0]), [member], "{message}");
        }
        let requests = without_named(&POOL, &request, "ACR, DCR").expect("a name");
        assert_eq!(omitted(&request, &requests[0]).len(), 5);
        // A named member that would be reset is sent again, and so are all others.
        let mut audit = request.clone();
        audit["UserPoolAddOns"]["AdvancedSecurityMode"] = "AUDIT".into();
        assert_eq!(
            without_named(&POOL, &audit, "Threat Protection"),
            Some(Vec::new())
        );
        // Whatever the message means, each request changes nothing.
        assert_eq!(without_named(&POOL, &request, "Passkeys"), None);
        let requests = smaller(&POOL, &request);
        assert_eq!(requests.len(), 6);
        assert_eq!(omitted(&request, &requests[5]).len(), 8);
        assert_eq!(
            requests[5]["Policies"],
            json!({"PasswordPolicy": {"MinimumLength": 8}})
        );
    }

    #[test]
    fn a_setting_that_would_be_reset_is_never_left_out() {
        let mut custom = names();
        custom["Level2"]["AcrValue"] = "urn:example:strong".into();
        for (member, value) in [
            ("AcrConfiguration", custom),
            (
                "AcrConfiguration",
                json!({"Level1": {"AcrValue": "urn:cognito:loa:2"}}),
            ),
            (
                "AcrConfiguration",
                json!({"Level1": {"AcrValue": "urn:cognito:loa:1", "New": 1}}),
            ),
            ("UserPoolAddOns", json!({"AdvancedSecurityMode": "AUDIT"})),
            (
                "UserPoolAddOns",
                json!({"AdvancedSecurityMode": "OFF", "New": 1}),
            ),
            (
                "Policies",
                json!({"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}),
            ),
            (
                "Policies",
                json!({"PasswordPolicy": {"PasswordHistorySize": 4}}),
            ),
            (
                "LambdaConfig",
                json!({"PreTokenGenerationConfig": {"LambdaVersion": "V2_0"}}),
            ),
        ] {
            let request = object(json!({member: value}));
            assert_eq!(
                smaller(&POOL, &request),
                Vec::<Object>::new(),
                "{request:?}"
            );
        }
        for (member, value) in [
            ("RefreshTokenRotation", json!({"Feature": "ENABLED"})),
            ("EnablePropagateAdditionalUserContextData", json!(true)),
        ] {
            let request = object(json!({member: value}));
            assert_eq!(
                smaller(&CLIENT, &request),
                Vec::<Object>::new(),
                "{request:?}"
            );
        }
        let defaults = object(json!({
            "RefreshTokenRotation": {"Feature": "DISABLED"},
            "EnablePropagateAdditionalUserContextData": false,
        }));
        assert_eq!(smaller(&CLIENT, &defaults).len(), 3);
    }

    #[test]
    fn a_default_that_is_not_described_is_the_same() {
        let off = json!({"AdvancedSecurityMode": "OFF"});
        let audit = json!({"AdvancedSecurityMode": "AUDIT"});
        for (one, other, is_same) in [
            (&off, &off, true),
            (&off, &audit, false),
            (&audit, &audit, true),
        ] {
            let pools = [one, other].map(|add_ons| object(json!({"UserPoolAddOns": add_ons})));
            let [mut one, mut other] = pools;
            remove_defaults(&POOL, &mut one, &mut other);
            assert_eq!(one == other, is_same, "{one:?} {other:?}");
        }
        let (mut one, mut other) = (lite(), Object::new());
        remove_defaults(&POOL, &mut one, &mut other);
        assert_eq!(
            omitted(&one, &other),
            [
                "DcrConfiguration.EnableStatus",
                "DeletionProtection",
                "Policies.PasswordPolicy.MinimumLength"
            ]
        );
    }

    #[test]
    fn a_registration_without_a_status_is_not_turned_on() {
        for (dcr, is_sent) in [
            (json!({"EnableStatus": "Disabled"}), true),
            (
                json!({"EnableStatus": "Enabled", "OpenDcrEnabled": true}),
                true,
            ),
            (json!({"OpenDcrEnabled": false}), false),
            (json!({}), false),
            (json!({"EnableStatus": null}), false),
        ] {
            let mut request = object(json!({"DcrConfiguration": dcr}));
            remove_turned_on(&POOL, &mut request);
            assert_eq!(request.contains_key("DcrConfiguration"), is_sent, "{dcr}");
        }
    }
}
