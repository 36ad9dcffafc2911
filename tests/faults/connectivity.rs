//! Faults of the call that invokes the function for the connectivity check.

use cogmig_sandbox::{Fault, NEW_ACCOUNT};

use crate::support::calls::NthCall;
use crate::support::stage::{BOTH, PASSWORD, Stage};

#[test]
fn the_next_setup_succeeds_after_every_fault() {
    let stage = Stage::new();
    let setup = format!("setup {BOTH}");
    for (fault, times, code) in [
        (Fault::Denied, 1, 1),
        (Fault::Throttled, 3, 0),
        (Fault::Internal, 1, 0),
        (Fault::CutBefore, 1, 0),
        (Fault::CutAfter, 1, 0),
        (Fault::Twice, 1, 0),
        (Fault::NoResponse, 1, -1),
    ] {
        let context = format!("{fault:?}");
        let nth = NthCall::of(NEW_ACCOUNT, "Invoke", 0);
        stage.inject(&nth, fault, times);
        if fault == Fault::NoResponse {
            stage.start_until_fault(&setup).kill();
        } else {
            let run = stage.cogmig(&setup);
            run.assert_ended(code, &context);
            if code == 1 {
                run.assert_stderr(&["lambda:InvokeFunction", "AccessDenied"]);
            }
        }
        assert_eq!(stage.sandbox.clear_faults(), times, "{context}");
        // After a failed check, only the trigger is missing.
        let run = stage.ok(&setup);
        assert!(code == 0 || run.printed("0 added, 1 changed"), "{run}");
        stage.changes_nothing(0, &setup);
        stage.sign_in("ada", PASSWORD).unwrap();
        stage.delete_user("ada");
        stage.teardown();
    }
}
