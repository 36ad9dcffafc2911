//! The migrated attributes, as tables.

use serde_json::{Value, json};

use super::{
    Attribute, Mapping, for_new_user, has_verified_contact, is_verified, is_verified_in_old,
};

fn attributes(rows: &[(&str, &str)]) -> Vec<Attribute> {
    rows.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn mappings(list: &str) -> Vec<Mapping> {
    list.split_whitespace()
        .map(|entry| {
            let (old, new) = entry.split_once('=').unwrap_or((entry, entry));
            Mapping {
                old: old.into(),
                new: new.into(),
            }
        })
        .collect()
}

/// An old user with a value for every attribute that an attack could use.
const FULL: &[(&str, &str)] = &[
    ("sub", "1-2"),
    ("email", "e@x"),
    ("email_verified", "true"),
    ("phone_number", "+1"),
    ("phone_number_verified", "false"),
    ("identities", "[]"),
    ("cognito:user_status", "CONFIRMED"),
    ("custom:mail", "evil@x"),
    ("custom:true", "true"),
    ("custom:empty", ""),
    ("dev:custom:note", "n"),
];

#[test]
fn the_new_user_has_only_mapped_attributes() {
    let rows = [
        ("", json!({})),
        ("email", json!({"email": "e@x"})),
        ("email_verified", json!({})),
        (
            "email_verified email",
            json!({"email": "e@x", "email_verified": "true"}),
        ),
        (
            "phone_number phone_number_verified email",
            json!({"email": "e@x", "phone_number": "+1", "phone_number_verified": "false"}),
        ),
        ("name custom:empty", json!({})),
        ("custom:mail=custom:org", json!({"custom:org": "evil@x"})),
        ("sub=custom:legacy_sub", json!({"custom:legacy_sub": "1-2"})),
        (
            "email_verified=custom:was_verified",
            json!({"custom:was_verified": "true"}),
        ),
        // Attributes that Cognito sets itself.
        ("sub", json!({})),
        ("email=sub", json!({})),
        ("identities", json!({})),
        ("email=identities", json!({})),
        ("cognito:user_status", json!({})),
        ("email=cognito:email_alias", json!({})),
        ("dev:custom:note custom:mail=dev:custom:x", json!({})),
        ("email=SUB email=Cognito:x email=", json!({})),
        // Cognito uses this attribute as the username.
        ("custom:mail=username", json!({})),
    ];
    for (list, new) in rows {
        let got = for_new_user(&attributes(FULL), &mappings(list));
        assert_eq!(Value::Object(got), new, "{list}");
    }
}

#[test]
fn if_two_attributes_map_to_one_the_first_with_a_value_is_used() {
    let rows = [
        ("custom:mail=email email", json!({"email": "evil@x"})),
        ("email custom:mail=email", json!({"email": "e@x"})),
        ("custom:empty=email email", json!({"email": "e@x"})),
        ("absent=email email", json!({"email": "e@x"})),
    ];
    for (list, new) in rows {
        let got = for_new_user(&attributes(FULL), &mappings(list));
        assert_eq!(Value::Object(got), new, "{list}");
    }
}

#[test]
fn attack_email_verified_borrowed_by_a_rename() {
    let rows = [
        // The old value's flag with another value.
        (
            "custom:mail=email email_verified",
            json!({"email": "evil@x"}),
        ),
        (
            "custom:mail=email email email_verified",
            json!({"email": "evil@x"}),
        ),
        // The value with another flag.
        ("email custom:true=email_verified", json!({"email": "e@x"})),
        (
            "phone_number custom:true=phone_number_verified",
            json!({"phone_number": "+1"}),
        ),
        (
            "phone_number email_verified=phone_number_verified",
            json!({"phone_number": "+1"}),
        ),
        (
            "email phone_number_verified=email_verified",
            json!({"email": "e@x"}),
        ),
        ("email custom:true=Email_Verified", json!({"email": "e@x"})),
        // One contact with the flag of the other.
        ("phone_number email_verified", json!({"phone_number": "+1"})),
        ("phone_number=email email_verified", json!({"email": "+1"})),
    ];
    for (list, new) in rows {
        let got = for_new_user(&attributes(FULL), &mappings(list));
        assert!(
            !has_verified_contact(&got, &["email", "phone_number"]),
            "{list}"
        );
        assert_eq!(Value::Object(got), new, "{list}");
    }
    // If the first mapping has no value, the old value and its flag are used.
    let list = "custom:empty=email email email_verified";
    let got = for_new_user(&attributes(FULL), &mappings(list));
    assert_eq!(
        Value::Object(got),
        json!({"email": "e@x", "email_verified": "true"})
    );
}

#[test]
fn a_contact_is_verified_by_its_own_flag() {
    let rows: [(&[(&str, &str)], bool); 13] = [
        (&[], false),
        (&[("email", "e")], false),
        (&[("email_verified", "true")], false),
        (&[("email", ""), ("email_verified", "true")], false),
        (&[("email", "e"), ("email_verified", "false")], false),
        (&[("email", "e"), ("email_verified", "True")], true),
        (&[("email", ""), ("email_verified", "True")], false),
        (&[("email", "e"), ("email_verified", "True\u{a0}")], false),
        (&[("email", "e"), ("phone_number_verified", "TRUE")], false),
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
    let all = mappings("email email_verified phone_number phone_number_verified");
    for (old, verified) in rows {
        let new = for_new_user(&attributes(old), &all);
        assert_eq!(
            has_verified_contact(&new, &["email", "phone_number"]),
            verified,
            "{old:?}"
        );
    }
}

/// Cognito compares the value without case, and keeps the spelling. It rejects a migrated user with
/// another spelling.
#[test]
fn a_verified_flag_counts_in_any_case_and_is_migrated_as_true_or_false() {
    let all = mappings("email email_verified phone_number phone_number_verified");
    for (value, verified) in [
        ("true", true),
        ("True", true),
        ("TRUE", true),
        ("tRuE", true),
        ("false", false),
        ("False", false),
        ("FALSE", false),
        (" true", false),
        ("true ", false),
        ("true\n", false),
        ("\"true\"", false),
        ("truthy", false),
        ("1", false),
        ("yes", false),
        ("ＴＲＵＥ", false),
    ] {
        for (contact, flag) in [
            ("email", "email_verified"),
            ("phone_number", "phone_number_verified"),
        ] {
            let old = attributes(&[(contact, "c"), (flag, value)]);
            let new = for_new_user(&old, &all);
            assert_eq!(new[flag], verified.to_string(), "{value:?}");
            assert_eq!(is_verified(&new, contact), verified, "{value:?}");
            assert_eq!(is_verified_in_old(&old, contact), verified, "{value:?}");
            let by_code = has_verified_contact(&new, &[contact]);
            assert_eq!(by_code, verified, "{value:?}");
        }
    }
}
