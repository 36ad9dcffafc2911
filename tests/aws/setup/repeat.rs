//! Repeated commands and dry runs write nothing, and no secret is printed.

use cogmig_sandbox::NEW_ACCOUNT;
use serde_json::json;

use crate::support::stage::{BOTH, LOG_GROUP, PASSWORD, Stage};

#[test]
fn a_second_setup_writes_nothing_and_keeps_the_external_id() {
    let stage = Stage::new();
    stage.setup();
    let external_id = stage.external_id();
    let run = stage.changes_nothing(0, &format!("setup {BOTH}"));
    assert!(run.stdout.contains("No changes."), "{run}");
    assert_eq!(stage.external_id(), external_id);
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn each_setup_generates_a_new_external_id() {
    let stage = Stage::new();
    stage.setup();
    let first = stage.external_id();
    stage.teardown();
    stage.setup();
    assert_ne!(stage.external_id(), first);
}

#[test]
fn plan_and_dry_run_write_nothing_and_show_the_same() {
    let stage = Stage::new();
    let plan = stage.changes_nothing(0, &format!("plan {BOTH}"));
    let dry = stage.changes_nothing(0, &format!("setup --dry-run {BOTH}"));
    assert_eq!(plan.stdout, dry.stdout);
    for shown in [
        "cognito-access-role",
        "cognito-migration-lambda-policy",
        LOG_GROUP,
        &stage.new.id,
    ] {
        assert!(plan.stdout.contains(shown), "{shown}\n{plan}");
    }
    stage.setup();
    stage.changes_nothing(0, &format!("plan {BOTH}"));
    let teardown = stage.changes_nothing(0, &format!("teardown --dry-run {BOTH}"));
    for shown in [
        "cognito-access-role",
        "cognito-migration-lambda-policy",
        LOG_GROUP,
        &stage.new.id,
    ] {
        assert!(teardown.stdout.contains(shown), "{shown}\n{teardown}");
    }
}

#[test]
fn the_exit_code_of_a_plan_shows_changes_on_request() {
    let stage = Stage::new();
    let detailed = format!("plan --detailed-exitcode {BOTH}");
    stage.changes_nothing(2, &detailed);
    stage.setup();
    stage.changes_nothing(0, &detailed);
    stage.changes_nothing(2, &format!("{detailed} --log-retention 7"));
    stage.teardown();
    stage.changes_nothing(2, &detailed);
}

#[test]
fn a_second_teardown_does_nothing() {
    let stage = Stage::new();
    stage.changes_nothing(0, &format!("teardown {BOTH}"));
    stage.setup();
    stage.teardown();
    let run = stage.changes_nothing(0, &format!("teardown {BOTH}"));
    assert!(run.stdout.contains("No changes."), "{run}");
}

#[test]
fn teardown_uses_the_ids_of_setup() {
    let stage = Stage::new();
    stage.sandbox.pool("old", "Other").unwrap();
    stage.sandbox.pool("new", "Other").unwrap();
    let extra = stage.sandbox.client(&stage.new, "app", json!({})).unwrap();
    let before = stage.sandbox.snapshot();
    stage.ok(&format!(
        "setup {BOTH} --old-pool {} --old-client {} --new-pool {} --new-client {extra}",
        stage.old.id, stage.old.client, stage.new.id
    ));
    assert_ne!(stage.sandbox.snapshot(), before);
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn kept_logs_are_used_by_the_next_setup() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.ok(&format!("teardown --keep-logs {BOTH}"));
    let mut kept = stage.sandbox.snapshot();
    let groups = kept[NEW_ACCOUNT]["log_groups"].take();
    assert_eq!(groups[0]["group"]["logGroupName"], LOG_GROUP);
    kept[NEW_ACCOUNT]["log_groups"] = json!([]);
    assert_eq!(kept, before, "only the log group remains");

    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn the_log_retention_is_set_and_a_later_setup_changes_it() {
    let stage = Stage::new();
    let retention = || {
        stage.sandbox.snapshot()[NEW_ACCOUNT]["log_groups"][0]["group"]["retentionInDays"].clone()
    };
    stage.ok(&format!("setup {BOTH} --log-retention 7"));
    assert_eq!(retention(), 7);
    stage.setup();
    assert_eq!(retention(), 180);
}

#[test]
fn no_secret_is_printed_at_any_level() {
    let stage = Stage::new();
    let mut output = String::new();
    let mut run = |arguments: &str| {
        let run = stage.ok(&format!("{arguments} {BOTH}"));
        output += &run.to_string();
    };
    run("setup --verbose");
    let external_id = stage.external_id();
    stage.sign_in("ada", PASSWORD).unwrap();
    run("setup --verbose --output json");
    // A change of each document that contains the ExternalId.
    stage.edit_environment(|variables| variables["OLD_EXTERNAL_ID"] = "another".into());
    run("plan --verbose");
    run("setup --verbose --output json");
    run("teardown --verbose --dry-run");
    run("teardown --verbose --output json");
    for secret in [external_id.as_str(), PASSWORD, "ada@example.com"] {
        assert!(!output.contains(secret), "{secret}\n{output}");
    }
}
