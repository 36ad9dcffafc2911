//! The accepted names, as tables: for each kind of new pool, each name that a user has in the old
//! pool.

use serde_json::{Map, Value, json};

use super::{NameRules, for_new_user};
use crate::attributes::Attribute;
use crate::reasons::Rejection;

const SUB: &str = "0f1e-sub";

fn old(username: &str) -> Vec<Attribute> {
    [
        ("sub", SUB),
        ("email", "Ann@x.org"),
        ("phone_number", "+155"),
        ("preferred_username", "annie"),
        ("custom:note", username),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn new(verified: bool) -> Map<String, Value> {
    let flag = verified.to_string();
    let new = json!({
        "email": "Ann@x.org", "email_verified": flag, "phone_number": "+155", "phone_number_verified": flag,
        "preferred_username": "annie",
    });
    new.as_object().cloned().expect("an object")
}

fn rules(
    old_username: &[&'static str],
    new_username: &[&'static str],
    new_alias: &[&'static str],
) -> NameRules {
    NameRules {
        old_usernames: old_username.to_vec(),
        new_usernames: new_username.to_vec(),
        new_aliases: new_alias.to_vec(),
        old_case_sensitive: false,
        case_sensitive: false,
    }
}

const NO: Result<Option<&str>, Rejection> = Err(Rejection::Name);
const AS_TYPED: Result<Option<&str>, Rejection> = Ok(None);
type Rows<'a> = &'a [(&'a str, &'a str, Result<Option<&'a str>, Rejection>)];

fn check(rules: &NameRules, verified: bool, rows: Rows) {
    for (typed, username, wanted) in rows {
        let got = for_new_user(rules, typed, username, &old(username), &new(verified));
        let wanted = wanted.map(|name| name.map(str::to_owned));
        assert_eq!(got, wanted, "{typed} for {username}");
    }
}

#[test]
fn a_new_pool_without_aliases_accepts_the_old_username() {
    let rows: Rows = &[
        ("ann", "ann", AS_TYPED),
        ("ANN", "ann", AS_TYPED),
        ("ÄNN", "änn", AS_TYPED),
        ("ann@x.org", "ann@x.org", AS_TYPED),
        ("+155", "+155", AS_TYPED),
        // The user would be duplicated: the username is another name of the same user.
        ("ann@x.org", "ann", NO),
        ("+155", "ann", NO),
        ("annie", "ann", NO),
        (SUB, "ann", NO),
        ("bob", "ann", NO),
        ("", "ann", NO),
    ];
    check(&rules(&[], &[], &[]), true, rows);
}

#[test]
fn a_new_pool_without_aliases_accepts_the_username_attributes_of_the_old_pool() {
    let rows: Rows = &[
        // The user would be duplicated: the email address is another name of the same user.
        (SUB, SUB, NO),
        ("ann@X.ORG", SUB, AS_TYPED),
        ("+155", SUB, NO),
        ("annie", SUB, NO),
    ];
    check(&rules(&["email"], &[], &[]), false, rows);
    let both: Rows = &[("ann@x.org", SUB, AS_TYPED), ("+155", SUB, AS_TYPED)];
    check(&rules(&["email", "phone_number"], &[], &[]), false, both);
}

#[test]
fn a_new_pool_that_generates_usernames_must_resolve_the_user_by_the_attribute() {
    let rows: Rows = &[
        ("ann@x.org", "ann", AS_TYPED),
        ("ANN@X.ORG", SUB, AS_TYPED),
        ("ann", "ann", NO),
        ("+155", "ann", NO),
        (SUB, SUB, NO),
    ];
    check(&rules(&[], &["email"], &[]), true, rows);
    check(&rules(&["email"], &["email"], &[]), false, rows);
    // A user can set any email address. An unverified address may belong to another person.
    let unverified: Rows = &[("ann@x.org", "ann", NO), ("ann@x.org", "ann@x.org", NO)];
    check(&rules(&[], &["email"], &[]), false, unverified);
    let both: Rows = &[
        ("ann@x.org", "ann", AS_TYPED),
        ("+155", "ann", AS_TYPED),
        ("annie", "ann", NO),
    ];
    check(&rules(&[], &["email", "phone_number"], &[]), true, both);
    // The attribute must be migrated.
    let without_attribute = for_new_user(
        &rules(&[], &["email"], &[]),
        "ann@x.org",
        "ann",
        &old("ann"),
        &Map::new(),
    );
    assert_eq!(without_attribute, Err(Rejection::Name));
}

#[test]
fn for_a_new_pool_with_aliases_the_response_sets_the_username() {
    let all = rules(&[], &[], &["email", "phone_number", "preferred_username"]);
    let rows: Rows = &[
        ("ann@x.org", "ann", Ok(Some("ann"))),
        ("+155", "ann", Ok(Some("ann"))),
        ("annie", "ann", Ok(Some("ann"))),
        ("ann", "ann", AS_TYPED),
        // Such a pool accepts no username that has the format of an alias.
        ("ann@x.org", "ann@x.org", Ok(Some(SUB))),
        ("ann@x.org", "+155", Ok(Some(SUB))),
        ("bob@x.org", "bob@x.org", NO),
        ("+156", "+156", NO),
        (SUB, "ann", NO),
        ("bob", "ann", NO),
    ];
    check(&all, true, rows);
    let unverified: Rows = &[
        ("ann@x.org", "ann", NO),
        ("ann@x.org", "ann@x.org", NO),
        ("+155", "ann", NO),
        ("annie", "ann", Ok(Some("ann"))),
        ("ann", "ann", AS_TYPED),
    ];
    check(&all, false, unverified);
    // A username may have the format of an attribute that isn't an alias in the new pool.
    let by_preferred: Rows = &[
        ("ann@x.org", "ann@x.org", AS_TYPED),
        ("ann@x.org", "ann", NO),
    ];
    check(
        &rules(&[], &[], &["preferred_username"]),
        true,
        by_preferred,
    );
    let from_attributes: Rows = &[
        ("ann@x.org", SUB, Ok(Some(SUB))),
        ("+155", SUB, AS_TYPED),
        ("annie", SUB, NO),
    ];
    check(
        &rules(&["email", "phone_number"], &[], &["email"]),
        true,
        from_attributes,
    );
}

#[test]
fn a_user_without_a_username_for_the_new_pool_is_rejected() {
    let all = rules(&[], &[], &["email"]);
    for username in ["ann@x.org", ""] {
        let old: Vec<Attribute> = if username.is_empty() {
            old("")
        } else {
            Vec::new()
        };
        let got = for_new_user(&all, "ann@x.org", username, &old, &new(true));
        assert_eq!(got, Err(Rejection::Name), "{username}");
    }
}

#[test]
fn in_a_case_sensitive_pool_another_spelling_is_rejected() {
    let sensitive = |rules: NameRules| NameRules {
        case_sensitive: true,
        ..rules
    };
    let plain: Rows = &[("ann", "ann", AS_TYPED), ("Ann", "ann", NO)];
    check(&sensitive(rules(&[], &[], &[])), true, plain);
    let alias: Rows = &[
        ("Ann@x.org", "ann", Ok(Some("ann"))),
        ("ann@x.org", "ann", NO),
    ];
    check(&sensitive(rules(&[], &[], &["email"])), true, alias);
}
