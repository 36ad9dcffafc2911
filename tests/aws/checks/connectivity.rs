//! The connectivity check at the end of setup retries transient errors and reports a failed check.

use cogmig_sandbox::{Fault, Injection, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::support::stage::{BOTH, PASSWORD, Stage};

/// A permanent error of the old pool: the app client has a secret.
const NO_SECRET: Fault = Fault::Error(
    400,
    "NotAuthorizedException",
    "Unable to verify secret hash for client x",
);

/// The proxy doesn't know the account of the function's session, because it wasn't created through
/// the proxy.
const FUNCTION_SESSION: &str = "";

impl Stage {
    /// The UserMigration trigger of the new pool.
    fn pool_trigger(&self) -> Value {
        let pool = self.in_pool(&self.new, "DescribeUserPool", json!({}));
        pool["UserPool"]["LambdaConfig"]["UserMigration"].clone()
    }

    fn inject_fault(&self, account: &str, action: &str, fault: Fault, times: usize) {
        self.sandbox.inject(Injection {
            account: account.into(),
            action: action.into(),
            after: 0,
            times,
            fault,
        });
    }
}

#[test]
fn transient_errors_are_retried() {
    let stage = Stage::new();
    for (account, action, fault, times) in [
        (FUNCTION_SESSION, "AssumeRole", Fault::Denied, 3),
        (OLD_ACCOUNT, "AdminInitiateAuth", Fault::Denied, 2),
        (OLD_ACCOUNT, "AdminGetUser", Fault::Denied, 2),
        (OLD_ACCOUNT, "AdminInitiateAuth", Fault::Internal, 2),
        (OLD_ACCOUNT, "AdminInitiateAuth", Fault::CutAfter, 1),
        (
            OLD_ACCOUNT,
            "AdminInitiateAuth",
            Fault::Error(
                400,
                "InvalidParameterException",
                "Auth flow not enabled for this client",
            ),
            2,
        ),
    ] {
        let context = format!("{action} {fault:?}");
        stage.inject_fault(account, action, fault, times);
        let run = stage.setup();
        assert_eq!(stage.sandbox.clear_faults(), times, "{context}\n{run}");
        run.assert_stderr(&["waiting for the connectivity check to pass"]);
        stage.sign_in("ada", PASSWORD).unwrap();
        stage.delete_user("ada");
        stage.teardown();
    }
}

/// Without changes, one successful check is enough. A failed check is retried and reported.
#[test]
fn a_setup_without_changes_checks_once() {
    let stage = Stage::new();
    stage.setup();
    let invoked = || {
        let calls = stage.sandbox.journal();
        calls.iter().filter(|call| call.action == "Invoke").count()
    };
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    assert_eq!(invoked(), 1);
    for verb in ["plan", "status", "setup --dry-run"] {
        stage.changes_nothing(0, &format!("{verb} {BOTH}"));
        assert_eq!(invoked(), 0, "{verb}");
    }
    stage.inject_fault(OLD_ACCOUNT, "AdminInitiateAuth", NO_SECRET, 1000);
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[
        "no user can be migrated",
        "connectivity check failed (secret)",
    ]);
}

#[test]
fn after_a_failed_check_the_trigger_is_not_attached() {
    let stage = Stage::new();
    stage.inject_fault(OLD_ACCOUNT, "AdminInitiateAuth", NO_SECRET, 1000);
    let before = stage.pool_trigger();
    let run = stage.ends(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[
        "the trigger wasn't attached",
        "connectivity check failed (secret)",
        "--dedicated-old-client",
    ]);
    assert_eq!(stage.pool_trigger(), before);
    stage.sandbox.clear_faults();
    // The next setup continues: only the trigger is missing.
    let run = stage.setup();
    assert!(run.printed("Setup complete: 0 added, 1 changed."), "{run}");
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn an_interrupt_reports_what_setup_was_waiting_for() {
    let stage = Stage::new();
    stage.inject_fault(FUNCTION_SESSION, "AssumeRole", Fault::Denied, 1000);
    let running = stage.start_until_fault(&format!("setup {BOTH}"));
    running.signal("INT");
    let run = running.end();
    run.assert_ended(130, "setup");
    run.assert_stderr(&["interrupted", "can't assume"]);
    assert_eq!(stage.pool_trigger(), Value::Null);
    stage.sandbox.clear_faults();
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn a_custom_package_is_not_checked() {
    let (stage, setup, _) = Stage::for_many_runs();
    stage.sandbox.clear_journal();
    let run = stage.ok(&setup);
    assert!(run.printed("The connectivity check was skipped"), "{run}");
    let calls = stage.sandbox.journal();
    assert!(calls.iter().all(|call| call.action != "Invoke"));
    // Verify can't check it either.
    stage.file("cogmig.toml", "lambda-zip = 'small.zip'\n");
    let run = stage.ends(1, &format!("verify {BOTH} --mfa-users refuse"));
    assert!(
        run.printed("Connectivity check: failed (function)"),
        "{run}"
    );
}
