//! Ctrl-C, and the SIGTERM of a cancelled pipeline. The first one stops the run after the
//! changes in progress, and reports what exists. The second one stops it at once.

use std::time::{Duration, Instant};

use cogmig_sandbox::{Conditions, Fault, NEW_ACCOUNT, OLD_ACCOUNT};

use crate::support::calls::{NthCall, Running};
use crate::support::run::Run;
use crate::support::stage::{BOTH, Stage};

const INTERRUPTED: i32 = 130;

/// Setup, held at this call in the new account.
fn held(action: &str) -> (Stage, Running) {
    let stage = Stage::new();
    let nth = NthCall::of(NEW_ACCOUNT, action, 0);
    stage.inject(&nth, Fault::Held, 1);
    let running = stage.start_until_fault(&format!("setup {BOTH}"));
    (stage, running)
}

/// Time for a signal to be seen before the call that is held goes on.
fn a_moment() {
    std::thread::sleep(Duration::from_millis(300));
}

/// It can be continued, and torn down.
fn assert_continues(stage: &Stage, run: &Run, made: &str) {
    run.assert_ended(INTERRUPTED, "setup");
    run.assert_stderr(&["interrupted", "changes were applied and remain", "teardown"]);
    let writes = stage.writes();
    assert!(writes.iter().any(|call| call == made), "{writes:?}");
    assert!(
        !writes.iter().any(|call| call == "UpdateUserPool"),
        "{writes:?}"
    );
    stage.setup();
    stage.changes_nothing(0, &format!("setup {BOTH}"));
}

#[test]
fn one_interrupt_stops_it_after_the_changes_in_progress() {
    for signal in ["INT", "TERM"] {
        let (stage, running) = held("CreatePolicy");
        // All that does not need the policy is made meanwhile.
        std::thread::sleep(Duration::from_secs(2));
        running.signal(signal);
        a_moment();
        stage.sandbox.clear_faults();
        let run = running.end();
        run.assert_stderr(&[
            "stopping after the changes in progress",
            "+ policy",
            "8 of 9",
        ]);
        // A change that had begun was brought to its end.
        assert_continues(&stage, &run, "AttachRolePolicy");
        stage.teardown();
    }
}

#[test]
fn a_second_interrupt_stops_it_at_once() {
    let (stage, running) = held("CreateFunction");
    running.signal("INT");
    a_moment();
    running.signal("INT");
    let run = running.end();
    run.assert_stderr(&["interrupted during a change", "may be incomplete"]);
    stage.sandbox.clear_faults();
    // What was under way arrives all the same.
    let deadline = Instant::now() + Duration::from_secs(20);
    while stage.requests("CreateFunction").is_empty() && Instant::now() < deadline {
        a_moment();
    }
    assert_continues(&stage, &run, "CreateFunction");
}

#[test]
fn an_interrupt_ends_a_wait() {
    let stage = Stage::new();
    stage.sandbox.set_conditions(Conditions {
        propagation: Duration::from_mins(10),
        ..Conditions::default()
    });
    // It strikes nothing by itself, and tells when the call is made.
    let nth = NthCall::of(NEW_ACCOUNT, "CreateFunction", 0);
    stage.inject(&nth, Fault::Slow(Duration::ZERO), 1);
    let running = stage.start_until_fault(&format!("setup {BOTH}"));
    a_moment();
    running.signal("INT");
    let run = running.end();
    run.assert_stderr(&["waiting for Lambda", "cannot be assumed by Lambda"]);
    stage.sandbox.clear_faults();
    stage.sandbox.set_conditions(Conditions::default());
    assert_continues(&stage, &run, "CreateFunction");
}

#[test]
fn before_any_change_an_interrupt_ends_it_at_once_and_says_so() {
    for signal in ["INT", "TERM"] {
        let stage = Stage::new();
        let before = stage.sandbox.snapshot();
        stage.inject(
            &NthCall::of(NEW_ACCOUNT, "ListUserPools", 0),
            Fault::Held,
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

/// A read may be late, and what is not to be seen yet is not gone.
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
    assert!(!run.printed("was deleted while this"), "{run}");
    stage.sandbox.set_conditions(Conditions::default());
    let flows = stage.flows(&stage.old, &stage.old.client);
    assert!(flows.contains(&"ALLOW_ADMIN_USER_PASSWORD_AUTH".to_owned()));
    stage.setup();
    stage.teardown();
}

#[test]
fn a_call_without_an_answer_is_reported_before_it_ends() {
    let stage = Stage::new();
    stage.inject(
        &NthCall::of(NEW_ACCOUNT, "ListUserPools", 0),
        Fault::Held,
        1,
    );
    let mut running = stage.start_until_fault(&format!("plan {BOTH}"));
    running.says("waiting for the response of cognito-idp:ListUserPools [10s]");
    stage.sandbox.clear_faults();
    running.end().assert_ended(0, "plan");
}
