//! Slow AWS: roles that can't be assumed yet, busy functions, eventually consistent reads,
//! throttling, errors, latency. cogmig waits for each of them, and reports what it waits for.

use std::time::Duration;

use cogmig_sandbox::{Conditions, Fault, NEW_ACCOUNT, OLD_ACCOUNT};
use serde_json::json;

use crate::support::calls::NthCall;
use crate::support::stage::{BOTH, LAMBDA, PASSWORD, Stage};

const LAG: Duration = Duration::from_secs(2);

/// Setup, a sign-in and teardown under these conditions.
fn setup_and_teardown(conditions: Conditions, messages: &[&str]) {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.sandbox.set_conditions(conditions);
    let run = stage.setup();
    run.assert_stderr(messages);
    let snapshot = stage.sandbox.snapshot();
    // A second run may read before all changes are visible.
    stage.setup();
    assert_eq!(stage.sandbox.snapshot(), snapshot);
    std::thread::sleep(conditions.lag);
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
    std::thread::sleep(conditions.lag);
    stage.changes_nothing(0, &format!("teardown {BOTH}"));
}

#[test]
fn a_role_that_lambda_cannot_assume_yet() {
    let conditions = Conditions {
        propagation: Duration::from_secs(3),
        ..Conditions::default()
    };
    setup_and_teardown(conditions, &["waiting for Lambda to accept the role"]);
}

#[test]
fn eventually_consistent_reads() {
    let conditions = Conditions {
        lag: LAG,
        ..Conditions::default()
    };
    setup_and_teardown(conditions, &["waiting for Cognito to return"]);
}

#[test]
fn all_conditions_at_once() {
    let conditions = Conditions {
        round_trip: Duration::from_millis(40),
        propagation: Duration::from_secs(2),
        busy: Duration::from_secs(1),
        lag: LAG,
        ..Conditions::default()
    };
    setup_and_teardown(conditions, &["waiting for"]);
}

/// Meanwhile, Lambda also rejects permissions for it.
#[test]
fn a_function_that_is_still_being_created() {
    let conditions = Conditions {
        busy: Duration::from_secs(2),
        ..Conditions::default()
    };
    let messages = [
        "waiting for Lambda to activate",
        "waiting for Lambda to allow Cognito to invoke",
    ];
    setup_and_teardown(conditions, &messages);
}

#[test]
fn a_function_that_is_still_being_changed() {
    let stage = Stage::new();
    stage.setup();
    let snapshot = stage.sandbox.snapshot();
    stage.replace_function_code();
    let smaller = json!({"FunctionName": LAMBDA, "MemorySize": 128});
    stage.aws("new", "lambda:UpdateFunctionConfiguration", smaller);
    stage.sandbox.set_conditions(Conditions {
        busy: Duration::from_secs(2),
        ..Conditions::default()
    });
    let run = stage.setup();
    run.assert_stderr(&["waiting for Lambda to activate"]);
    stage.sandbox.set_conditions(Conditions::default());
    assert_eq!(stage.sandbox.snapshot(), snapshot);
}

/// Transient errors, by the operation of setup or teardown that returns them.
const TRANSIENT: [(&str, &str, &str, u16, &str, &str); 14] = [
    (
        "setup",
        OLD_ACCOUNT,
        "CreateRole",
        409,
        "ConcurrentModification",
        "",
    ),
    (
        "setup",
        OLD_ACCOUNT,
        "PutRolePolicy",
        404,
        "NoSuchEntity",
        "not yet",
    ),
    (
        "setup",
        OLD_ACCOUNT,
        "UpdateUserPoolClient",
        400,
        "ConcurrentModificationException",
        "",
    ),
    (
        "setup",
        NEW_ACCOUNT,
        "CreateLogGroup",
        400,
        "OperationAbortedException",
        "",
    ),
    (
        "setup",
        NEW_ACCOUNT,
        "AttachRolePolicy",
        404,
        "NoSuchEntity",
        "not yet",
    ),
    (
        "setup",
        NEW_ACCOUNT,
        "CreateFunction",
        400,
        "InvalidParameterValueException",
        "The provided execution role does not have permissions to call CreateNetworkInterface",
    ),
    (
        "setup",
        NEW_ACCOUNT,
        "AddPermission",
        409,
        "ResourceConflictException",
        "An update is in progress",
    ),
    (
        "setup",
        NEW_ACCOUNT,
        "UpdateUserPool",
        400,
        "UserImportInProgressException",
        "",
    ),
    (
        "setup",
        NEW_ACCOUNT,
        "UpdateUserPool",
        400,
        "InvalidSmsRoleTrustRelationshipException",
        "Role does not have a trust relationship allowing Cognito to assume the role",
    ),
    (
        "teardown",
        NEW_ACCOUNT,
        "UpdateUserPool",
        400,
        "InvalidSmsRoleAccessPolicyException",
        "Role does not have permission to publish with SNS",
    ),
    (
        "teardown",
        NEW_ACCOUNT,
        "UpdateUserPool",
        400,
        "ConcurrentModificationException",
        "",
    ),
    (
        "teardown",
        NEW_ACCOUNT,
        "DeletePolicy",
        409,
        "DeleteConflict",
        "still attached",
    ),
    (
        "teardown",
        NEW_ACCOUNT,
        "DetachRolePolicy",
        409,
        "ConcurrentModification",
        "",
    ),
    (
        "teardown",
        OLD_ACCOUNT,
        "DeleteRole",
        409,
        "DeleteConflict",
        "not yet detached",
    ),
];

