//! The profiles determine the accounts, regardless of the environment, for every kind of profile.

use std::process::Command;

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT, Reply, ScriptedServer};
use serde_json::{Value, json};

use crate::support::run::Run;
use crate::support::stage::{BOTH, PASSWORD, Stage};

const THIRD: &str = "333333333333";

/// Adds the environment of a pipeline with credentials of another account.
fn with_other_credentials(command: &mut Command) -> &mut Command {
    command
        .env("AWS_ACCESS_KEY_ID", THIRD)
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_PROFILE", "old-other")
}

#[test]
fn credentials_and_a_region_in_the_environment_change_nothing() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    let run = |verb: &str| {
        let mut command = stage.command();
        with_other_credentials(command.args([verb]).args(BOTH.split(' ')));
        let run = Run::of(&mut command);
        run.assert_ended(0, verb);
        for shown in [
            OLD_ACCOUNT,
            NEW_ACCOUNT,
            "eu-west-1",
            "eu-central-1",
            "partition aws",
        ] {
            assert!(run.stdout.contains(shown), "{shown}\n{run}");
        }
        assert!(!run.printed(THIRD), "{run}");
    };
    run("setup");
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    run("teardown");
    assert_eq!(stage.sandbox.snapshot(), before);
    let calls = stage.sandbox.journal();
    assert!(calls.iter().all(|call| call.account != THIRD), "{calls:?}");
    stage.profile("third", "new", [THIRD, "test"], &[]);
    assert_eq!(
        stage.aws("third", "iam:ListRoles", json!({}))["Roles"],
        json!([])
    );
    assert_eq!(
        stage.aws("third", "lambda:ListFunctions", json!({}))["Functions"],
        json!([])
    );
}

