//! Pools with addresses as usernames or aliases: under which username a user is migrated, and
//! who is rejected.

use cogmig_sandbox::{Pool, Sandbox};
use serde_json::{Value, json};

use crate::support::stage::{BOTH, PASSWORD, Stage};

const ADA: [(&str, &str); 3] = [
    ("email", "ada@example.com"),
    ("email_verified", "true"),
    ("custom:tenant", "analytical"),
];

/// Pools with these settings beside the usual ones; `ada` is in the old one.
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
fn sign_in_by_alias_migrates_the_user_under_the_username() {
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

#[test]
fn addresses_as_usernames_are_usernames_again() {
    let stage = stage(username(), username(), "ada@example.com");
    stage.setup();
    stage.sign_in("ada@example.com", PASSWORD).unwrap();
    let [old, new] =
        [&stage.old, &stage.new].map(|pool| username_of(&stage, pool, "ada@example.com"));
    assert_ne!(old, new);
    stage.sign_in("ada@example.com", PASSWORD).unwrap();
    assert_eq!(users(&stage), 1);
}

/// The name behind the address is the old `sub`, since an alias pool takes no address for one.
#[test]
fn addresses_as_usernames_become_aliases() {
    let stage = stage(username(), alias(), "ada@example.com");
    stage.setup();
    stage.sign_in("ada@example.com", PASSWORD).unwrap();
    stage.sign_in("ada@example.com", PASSWORD).unwrap();
    assert_eq!(users(&stage), 1);
}

/// One user must not become two, by the name and by the address.
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

/// In a pool of addresses a user name that is none would come in under an address that
/// nobody proved.
#[test]
fn a_username_that_is_no_address_is_rejected_by_a_pool_of_addresses() {
    let stage = stage(json!({}), username(), "ada");
    let run = stage.setup();
    assert!(
        run.flat()
            .contains("Sign-ins with a username that isn't a verified email are rejected"),
        "{run}"
    );
    stage.sign_in("ada", PASSWORD).unwrap_err();
    assert_eq!(users(&stage), 0);
}

/// Somebody else has the address in the new pool: it is not taken from them.
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
