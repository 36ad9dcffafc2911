//! Changes between the plan and the apply: by other deployments, by other users, and an expired
//! session.

use std::time::Duration;

use cogmig_sandbox::{Conditions, Fault, NEW_ACCOUNT, OLD_ACCOUNT, Pool};
use serde_json::json;

use crate::support::calls::{NthCall, Running};
use crate::support::run::Run;
use crate::support::stage::{BOTH, LAMBDA, LOG_GROUP, PASSWORD, Stage};

/// Starts a command and blocks one of its calls.
fn start_blocked(
    stage: &Stage,
    command: &str,
    account: &str,
    action: &str,
    after: usize,
) -> Running {
    stage.inject(&NthCall::of(account, action, after), Fault::Blocked, 1);
    stage.start_until_fault(command)
}

/// Unblocks the call and waits until the command exits.
fn unblock(stage: &Stage, running: Running) -> Run {
    stage.sandbox.clear_faults();
    running.end()
}

/// Two deployments with the same old app client and different new pools. The first one exists.
fn two_deployments() -> (Stage, Pool, [String; 2]) {
    let stage = Stage::new();
    let second = stage.sandbox.pool("new", "Partners").unwrap();
    let setup = |pool: &Pool| {
        let (pool, client) = (&pool.id, &pool.client);
        format!("setup {BOTH} --new-pool {pool} --new-client {client}")
    };
    let setups = [setup(&stage.new), setup(&second) + " --suffix two"];
    stage.ok(&setups[0]);
    (stage, second, setups)
}

#[test]
fn another_deployment_created_during_teardown_keeps_its_flow() {
    let (stage, second, [_, setup]) = two_deployments();
    let teardown = format!("teardown {BOTH}");
    let running = start_blocked(&stage, &teardown, NEW_ACCOUNT, "UpdateUserPool", 0);
    stage.ok(&setup);
    unblock(&stage, running).assert_ended(0, &teardown);
    let signed_in = stage.sandbox.sign_in(&second.client, "ada", PASSWORD);
    signed_in.unwrap();
}

#[test]
fn another_deployment_removed_during_setup_keeps_the_flow_of_this_one() {
    let (stage, second, [_, setup]) = two_deployments();
    let running = start_blocked(&stage, &setup, OLD_ACCOUNT, "CreateRole", 0);
    stage.ok(&format!("teardown {BOTH}"));
    unblock(&stage, running).assert_ended(0, &setup);
    let signed_in = stage.sandbox.sign_in(&second.client, "ada", PASSWORD);
    signed_in.unwrap();
}

#[test]
fn two_deployments_removed_at_the_same_time_leave_no_flow() {
    let (stage, _, [_, setup]) = two_deployments();
    stage.ok(&setup);
    let teardown = format!("teardown {BOTH}");
    let running = start_blocked(&stage, &teardown, NEW_ACCOUNT, "UpdateUserPool", 0);
    stage.ok(&format!("{teardown} --suffix two"));
    unblock(&stage, running).assert_ended(0, &teardown);
    let flows = stage.flows(&stage.old, &stage.old.client);
    assert_eq!(flows, ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]);
}

#[test]
fn a_trigger_removed_by_its_owner_before_the_change_is_not_restored() {
    let stage = Stage::new();
    let other = format!("arn:aws:lambda:eu-central-1:{OLD_ACCOUNT}:function:other");
    stage.set_trigger(Some(&other));
    let setup = format!("setup {BOTH} --replace-trigger");
    let running = start_blocked(&stage, &setup, OLD_ACCOUNT, "CreateRole", 0);
    stage.set_trigger(None);
    let before = stage.triggers();
    let run = unblock(&stage, running);
    run.assert_ended(1, &setup);
    run.assert_stderr(&["was changed by others", "run the same command again"]);
    stage.ok(&setup);
    stage.teardown();
    assert_eq!(stage.triggers(), before);
}

