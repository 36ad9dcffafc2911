//! AWS as it is at its hardest: slow to believe in a new role, busy, late to show what
//! was written, throttled, failing, far away. All of it passes, and is told while it does.

use std::time::Duration;

use cogmig_sandbox::{Fault, Hardness, NEW_ACCOUNT, OLD_ACCOUNT};
use serde_json::json;

use crate::support::calls::Nth;
use crate::support::stage::{BOTH, LAMBDA, PASSWORD, Stage};

const LAG: Duration = Duration::from_secs(2);

/// Setup, a sign-in and teardown where AWS is so hard.
fn there_and_back(hardness: Hardness, said: &[&str]) {
    let stage = Stage::new();
    let before = stage.sandbox.standing();
    stage.sandbox.harden(hardness);
    let run = stage.setup();
    run.assert_complains(said);
    let stands = stage.sandbox.standing();
    // Others, and a second run, may look before everything shows.
    stage.setup();
    assert_eq!(stage.sandbox.standing(), stands);
    std::thread::sleep(hardness.lag);
    stage.harmless(0, &format!("setup {BOTH}"));
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.forget("ada");
    stage.teardown();
    assert_eq!(stage.sandbox.standing(), before);
    std::thread::sleep(hardness.lag);
    stage.harmless(0, &format!("teardown {BOTH}"));
}

#[test]
fn a_role_that_lambda_does_not_know_yet() {
    let hardness = Hardness {
        propagation: Duration::from_secs(3),
        ..Hardness::default()
    };
    there_and_back(hardness, &["waiting for Lambda to be allowed the role"]);
}

#[test]
fn reads_that_do_not_see_what_was_written() {
    let hardness = Hardness {
        lag: LAG,
        ..Hardness::default()
    };
    there_and_back(hardness, &["waiting for Cognito to show"]);
}

#[test]
fn everything_at_once_and_far_away() {
    let hardness = Hardness {
        round_trip: Duration::from_millis(40),
        propagation: Duration::from_secs(2),
        busy: Duration::from_secs(1),
        lag: LAG,
        ..Hardness::default()
    };
    there_and_back(hardness, &["waiting for"]);
}

/// While it is, Lambda also takes no permission for it.
#[test]
fn a_function_that_is_still_being_made() {
    let hardness = Hardness {
        busy: Duration::from_secs(2),
        ..Hardness::default()
    };
    let said = [
        "waiting for Lambda to have",
        "waiting for Lambda to let Cognito invoke",
    ];
    there_and_back(hardness, &said);
}

#[test]
fn a_function_that_is_still_being_changed() {
    let stage = Stage::new();
    stage.setup();
    let stands = stage.sandbox.standing();
    stage.empty_the_function();
    let smaller = json!({"FunctionName": LAMBDA, "MemorySize": 128});
    stage.aws("new", "lambda:UpdateFunctionConfiguration", smaller);
    stage.sandbox.harden(Hardness {
        busy: Duration::from_secs(2),
        ..Hardness::default()
    });
    let run = stage.setup();
    run.assert_complains(&["waiting for Lambda to have"]);
    stage.sandbox.harden(Hardness::default());
    assert_eq!(stage.sandbox.standing(), stands);
}

/// Errors that pass, by the operation of setup or of teardown that gives them.
const PASSING: [(&str, &str, &str, u16, &str, &str); 12] = [
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
fn errors_that_pass() {
    let (stage, there, back) = Stage::for_many_runs();
    let before = stage.sandbox.standing();
    for (command, words) in [("setup", &there), ("teardown", &back)] {
        let mine = PASSING.iter().filter(|row| row.0 == command);
        let mut times = 0;
        for (_, account, action, status, code, message) in mine {
            let fault = Fault::Refused(*status, code, message);
            stage.disturb(&Nth::of(account, action, 0), fault, 2);
            times += 2;
        }
        let run = stage.ok(words);
        assert_eq!(stage.sandbox.calm(), times, "{run}");
        run.assert_complains(&["waiting for"]);
    }
    assert_eq!(stage.sandbox.standing(), before);
}

#[test]
fn every_operation_fails_once_and_is_cut_off_once() {
    let (stage, there, back) = Stage::for_many_runs();
    let before = stage.steady();
    let setup = stage.calls_of(&there);
    let after = stage.steady();
    let teardown = stage.calls_of(&back);
    for (calls, words, stands) in [(setup, there, &after), (teardown, back, &before)] {
        for fault in [Fault::Internal, Fault::CutBefore] {
            for first in calls.iter().filter(|nth| nth.is_first()) {
                stage.disturb(first, fault, 1);
            }
        }
        stage.ok(&words);
        assert!(stage.sandbox.calm() > 20);
        stage.assert_stands(stands, &words);
    }
}

#[test]
fn what_does_not_pass_is_told_at_the_deadline() {
    let stage = Stage::new();
    let fault = Fault::Refused(
        400,
        "UserImportInProgressException",
        "A user import job runs.",
    );
    stage.disturb(
        &Nth::of(NEW_ACCOUNT, "UpdateUserPool", 0),
        fault,
        usize::MAX,
    );
    let run = stage.ends(1, &format!("setup {BOTH}"));
    run.assert_complains(&[
        "cognito-idp:UpdateUserPool failed in the new account 222222222222",
        "AWS says    UserImportInProgressException: A user import job runs.",
        "request id",
        "wait until the user import job of this pool has ended",
        "8 of 9 changes were made and stand",
    ]);
    let told = run.stderr.matches("waiting for Cognito to take").count();
    assert!(told > 5, "{run}");
    stage.sandbox.calm();
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// What somebody else sets in the same moment is told, with what was before; it is not
/// taken back, which would undo what they did.
#[test]
fn a_setting_that_changes_under_the_change_is_told_with_what_was_before() {
    let stage = Stage::new();
    // To plan by, to change, and to compare with: it is changed between these two.
    let compared = Nth::of(NEW_ACCOUNT, "DescribeUserPool", 2);
    stage.disturb(&compared, Fault::Held, 1);
    let running = stage.start_until_struck(&format!("setup {BOTH}"));
    stage.edit_pool(&stage.new, |pool| {
        pool["Policies"]["PasswordPolicy"]["MinimumLength"] = json!(9);
        pool["UserPoolTags"] = json!({});
    });
    stage.sandbox.calm();
    let run = running.end();
    run.assert_ended(1, "setup");
    run.assert_complains(&[
        &stage.new.id,
        "are not as they were",
        "Policies.PasswordPolicy.MinimumLength was 14, is 9",
        "UserPoolTags.team was \"accounts\", is none",
    ]);
    let pool = stage.in_pool(&stage.new, "DescribeUserPool", json!({}));
    assert_eq!(
        pool["UserPool"]["Policies"]["PasswordPolicy"]["MinimumLength"],
        9
    );
}