#[test]
fn transient_errors() {
    let (stage, setup, teardown) = Stage::for_many_runs();
    let before = stage.sandbox.snapshot();
    for (verb, command) in [("setup", &setup), ("teardown", &teardown)] {
        let errors = TRANSIENT.iter().filter(|row| row.0 == verb);
        let mut times = 0;
        for (_, account, action, status, code, message) in errors {
            let fault = Fault::Error(*status, code, message);
            stage.inject(&NthCall::of(account, action, 0), fault, 2);
            times += 2;
        }
        let run = stage.ok(command);
        assert_eq!(stage.sandbox.clear_faults(), times, "{run}");
        let role = "waiting for Cognito to accept the role with which the user pool sends SMS";
        run.assert_stderr(&["waiting for Cognito to update", role]);
    }
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn every_operation_fails_once_and_loses_one_connection() {
    let (stage, setup, teardown) = Stage::for_many_runs();
    let before = stage.stable_snapshot();
    let setup_calls = stage.calls_of(&setup);
    let after = stage.stable_snapshot();
    let teardown_calls = stage.calls_of(&teardown);
    for (calls, command, expected) in [
        (setup_calls, setup, &after),
        (teardown_calls, teardown, &before),
    ] {
        for fault in [Fault::Internal, Fault::CutBefore] {
            for first in calls.iter().filter(|nth| nth.is_first()) {
                stage.inject(first, fault, 1);
            }
        }
        stage.ok(&command);
        assert!(stage.sandbox.clear_faults() > 20);
        stage.assert_state(expected, &command);
    }
}

#[test]
fn a_permanent_error_is_reported_at_the_deadline() {
    let stage = Stage::new();
    let fault = Fault::Error(
        400,
        "UserImportInProgressException",
        "A user import job runs.",
    );
    stage.inject(
        &NthCall::of(NEW_ACCOUNT, "UpdateUserPool", 0),
        fault,
        usize::MAX,
    );
    let run = stage.ends(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[
        "cognito-idp:UpdateUserPool failed in the new account 222222222222",
        "UserImportInProgressException: A user import job runs.",
        "request ID",
        "wait until the user import job of this pool has ended",
        "8 of 9 changes were applied and remain",
    ]);
    let told = run.stderr.matches("waiting for Cognito to update").count();
    assert!(told > 5, "{run}");
    stage.sandbox.clear_faults();
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// A concurrent change by others is reported with the prior value. It isn't reverted, because that
/// would undo their change.
#[test]
fn a_setting_that_changes_during_an_update_is_reported_with_its_prior_value() {
    let stage = Stage::new();
    // One call for the plan, one for the change, one for the comparison: the setting changes before
    // the comparison.
    let compared = NthCall::of(NEW_ACCOUNT, "DescribeUserPool", 2);
    stage.inject(&compared, Fault::Blocked, 1);
    let running = stage.start_until_fault(&format!("setup {BOTH}"));
    stage.edit_pool(&stage.new, |pool| {
        pool["Policies"]["PasswordPolicy"]["MinimumLength"] = json!(9);
        pool["UserPoolTags"] = json!({});
    });
    stage.sandbox.clear_faults();
    let run = running.end();
    run.assert_ended(1, "setup");
    run.assert_stderr(&[
        &stage.new.id,
        "differ from their values before",
        "Policies.PasswordPolicy.MinimumLength was 14, is 9",
        "UserPoolTags.team was \"accounts\", is none",
    ]);
    let pool = stage.in_pool(&stage.new, "DescribeUserPool", json!({}));
    assert_eq!(
        pool["UserPool"]["Policies"]["PasswordPolicy"]["MinimumLength"],
        9
    );
}