#[test]
fn resources_that_are_no_longer_managed_are_not_deleted() {
    let teardown = format!("teardown {BOTH}");
    let stage = Stage::new();
    stage.setup();
    let running = start_blocked(&stage, &teardown, NEW_ACCOUNT, "UpdateUserPool", 0);
    let name = json!({"logGroupName": LOG_GROUP});
    stage.aws("new", "logs:DeleteLogGroup", name.clone());
    stage.aws("new", "logs:CreateLogGroup", name);
    let run = unblock(&stage, running);
    run.assert_ended(1, &teardown);
    run.assert_stderr(&[LOG_GROUP, "no longer managed"]);
    let groups = &stage.sandbox.snapshot()[NEW_ACCOUNT]["log_groups"];
    assert_eq!(groups[0]["group"]["logGroupName"], LOG_GROUP);

    let stage = Stage::new();
    stage.setup();
    let running = start_blocked(&stage, &teardown, NEW_ACCOUNT, "UpdateUserPool", 0);
    let function = format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}");
    let tags = json!({"Resource": function, "TagKeys": ["cogmig:deployment"]});
    stage.aws("new", "lambda:UntagResource", tags);
    let run = unblock(&stage, running);
    run.assert_ended(1, &teardown);
    let name = json!({"FunctionName": LAMBDA});
    stage.aws("new", "lambda:GetFunction", name);
}

#[test]
fn a_pool_that_is_deleted_during_the_comparison_is_reported_as_deleted() {
    let stage = Stage::new();
    stage.edit_pool(&stage.new, |pool| {
        pool["DeletionProtection"] = "INACTIVE".into();
    });
    let setup = format!("setup {BOTH}");
    let running = start_blocked(&stage, &setup, NEW_ACCOUNT, "DescribeUserPool", 2);
    stage.in_pool(&stage.new, "DeleteUserPool", json!({}));
    let run = unblock(&stage, running);
    run.assert_ended(1, &setup);
    run.assert_stderr(&["was deleted during this run"]);
}

#[test]
fn a_throttled_comparison_is_retried() {
    let stage = Stage::new();
    let compared = NthCall::of(NEW_ACCOUNT, "DescribeUserPool", 2);
    stage.inject(&compared, Fault::Throttled, 12);
    stage.setup();
    assert_eq!(stage.sandbox.clear_faults(), 12);
}

#[test]
fn an_interrupt_reports_exactly_the_lost_changes() {
    let setup = format!("setup {BOTH} --output json");
    let stage = Stage::new();
    let running = start_blocked(&stage, &setup, NEW_ACCOUNT, "DescribeUserPool", 2);
    let lost = json!({"Policies": {}});
    stage.sandbox.seed_pool(&stage.new, &lost).unwrap();
    running.signal("INT");
    std::thread::sleep(Duration::from_millis(300));
    let run = unblock(&stage, running);
    run.assert_ended(1, &setup);
    let causes = run.json()["error"]["causes"].to_string();
    assert!(causes.contains("MinimumLength was 14"), "{causes}");

    let stage = Stage::new();
    stage.sandbox.set_conditions(Conditions {
        lag: Duration::from_secs(3),
        ..Conditions::default()
    });
    let compared = NthCall::of(NEW_ACCOUNT, "DescribeUserPool", 2);
    stage.inject(&compared, Fault::Slow(Duration::ZERO), 1);
    let running = stage.start_until_fault(&setup);
    running.signal("INT");
    let run = running.end();
    assert!(!run.printed("differ from their values before"), "{run}");
}

/// Lost changes are reported in addition to other errors, also after an interrupt.
#[test]
fn lost_changes_are_reported_with_another_error() {
    let setup = format!("setup {BOTH} --output json");
    let (describe, get) = ("DescribeUserPoolClient", "GetRole");
    for interrupted in [false, true] {
        let stage = Stage::new();
        // One call for the plan, one for the change, one for the comparison.
        stage.inject(&NthCall::of(OLD_ACCOUNT, get, 1), Fault::Denied, 1);
        let running = start_blocked(&stage, &setup, OLD_ACCOUNT, describe, 2);
        // Until both faults have had their effect.
        std::thread::sleep(Duration::from_secs(2));
        let lost = json!({"IdTokenValidity": 1});
        let client = &stage.old.client;
        stage
            .sandbox
            .seed_client(&stage.old, client, &lost)
            .unwrap();
        if interrupted {
            running.signal("INT");
            std::thread::sleep(Duration::from_millis(300));
        }
        let run = unblock(&stage, running);
        run.assert_ended(1, &setup);
        let error = run.json()["error"].to_string();
        assert!(error.contains("IdTokenValidity"), "{error}");
        assert_eq!(error.contains("AccessDenied"), !interrupted, "{error}");
        // The flow and its record exist, so users can still be migrated.
        let output = run.to_string();
        assert!(!output.contains("was reverted"), "{output}");
        stage.sign_in("ada", PASSWORD).unwrap();
    }
}

