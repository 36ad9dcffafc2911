//! The final report of a teardown, before the log group is deleted.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use cogmig_sandbox::{Fault, NEW_ACCOUNT};
use serde_json::{Value, json};

use crate::checks::status::APPROVAL;
use crate::support::calls::NthCall;
use crate::support::stage::{BOTH, LOG_GROUP, PASSWORD, Stage};

const HOUR: Duration = Duration::from_hours(1);
const SECOND: Duration = Duration::from_secs(1);

/// A deployment with sign-ins and password resets.
fn with_sign_ins() -> Stage {
    let stage = Stage::new();
    stage.old_user("bob", &[]);
    stage.setup();
    let line = |source: &str, outcome: &str, reason: Option<&str>| {
        let mut line = json!({
            "triggerSource": source, "outcome": outcome, "user": "{user}",
        });
        if let Some(reason) = reason {
            line["reason"] = json!(reason);
        }
        line.to_string()
    };
    let (sign_in, reset) = (
        "UserMigration_Authentication",
        "UserMigration_ForgotPassword",
    );
    for (text, counts, step) in [
        (APPROVAL.to_owned(), (3, 3), SECOND),
        // One of them was approved again.
        (APPROVAL.to_owned(), (2, 1), 2 * Duration::from_mins(1)),
        (line(reset, "migrated", None), (1, 1), SECOND),
        (
            line(sign_in, "rejected", Some("not_authorized")),
            (7, 2),
            SECOND,
        ),
        (line(sign_in, "rejected", Some("mfa")), (1, 1), SECOND),
        (
            line(reset, "rejected", Some("forgot_password")),
            (2, 2),
            SECOND,
        ),
        (line(sign_in, "fault", Some("flow")), (3, 1), SECOND),
        (line(sign_in, "fault", Some("throttled")), (4, 1), SECOND),
        (line("cogmig_Probe", "migrated", None), (9, 9), SECOND),
    ] {
        stage.write_past(&text, counts, 3 * HOUR, step);
    }
    stage
}

fn report_file(stage: &Stage) -> std::path::PathBuf {
    stage.sandbox.home().join("report.json")
}

#[test]
fn teardown_prints_and_saves_a_report_before_the_log_is_deleted() {
    let stage = with_sign_ins();
    // A dry run prints it and saves nothing.
    let run = stage.changes_nothing(
        0,
        &format!("teardown {BOTH} --dry-run --report report.json"),
    );
    assert!(
        run.flat().contains("approved 3 users, 6 approvals, since"),
        "{run}"
    );
    assert!(!report_file(&stage).exists());

    let run = stage.ok(&format!("teardown {BOTH} --report report.json"));
    let flat = run.flat();
    for words in [
        "Final report of deployment `default`",
        "approved 3 users, 6 approvals, since",
        "rejected 10: not_authorized 7 (2 users), forgot_password 2 (2 users), mfa 1 (1 user)",
        "failed 3 attempts: flow 3 (1 user)",
        "throttled 4",
        "by sign-in approved 5 (3 users), rejected 8 (2 users), failed 7 (1 user)",
        "by reset approved 1 (1 user), rejected 2 (2 users)",
        "not created 1 user was approved again",
        "approvals 5 since",
        "not migrated about 2 by AWS's estimates of both pools",
    ] {
        assert_eq!(flat.matches(words).count(), 1, "{words}\n{run}");
    }
    assert!(run.printed("The final report is in report.json."), "{run}");
    let plan = flat.find("Plan:").unwrap();
    assert!(flat.find("Final report").unwrap() < plan, "{run}");

    let file = report_file(&stage);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let saved: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let sign_ins = &saved["sign_ins"];
    assert_eq!(sign_ins["approved"]["users"], 3);
    assert_eq!(sign_ins["approved"]["approvals"], 6);
    assert_eq!(sign_ins["rejected"], 10);
    assert_eq!(
        (&sign_ins["faults"], &sign_ins["throttled"]),
        (&json!(3), &json!(4))
    );
    assert_eq!(sign_ins["not_created"], 1);
    assert_eq!(sign_ins["complete"], true);
    let source = json!({
        "source": "UserMigration_ForgotPassword", "outcome": "rejected", "count": 2, "users": 2,
    });
    assert!(
        sign_ins["sources"].as_array().unwrap().contains(&source),
        "{saved}"
    );
    assert_eq!(saved["metric"]["approvals"], 5);
    assert_eq!(saved["not_migrated_estimate"], 2);
    assert_eq!(saved["log_error"], Value::Null);

    // The document has the same report. The metric and the file remain.
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
    let run = stage.ok(&format!("teardown {BOTH} --output json"));
    let report = &run.json()["final_report"];
    assert_eq!(report["sign_ins"]["approved"]["approvals"], 1);
    assert_eq!(report["metric"]["approvals"], 6);
    assert_eq!(report["not_migrated_estimate"], 1);
    assert!(file.exists());
    // Without a deployment there is no report.
    let run = stage.ok(&format!(
        "teardown {BOTH} --output json --report other.json"
    ));
    assert_eq!(run.json().get("final_report"), None);
}

