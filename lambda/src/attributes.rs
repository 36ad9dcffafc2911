//! Which of the old user's attributes go to the new pool, and what they prove. Pure: no client, no event.

use serde_json::{Map, Value};

/// An attribute's name and value, as the old pool gives them.
pub type Attribute = (String, String);

/// The contacts of a user, each with the flag that says whether it was proved to be the user's.
const CONTACTS: [(&str, &str); 2] = [
    ("email", "email_verified"),
    ("phone_number", "phone_number_verified"),
];

/// The attributes that the new user gets. Those that Cognito itself sets are left out, as it refuses them, and so are
/// empty ones; a verification flag goes as it truly is, and only beside its contact.
pub fn for_new_user(old: &[Attribute]) -> Map<String, Value> {
    old.iter()
        .filter(|(name, value)| !value.is_empty() && !is_of_cognito(name))
        .filter(
            |(name, _)| match CONTACTS.iter().find(|(_, flag)| flag == name) {
                Some((contact, _)) => value_of(old, contact).is_some(),
                None => true,
            },
        )
        .map(|(name, value)| (name.clone(), Value::String(value.clone())))
        .collect()
}

/// Whether a code can be sent to a contact that was proved to be the user's.
pub fn has_verified_contact(old: &[Attribute]) -> bool {
    CONTACTS.iter().any(|(contact, flag)| {
        value_of(old, contact).is_some() && value_of(old, flag) == Some("true")
    })
}

/// The value of an attribute, where there is one that is not empty.
fn value_of<'a>(old: &'a [Attribute], name: &str) -> Option<&'a str> {
    old.iter()
        .find(|(known, value)| known == name && !value.is_empty())
        .map(|(_, value)| value.as_str())
}

fn is_of_cognito(name: &str) -> bool {
    ["", "sub", "identities"].contains(&name)
        || name.starts_with("cognito:")
        || name.starts_with("dev:")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Attribute, for_new_user, has_verified_contact};

    fn attributes(rows: &[(&str, &str)]) -> Vec<Attribute> {
        rows.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_new_user_gets_what_is_the_users() {
        let rows: [(&[(&str, &str)], Value); 9] = [
            (&[], json!({})),
            (&[("sub", "1"), ("identities", "[]"), ("", "x")], json!({})),
            (
                &[
                    ("cognito:user_status", "CONFIRMED"),
                    ("dev:custom:note", "x"),
                ],
                json!({}),
            ),
            (&[("name", ""), ("custom:empty", "")], json!({})),
            (
                &[("custom:sub", "1"), ("custom:tenant", "a")],
                json!({"custom:sub": "1", "custom:tenant": "a"}),
            ),
            (
                &[("email", "e"), ("email_verified", "true")],
                json!({"email": "e", "email_verified": "true"}),
            ),
            (
                &[("email", "e"), ("email_verified", "false")],
                json!({"email": "e", "email_verified": "false"}),
            ),
            (
                &[
                    ("email_verified", "true"),
                    ("phone_number_verified", "true"),
                    ("email", ""),
                ],
                json!({}),
            ),
            (
                &[
                    ("phone_number", "+1"),
                    ("phone_number_verified", "true"),
                    ("email", "e"),
                ],
                json!({"phone_number": "+1", "phone_number_verified": "true", "email": "e"}),
            ),
        ];
        for (old, new) in rows {
            assert_eq!(
                Value::Object(for_new_user(&attributes(old))),
                new,
                "{old:?}"
            );
        }
    }

    #[test]
    fn a_contact_is_verified_by_its_own_flag() {
        let rows: [(&[(&str, &str)], bool); 9] = [
            (&[], false),
            (&[("email", "e")], false),
            (&[("email_verified", "true")], false),
            (&[("email", ""), ("email_verified", "true")], false),
            (&[("email", "e"), ("email_verified", "false")], false),
            (&[("email", "e"), ("phone_number_verified", "true")], false),
            (&[("email", "e"), ("email_verified", "true")], true),
            (
                &[("phone_number", "+1"), ("phone_number_verified", "true")],
                true,
            ),
            (
                &[
                    ("email", "e"),
                    ("email_verified", "false"),
                    ("phone_number", "+1"),
                    ("phone_number_verified", "true"),
                ],
                true,
            ),
        ];
        for (old, verified) in rows {
            assert_eq!(has_verified_contact(&attributes(old)), verified, "{old:?}");
        }
    }
}
