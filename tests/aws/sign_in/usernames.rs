//! Pools with emails as usernames or aliases: with which username a user is migrated, and which
//! users are rejected.

use cogmig_sandbox::{Pool, Sandbox};
use serde_json::{Value, json};

use crate::support::stage::{BOTH, PASSWORD, Stage};

const ADA: [(&str, &str); 3] = [
    ("email", "ada@example.com"),
    ("email_verified", "true"),
    ("custom:tenant", "analytical"),
];

/// Two pools with these additional settings. `ada` is in the old pool.
fn stage(old: Value, new: Value, name: &str) -> Stage {
    let sandbox = Sandbox::start().unwrap();
    let old = sandbox.pool_with("old", "Customers", old).unwrap();
    let new = sandbox.pool_with("new", "Customers", new).unwrap();
    sandbox.user(&old, name, PASSWORD, &ADA).unwrap();
    Stage { sandbox, old, new }
}

fn alias() -> Value {
    json!({"AliasAttributes": ["email"]})
}

fn username() -> Value {
    json!({"UsernameAttributes": ["email"]})
}

fn username_of(stage: &Stage, pool: &Pool, name: &str) -> String {
    let user = stage.sandbox.find_user(pool, name).unwrap().unwrap();
    user["Username"].as_str().unwrap().to_owned()
}

fn users(stage: &Stage) -> usize {
    let users = stage.in_pool(&stage.new, "ListUsers", json!({}));
    users["Users"].as_array().unwrap().len()
}

#[test]
fn sign_in_by_alias_migrates_the_user_with_the_username() {
    let stage = stage(alias(), alias(), "ada");
    stage.setup();
    stage
        .sign_in("ada@example.com", "Wrong-Horse-1")
        .unwrap_err();
    stage.sign_in("ada@example.com", PASSWORD).unwrap();
    assert_eq!(username_of(&stage, &stage.new, "ada@example.com"), "ada");
    stage.sign_in("ada", PASSWORD).unwrap();
    assert_eq!(users(&stage), 1);
}

#[test]
fn sign_in_by_username_migrates_the_user_with_the_alias() {
    let stage = stage(alias(), alias(), "ada");
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.sign_in("ada@example.com", PASSWORD).unwrap();
    assert_eq!(users(&stage), 1);
}

/// Back ends write `True`. Cognito counts it as verified, so the user can sign in with the email.
#[test]
fn a_verified_email_is_an_alias_with_any_spelling_of_the_flag() {
    let stage = stage(alias(), alias(), "ada");
    stage.setup();
    for (name, flag) in [("bob", "True"), ("eve", "TRUE"), ("joe", "False")] {
        let email = format!("{name}@example.com");
        stage.old_user(name, &[("email", &email), ("email_verified", flag)]);
        let verified = flag != "False";
        let typed = if verified { email.as_str() } else { name };
        let found = stage
            .ok(&format!("user {typed} {BOTH} --output json"))
            .json();
        let old = &found["user"]["old"][0];
        assert_eq!(old["can_be_migrated"], true, "{found}");
        let contacts = if verified {
            json!(["email"])
        } else {
            json!([])
        };
        assert_eq!(old["user"]["verified"], contacts, "{found}");
        stage.sign_in(typed, PASSWORD).unwrap();
        assert_eq!(username_of(&stage, &stage.new, name), name);
        let migrated = stage.migrated(name).unwrap();
        let flag = ("email_verified".to_owned(), verified.to_string());
        assert!(migrated.contains(&flag), "{migrated:?}");
    }
}

#[test]
fn emails_as_usernames_stay_usernames() {
    let stage = stage(username(), username(), "ada@example.com");
    stage.setup();
    stage.sign_in("ada@example.com", PASSWORD).unwrap();
    let [old, new] =
        [&stage.old, &stage.new].map(|pool| username_of(&stage, pool, "ada@example.com"));
    assert_ne!(old, new);
    stage.sign_in("ada@example.com", PASSWORD).unwrap();
    assert_eq!(users(&stage), 1);
}

/// The username is the old `sub`, because a pool with aliases doesn't accept an email as a
/// username.
#[test]
fn emails_as_usernames_become_aliases() {
    let stage = stage(username(), alias(), "ada@example.com");
    stage.setup();
    stage.sign_in("ada@example.com", PASSWORD).unwrap();
    stage.sign_in("ada@example.com", PASSWORD).unwrap();
    assert_eq!(users(&stage), 1);
}

/// Otherwise, the username and the email would create two users.
#[test]
fn an_alias_that_the_new_pool_cannot_resolve_is_rejected() {
    let stage = stage(alias(), json!({}), "ada");
    let run = stage.setup();
    assert!(
        run.flat()
            .contains("Sign-ins with an identifier that the new pool can't resolve are rejected"),
        "{run}"
    );
    let wrong = stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
    assert_eq!(stage.sign_in("ada@example.com", PASSWORD), Err(wrong));
    stage.sign_in("ada", PASSWORD).unwrap();
    assert_eq!(users(&stage), 1);
}

/// With emails as usernames, another username would be migrated under an unverified email.
#[test]
fn a_username_that_is_not_an_email_is_rejected_if_usernames_are_emails() {
    let stage = stage(json!({}), username(), "ada");
    let run = stage.ok(&format!("setup {BOTH} --allow no-user-can-be-migrated"));
    assert!(
        run.flat()
            .contains("Sign-ins with a username are rejected, unless the username is the user's verified email"),
        "{run}"
    );
    stage.sign_in("ada", PASSWORD).unwrap_err();
    assert_eq!(users(&stage), 0);
}

/// Another user of the new pool has the email and keeps it.
#[test]
fn an_alias_of_another_user_is_not_taken_over() {
    let stage = stage(alias(), alias(), "ada");
    stage.setup();
    stage
        .sandbox
        .user(&stage.new, "other", PASSWORD, &ADA)
        .unwrap();
    stage.sign_in("ada", PASSWORD).unwrap_err();
    assert_eq!(username_of(&stage, &stage.new, "ada@example.com"), "other");
    assert_eq!(users(&stage), 1);
}

#[test]
fn usernames_are_case_insensitive_if_both_pools_are() {
    let stage = Stage::new();
    stage.setup();
    stage.sign_in("ADA", PASSWORD).unwrap();
    stage.sign_in("ada", PASSWORD).unwrap();
    assert_eq!(users(&stage), 1);
    stage.changes_nothing(0, &format!("setup {BOTH}"));
}
