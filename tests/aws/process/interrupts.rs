//! Ctrl-C, and the SIGTERM of a cancelled pipeline. The first signal stops the run after the
//! changes in progress and reports the applied changes. The second signal stops it immediately.

use std::time::{Duration, Instant};

use cogmig_sandbox::{Conditions, Fault, NEW_ACCOUNT, OLD_ACCOUNT};

use crate::support::calls::{NthCall, Running};
use crate::support::run::Run;
use crate::support::stage::{BOTH, Stage};

const INTERRUPTED: i32 = 130;

/// Starts setup and blocks it at this call in the new account.
fn blocked_setup(action: &str) -> (Stage, Running) {
    let stage = Stage::new();
    let nth = NthCall::of(NEW_ACCOUNT, action, 0);
    stage.inject(&nth, Fault::Blocked, 1);
    let running = stage.start_until_fault(&format!("setup {BOTH}"));
    (stage, running)
}

/// Waits until a signal has been handled, before the blocked call continues.
fn wait_for_signal() {
    std::thread::sleep(Duration::from_millis(300));
}

/// Checks that the run was interrupted, and that the same command continues it.
fn assert_continues(stage: &Stage, run: &Run, processed: &str) {
    run.assert_ended(INTERRUPTED, "setup");
    run.assert_stderr(&["interrupted", "changes were applied and remain", "teardown"]);
    let writes = stage.writes();
    assert!(writes.iter().any(|call| call == processed), "{writes:?}");
    assert!(
        !writes.iter().any(|call| call == "UpdateUserPool"),
        "{writes:?}"
    );
    stage.setup();
    stage.changes_nothing(0, &format!("setup {BOTH}"));
}

#[test]
fn one_interrupt_stops_setup_after_the_changes_in_progress() {
    for signal in ["INT", "TERM"] {
        let (stage, running) = blocked_setup("CreatePolicy");
        // Meanwhile, all resources that don't depend on the policy are created.
        std::thread::sleep(Duration::from_secs(2));
        running.signal(signal);
        wait_for_signal();
        stage.sandbox.clear_faults();
        let run = running.end();
        run.assert_stderr(&[
            "stopping after the changes in progress",
            "+ policy",
            "8 of 9",
        ]);
        // A change in progress was completed.
        assert_continues(&stage, &run, "AttachRolePolicy");
        stage.teardown();
    }
}

#[test]
fn a_second_interrupt_stops_setup_immediately() {
    let (stage, running) = blocked_setup("CreateFunction");
    running.signal("INT");
    wait_for_signal();
    running.signal("INT");
    let run = running.end();
    run.assert_stderr(&["interrupted during a change", "may be incomplete"]);
    stage.sandbox.clear_faults();
    // The call in progress still reaches AWS.
    let deadline = Instant::now() + Duration::from_secs(20);
    while stage.requests("CreateFunction").is_empty() && Instant::now() < deadline {
        wait_for_signal();
    }
    assert_continues(&stage, &run, "CreateFunction");
}

#[test]
fn an_interrupt_stops_a_wait() {
    let stage = Stage::new();
    stage.sandbox.set_conditions(Conditions {
        propagation: Duration::from_mins(10),
        ..Conditions::default()
    });
    // The fault has no effect. It only shows when the call is made.
    let nth = NthCall::of(NEW_ACCOUNT, "CreateFunction", 0);
    stage.inject(&nth, Fault::Slow(Duration::ZERO), 1);
    let running = stage.start_until_fault(&format!("setup {BOTH}"));
    wait_for_signal();
    running.signal("INT");
    let run = running.end();
    run.assert_stderr(&["waiting for Lambda", "cannot be assumed by Lambda"]);
    stage.sandbox.clear_faults();
    stage.sandbox.set_conditions(Conditions::default());
    assert_continues(&stage, &run, "CreateFunction");
}

#[test]
fn an_interrupt_before_any_change_stops_setup_immediately() {
    for signal in ["INT", "TERM"] {
        let stage = Stage::new();
        let before = stage.sandbox.snapshot();
        stage.inject(
            &NthCall::of(NEW_ACCOUNT, "ListUserPools", 0),
            Fault::Blocked,
            1,
        );
        let running = stage.start_until_fault(&format!("setup {BOTH} --output json"));
        running.signal(signal);
        let run = running.end();
        stage.sandbox.clear_faults();
        run.assert_ended(INTERRUPTED, "setup");
        run.assert_stderr(&["interrupted. No changes were made"]);
        assert_eq!(run.json()["result"], "failed", "{run}");
        assert_eq!(stage.writes(), Vec::<String>::new());
        assert_eq!(stage.sandbox.snapshot(), before);
    }
}

/// With eventually consistent reads, a new resource that isn't visible yet isn't deleted.
#[test]
fn an_interrupt_during_the_comparison_reports_nothing_as_deleted() {
    let stage = Stage::new();
    stage.sandbox.set_conditions(Conditions {
        lag: Duration::from_secs(4),
        ..Conditions::default()
    });
    let flow = NthCall::of(OLD_ACCOUNT, "UpdateUserPoolClient", 0);
    stage.inject(&flow, Fault::Slow(Duration::ZERO), 1);
    let running = stage.start_until_fault(&format!("setup {BOTH}"));
    running.signal("INT");
    let run = running.end();
    run.assert_ended(INTERRUPTED, "setup");
    assert!(!run.printed("was deleted during this run"), "{run}");
    stage.sandbox.set_conditions(Conditions::default());
    let flows = stage.flows(&stage.old, &stage.old.client);
    assert!(flows.contains(&"ALLOW_ADMIN_USER_PASSWORD_AUTH".to_owned()));
    stage.setup();
    stage.teardown();
}

#[test]
fn a_call_without_a_response_is_reported_while_it_waits() {
    let stage = Stage::new();
    stage.inject(
        &NthCall::of(NEW_ACCOUNT, "ListUserPools", 0),
        Fault::Blocked,
        1,
    );
    let mut running = stage.start_until_fault(&format!("plan {BOTH}"));
    running.wait_for_stderr("waiting for the response of cognito-idp:ListUserPools [10s]");
    stage.sandbox.clear_faults();
    running.end().assert_ended(0, "plan");
}
