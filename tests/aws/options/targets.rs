//! Which pools and app clients are selected: the specified ones, the recorded ones, or the only
//! ones. An ambiguous selection is an error.

use serde_json::json;

use crate::support::stage::{BOTH, PASSWORD, Stage};

#[test]
fn one_of_several_pools_must_be_specified() {
    let stage = Stage::new();
    let other = stage.sandbox.pool("old", "Partners").unwrap();
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[
        &stage.old.id,
        "Customers",
        &other.id,
        "Partners",
        "--old-pool",
    ]);
    let third = stage.sandbox.pool("new", "Third").unwrap();
    let run = stage.changes_nothing(1, &format!("setup {BOTH} --old-pool {}", stage.old.id));
    run.assert_stderr(&[&stage.new.id, "Customers", &third.id, "Third", "--new-pool"]);
    stage.ok(&format!(
        "setup {BOTH} --old-pool {} --new-pool {}",
        stage.old.id, stage.new.id
    ));
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn one_of_several_clients_must_be_specified() {
    let stage = Stage::new();
    let old = stage
        .sandbox
        .client(&stage.old, "mobile", json!({}))
        .unwrap();
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[&stage.old.client, "web", &old, "mobile", "--old-client"]);
    let new = stage
        .sandbox
        .client(&stage.new, "mobile", json!({}))
        .unwrap();
    let run = stage.changes_nothing(1, &format!("setup {BOTH} --old-client {old}"));
    run.assert_stderr(&[&stage.new.client, "web", &new, "mobile", "--new-client"]);
    stage.ok(&format!(
        "setup {BOTH} --old-client {old} --new-client {new}"
    ));
    stage.sandbox.sign_in(&new, "ada", PASSWORD).unwrap();
    stage.sign_in("ada", PASSWORD).unwrap_err();
}

#[test]
fn without_a_pool_or_a_client_setup_fails() {
    let stage = Stage::new();
    let run = stage.changes_nothing(1, &format!("setup {BOTH} --new-region eu-south-1"));
    run.assert_stderr(&["no user pool", "eu-south-1", "222222222222"]);
    let client = json!({"ClientId": stage.new.client});
    stage.in_pool(&stage.new, "DeleteUserPoolClient", client);
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&["no app client", "222222222222", &stage.new.id]);
}

#[test]
fn unknown_ids_are_reported_with_the_existing_ones() {
    let stage = Stage::new();
    for (option, id, existing) in [
        ("--old-pool", "eu-west-1_AbCdEfGhI", &stage.old.id),
        ("--new-pool", "eu-central-1_AbCdEfGhI", &stage.new.id),
        (
            "--old-client",
            "abcdefghijklmnopqrstuvwxyz",
            &stage.old.client,
        ),
        (
            "--new-client",
            "abcdefghijklmnopqrstuvwxyz",
            &stage.new.client,
        ),
        ("--new-client", &stage.old.client, &stage.new.client),
    ] {
        let run = stage.changes_nothing(1, &format!("setup {BOTH} {option} {id}"));
        run.assert_stderr(&[id, existing]);
    }
}

#[test]
fn a_pool_of_another_region_is_recognized_by_its_id() {
    let stage = Stage::new();
    let run = stage.changes_nothing(1, &format!("setup {BOTH} --old-pool eu-north-1_AbCdEfGhI"));
    run.assert_stderr(&[
        "eu-north-1_AbCdEfGhI",
        "eu-west-1",
        "--old-region eu-north-1",
    ]);
    let run = stage.changes_nothing(1, &format!("setup {BOTH} --new-pool eu-west-1_AbCdEfGhI"));
    run.assert_stderr(&["eu-central-1", "--new-region eu-west-1"]);
}

#[test]
fn each_of_several_new_clients_gets_the_flow_and_is_restored() {
    let stage = Stage::new();
    let settings = json!({"ExplicitAuthFlows": null});
    let mobile = stage
        .sandbox
        .client(&stage.new, "mobile", settings)
        .unwrap();
    let untouched = stage
        .sandbox
        .client(&stage.new, "batch", json!({}))
        .unwrap();
    let before = stage.sandbox.snapshot();
    let clients = format!("--new-client {} --new-client {mobile}", stage.new.client);
    stage.ok(&format!("setup {BOTH} {clients}"));
    for client in [&stage.new.client, &mobile] {
        stage.sandbox.sign_in(client, "ada", PASSWORD).unwrap();
        stage.delete_user("ada");
    }
    stage
        .sandbox
        .sign_in(&untouched, "ada", PASSWORD)
        .unwrap_err();
    stage.changes_nothing(0, &format!("setup {BOTH} {clients}"));
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn a_client_that_is_no_longer_specified_is_restored() {
    let stage = Stage::new();
    let mobile = stage
        .sandbox
        .client(&stage.new, "mobile", json!({}))
        .unwrap();
    let before = stage.sandbox.snapshot();
    let web = stage.new.client.clone();
    stage.ok(&format!("setup {BOTH} --new-client {web},{mobile}"));
    stage.ok(&format!("setup {BOTH} --new-client {mobile}"));
    let flows = |client: &str| stage.flows(&stage.new, client);
    assert_eq!(
        flows(&web),
        ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]
    );
    assert!(flows(&mobile).contains(&"ALLOW_USER_PASSWORD_AUTH".to_owned()));
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    // Back to the first client.
    stage.ok(&format!("setup {BOTH} --new-client {web}"));
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.sandbox.sign_in(&mobile, "bob", PASSWORD).unwrap_err();
    stage.delete_user("ada");
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn another_old_client_replaces_the_first() {
    let stage = Stage::new();
    let mobile = stage
        .sandbox
        .client(&stage.old, "mobile", json!({}))
        .unwrap();
    let before = stage.sandbox.snapshot();
    stage.ok(&format!("setup {BOTH} --old-client {}", stage.old.client));
    stage.ok(&format!("setup {BOTH} --old-client {mobile}"));
    assert!(
        !stage
            .flows(&stage.old, &stage.old.client)
            .join(" ")
            .contains("ADMIN")
    );
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}
