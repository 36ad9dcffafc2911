//! Faults and races when the dedicated app client is created and deleted.

use cogmig_sandbox::{Fault, Injection, OLD_ACCOUNT};
use serde_json::Value;

use crate::support::calls::NthCall;
use crate::support::stage::{ACCESS_ROLE, BOTH, PASSWORD, Stage};

fn setup() -> String {
    format!("setup {BOTH} --dedicated-old-client")
}

/// After teardown, no dedicated app client remains.
#[test]
fn every_fault_of_the_calls_that_create_and_delete_it() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    let teardown = format!("teardown {BOTH}");
    for (fault, times, code) in [
        (Fault::Denied, 1, 1),
        (Fault::Throttled, 3, 0),
        (Fault::CutAfter, 1, 0),
        (Fault::CutBefore, 1, 0),
        (Fault::Twice, 1, 0),
        (Fault::NoResponse, 1, -1),
    ] {
        for (command, action) in [
            (setup(), "CreateUserPoolClient"),
            (teardown.clone(), "DeleteUserPoolClient"),
        ] {
            let context = format!("{command} {action} {fault:?}");
            let nth = NthCall::of(OLD_ACCOUNT, action, 0);
            stage.inject(&nth, fault, times);
            if fault == Fault::NoResponse {
                stage.start_until_fault(&command).kill();
            } else {
                stage.cogmig(&command).assert_ended(code, &context);
            }
            assert_eq!(stage.sandbox.clear_faults(), times, "{context}");
            stage.ok(&command);
            if command == teardown {
                assert_eq!(stage.sandbox.snapshot(), before, "{context}");
            } else {
                stage.changes_nothing(0, &command);
                stage.sign_in("ada", PASSWORD).unwrap();
                stage.delete_user("ada");
            }
        }
    }
}

/// Teardown removes the record while setup creates the app client. No app client without a record
/// may remain.
#[test]
fn a_teardown_during_its_creation() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.sandbox.inject(Injection {
        account: OLD_ACCOUNT.into(),
        action: "CreateUserPoolClient".into(),
        after: 0,
        times: 1,
        fault: Fault::Blocked,
    });
    let running = stage.start_until_fault(&setup());
    stage.teardown();
    stage.sandbox.clear_faults();
    let run = running.end();
    run.assert_ended(1, "setup");
    run.assert_stderr(&[ACCESS_ROLE, "deleted"]);
    assert_eq!(stage.dedicated_clients(), Vec::<Value>::new());
    stage
        .cogmig(&format!("teardown {BOTH}"))
        .assert_ended(0, "teardown");
    assert_eq!(stage.sandbox.snapshot(), before);
}