#[test]
fn one_account_can_migrate_between_two_regions() {
    let stage = Stage::between("old", "old-other");
    let before = stage.sandbox.snapshot();
    let profiles = "--old-profile old --new-profile old-other";
    let run = stage.ok(&format!("setup {profiles}"));
    assert!(run.printed("same account, from eu-west-1"), "{run}");
    stage.changes_nothing(0, &format!("setup {profiles}"));
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
    assert!(stage.migrated("ada").is_some());
    stage.delete_user("ada");
    stage.ok(&format!("teardown {profiles}"));
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn a_region_can_be_given_with_the_profile() {
    let stage = Stage::between("old", "old-other");
    let before = stage.sandbox.snapshot();
    stage.ok("setup --old-profile old --new-profile old --new-region eu-north-1");
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    // The record has the Region.
    stage.ok("teardown --old-profile old --new-profile old");
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn a_profile_can_assume_a_role() {
    let stage = Stage::new();
    stage.role("old", "deployer", &["*"]);
    stage.role("new", "deployer", &["*"]);
    let before = stage.sandbox.snapshot();
    for (name, source, region, account) in [
        ("old-chain", "old", "eu-west-1", OLD_ACCOUNT),
        ("new-chain", "new", "eu-central-1", NEW_ACCOUNT),
    ] {
        let role = format!("arn:aws:iam::{account}:role/deployer");
        let settings = [
            ("region", region),
            ("role_arn", role.as_str()),
            ("source_profile", source),
        ];
        stage.sandbox.add_profile(name, &settings).unwrap();
    }
    let chains = "--old-profile old-chain --new-profile new-chain";
    stage.sandbox.clear_journal();
    stage.ok(&format!("plan {chains}"));
    let mut calls = stage.sandbox.journal();
    calls.retain(|call| call.action == "AssumeRole");
    assert_eq!(calls.len(), 2, "one session per account");
    stage.ok(&format!("setup {chains}"));
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.ok(&format!("teardown {chains}"));
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn a_profile_can_use_a_credential_process() {
    let stage = Stage::new();
    let credentials = json!({"Version": 1, "AccessKeyId": NEW_ACCOUNT, "SecretAccessKey": "test"});
    stage.file("credentials.json", &credentials.to_string());
    let process = format!(
        "cat {}",
        stage.sandbox.home().join("credentials.json").display()
    );
    let settings = [
        ("region", "eu-central-1"),
        ("credential_process", process.as_str()),
    ];
    stage.sandbox.add_profile("process", &settings).unwrap();
    stage.ok("setup --old-profile old --new-profile process");
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn accounts_of_two_partitions_are_an_error() {
    let stage = Stage::new();
    // The emulator has one partition only.
    let identity = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult>\
         <Arn>arn:aws-cn:iam::{NEW_ACCOUNT}:root</Arn><Account>{NEW_ACCOUNT}</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    let china = ScriptedServer::start(move |_| Reply::text(200, identity.clone())).unwrap();
    stage.profile_at("china", &china);
    for verb in ["setup", "plan"] {
        let run =
            stage.changes_nothing(1, &format!("{verb} --old-profile old --new-profile china"));
        run.assert_stderr(&["error: the old account is in partition aws", "aws-cn"]);
    }
}

#[test]
fn swapped_or_wrong_profiles_remove_nothing() {
    let stage = Stage::new();
    stage.setup();
    for swapped in ["--old-profile new --new-profile old", "--new-profile old"] {
        let run = stage.changes_nothing(1, &format!("teardown {swapped}"));
        run.assert_stderr(&["swap the profiles"]);
    }
    stage.profile("third", "new", [THIRD, "test"], &[]);
    for wrong in [
        "--old-profile old --new-profile third",
        "--old-profile third --new-profile new",
    ] {
        let run = stage.changes_nothing(1, &format!("teardown {wrong}"));
        run.assert_stderr(&[THIRD, "belongs to a deployment with account"]);
    }
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn swapped_profiles_at_a_second_setup_change_nothing() {
    let stage = Stage::new();
    stage.setup();
    let snapshot = stage.sandbox.snapshot();
    // It would be a reverse migration, with the names of the existing deployment.
    let run = stage.cogmig("plan --old-profile new --new-profile old --output json");
    assert_eq!(stage.sandbox.snapshot(), snapshot);
    let planned = &run.json()["changes"];
    let deletes = planned
        .as_array()
        .into_iter()
        .flatten()
        .any(|change| change["action"] == "delete");
    assert!(!deletes && planned != &Value::Null, "{run}");
}

#[test]
fn the_same_pool_on_both_sides_is_an_error() {
    let stage = Stage::new();
    let run = stage.changes_nothing(1, "setup --old-profile old --new-profile old");
    run.assert_stderr(&[&stage.old.id, "--new-profile"]);
}

/// Before the first setup, only the user counts show that the profiles may be swapped.
#[test]
fn swapped_profiles_at_a_first_setup_are_a_warning_with_both_counts() {
    let stage = Stage::new();
    for name in ["bob", "cem", "dan", "eve"] {
        stage.sandbox.user(&stage.old, name, PASSWORD, &[]).unwrap();
    }
    let swapped = "--old-profile new --new-profile old";
    let run = stage.changes_nothing(0, &format!("plan {swapped}"));
    let flat = run.flat();
    for words in ["about 0", "about 5", "swapped"] {
        assert!(flat.contains(words), "{words}\n{run}");
    }
    let run = stage.ok(&format!("plan {BOTH}"));
    assert!(!run.printed("swapped"), "{run}");
    // After setup, the counts show the progress of the migration.
    stage.setup();
    for name in ["bob", "cem", "dan", "eve", "ada"] {
        let user = json!({"Username": name});
        stage.in_pool(&stage.old, "AdminDeleteUser", user);
        stage.sandbox.user(&stage.new, name, PASSWORD, &[]).unwrap();
    }
    let run = stage.ok(&format!("plan {BOTH}"));
    assert!(!run.printed("swapped"), "{run}");
}