/// An update without a response may have been processed. If it was, it is compared.
#[test]
fn an_update_without_a_response_is_compared_after_an_interrupt() {
    let setup = format!("setup {BOTH} --output json");
    let stage = Stage::new();
    let delay = Duration::from_secs(2);
    let describe_call = |after| NthCall::of(NEW_ACCOUNT, "DescribeUserPool", after);
    stage.inject(&describe_call(1), Fault::Slow(delay), 1);
    stage.inject(&describe_call(0), Fault::Slow(delay), 1);
    stage.inject(
        &NthCall::of(NEW_ACCOUNT, "UpdateUserPool", 0),
        Fault::CutAfter,
        1,
    );
    let running = stage.start_until_fault(&setup);
    running.signal("INT");
    while stage.requests("UpdateUserPool").is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let lost = json!({"Policies": {}});
    stage.sandbox.seed_pool(&stage.new, &lost).unwrap();
    let run = running.end();
    run.assert_ended(1, &setup);
    let causes = run.json()["error"]["causes"].to_string();
    assert!(causes.contains("MinimumLength was 14"), "{causes}");
}

/// Without the flow, the trigger would reject all users who haven't been migrated.
#[test]
fn a_trigger_whose_flow_was_removed_is_not_attached() {
    let other = format!("arn:aws:lambda:eu-central-1:{OLD_ACCOUNT}:function:other");
    for interrupted in [false, true] {
        let stage = Stage::new();
        stage.set_trigger(Some(&other));
        let before = stage.triggers();
        let setup = format!("setup {BOTH} --replace-trigger");
        // The second call checks whether the record still exists.
        let running = start_blocked(&stage, &setup, OLD_ACCOUNT, "GetRole", 1);
        stage.delete_access_role();
        std::thread::sleep(Duration::from_secs(3));
        if interrupted {
            running.signal("INT");
            std::thread::sleep(Duration::from_millis(300));
        }
        let run = unblock(&stage, running);
        run.assert_ended(if interrupted { 130 } else { 1 }, &setup);
        run.assert_stderr(&["the undo record of app client"]);
        assert_eq!(stage.triggers(), before);
    }
}

#[test]
fn a_session_that_expires_during_a_run_is_reported_at_once() {
    let stage = Stage::new();
    let ended = stage.sandbox.home().join("ended");
    let script = format!(
        r#"test -e {} && echo "session over" >&2 && exit 1
end=$(python3 -c "import datetime as d; print((d.datetime.now(d.UTC) + d.timedelta(seconds=2)).strftime('%Y-%m-%dT%H:%M:%SZ'))")
echo '{{"Version": 1, "AccessKeyId": "222222222222", "SecretAccessKey": "test", "Expiration": "'$end'"}}'"#,
        ended.display()
    );
    stage.file("session.sh", &script);
    let process = format!("sh {}", stage.sandbox.home().join("session.sh").display());
    let settings = [
        ("credential_process", process.as_str()),
        ("region", "eu-central-1"),
    ];
    stage.sandbox.add_profile("brief", &settings).unwrap();
    let setup = "setup --old-profile old --new-profile brief";
    let running = start_blocked(&stage, setup, NEW_ACCOUNT, "DescribeUserPool", 1);
    stage.file("ended", "");
    std::thread::sleep(Duration::from_secs(3));
    let run = unblock(&stage, running);
    run.assert_ended(1, setup);
    run.assert_stderr(&["sign in again"]);
    assert!(!run.printed("waiting for Cognito to update"), "{run}");
}