#[test]
fn a_report_that_cannot_be_saved_is_an_error_before_any_change() {
    let stage = with_sign_ins();
    fs::write(report_file(&stage), "kept").unwrap();
    for path in ["report.json", "absent/report.json"] {
        let run = stage.changes_nothing(1, &format!("teardown {BOTH} --report {path}"));
        run.assert_stderr(&[
            path,
            "No changes were made",
            "a new file in an existing folder",
        ]);
    }
    assert_eq!(fs::read_to_string(report_file(&stage)).unwrap(), "kept");
    stage.user_without("new", "cleaner", "logs:StartQuery");
    let limited = "teardown --old-profile old --new-profile cleaner";
    let run = stage.changes_nothing(1, &format!("{limited} --report other.json"));
    run.assert_stderr(&["the report would have no counts", "allow logs:StartQuery"]);
    assert!(!stage.sandbox.home().join("other.json").exists());
    // Without the option, teardown continues and reports what is missing.
    let run = stage.ok(limited);
    let flat = run.flat();
    for words in [
        "sign-ins unknown, because the function's log can't be read: AccessDenied",
        "allow logs:StartQuery in an IAM policy",
        "approvals 5 since",
    ] {
        assert!(flat.contains(words), "{words}\n{run}");
    }
}

#[test]
fn a_teardown_without_the_log_says_so() {
    let stage = with_sign_ins();
    let group = json!({"logGroupName": LOG_GROUP});
    stage.user_without("new", "cleaner", "cloudwatch:GetMetricData");
    let run = stage.ok("teardown --old-profile old --new-profile cleaner --dry-run");
    assert!(
        run.flat().contains("approvals unknown: AccessDenied"),
        "{run}"
    );
    stage.aws("new", "logs:DeleteLogGroup", group);
    let run = stage.changes_nothing(0, &format!("teardown {BOTH} --dry-run"));
    let flat = run.flat();
    for words in [
        "the log group /aws/lambda/cognito-migration-lambda doesn't exist",
        "approvals 5 since",
    ] {
        assert!(flat.contains(words), "{words}\n{run}");
    }
    let run = stage.changes_nothing(1, "teardown --old-profile old --report report.json");
    run.assert_stderr(&["the report would have no counts", "no new profile is set"]);
    let run = stage.ok("teardown --old-profile old");
    let flat = run.flat();
    for words in [
        "it's in the new account, and no new profile is set",
        "not migrated unknown",
    ] {
        assert!(flat.contains(words), "{words}\n{run}");
    }
}

/// The log can be deleted by then, so the report of the first run is kept.
#[test]
fn an_interrupted_teardown_continues_with_its_report() {
    let stage = with_sign_ins();
    let teardown = format!("teardown {BOTH} --report report.json");
    let nth = NthCall::of(NEW_ACCOUNT, "DeletePolicy", 0);
    stage.inject(&nth, Fault::Denied, 1);
    stage.ends(1, &teardown);
    let saved = fs::read(report_file(&stage)).unwrap();
    stage.ok(&teardown);
    assert_eq!(fs::read(report_file(&stage)).unwrap(), saved);
    // The report of another migration isn't accepted.
    stage.setup();
    stage.changes_nothing(1, &teardown);
}
