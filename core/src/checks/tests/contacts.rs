//! Contacts that several users of the old pool can share, and only one user of the new pool can have.

use serde_json::json;

use super::*;

#[test]
fn a_contact_that_identifies_users_only_in_the_new_pool_gives_a_warning() {
    let flag = json!({"Name": "phone_number_verified", "AttributeDataType": "Boolean"});
    let attributes = [string("phone_number"), flag];
    let pool = |list: &str, kinds: &[&str]| {
        let mut pool = with(list, json!(kinds));
        pool["SchemaAttributes"] = schema(&attributes);
        pool["Id"] = "eu-west-1_Old".into();
        pool
    };
    let alias = |kinds: &[&str]| pool("AliasAttributes", kinds);
    let username = |kinds: &[&str]| pool("UsernameAttributes", kinds);
    let shared = |old: Value, new: Value, handling: &UserHandling| -> Vec<String> {
        let warnings = checked(old, new, handling).warnings.into_iter();
        let shared = warnings.filter(|one| one.id == "shared-contacts");
        shared.map(|one| one.words()).collect()
    };
    let both = ["email", "phone_number"];
    let rows: [(Value, Value, &[&str]); 9] = [
        (alias(&[]), alias(&["email"]), &["verified email"]),
        (
            alias(&[]),
            username(&["phone_number"]),
            &["verified phone number"],
        ),
        (
            alias(&[]),
            username(&both),
            &["verified email", "verified phone number"],
        ),
        (
            alias(&["preferred_username"]),
            alias(&["email"]),
            &["verified email"],
        ),
        (alias(&["email"]), alias(&both), &["verified phone number"]),
        (username(&["email"]), alias(&["email"]), &[]),
        (alias(&["email"]), username(&["email"]), &[]),
        (alias(&[]), alias(&["preferred_username"]), &[]),
        (alias(&both), alias(&[]), &[]),
    ];
    for (old, new, expected) in rows {
        let found = shared(old, new, &UserHandling::default());
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (words, expected) in found.iter().zip(expected) {
            assert!(words.contains(expected), "{words}");
            let listed =
                "--profile old --region eu-west-1 --user-pool-id eu-west-1_Old --output text";
            assert!(words.contains(listed), "{words}");
        }
    }
    // Users of the new pool have no verified email.
    for dropped in ["email", "email_verified"] {
        assert_eq!(
            shared(alias(&[]), alias(&["email"]), &drops(&[dropped])).len(),
            0
        );
    }
}
