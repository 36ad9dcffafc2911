//! `cogmig status`: the deployed resources, the migrated users, and the results in the function's
//! log. It only reads.

use std::time::{Duration, SystemTime};

use cogmig_sandbox::{Fault, NEW_ACCOUNT, PastLines};
use serde_json::{Value, json};

use crate::support::calls::NthCall;
use crate::support::run::Run;
use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, LOG_GROUP, PASSWORD, Stage};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// The line of an approval, with the metric, as the function writes it.
pub const APPROVAL: &str = r#"{"functionName":"cognito-migration-lambda","triggerSource":"UserMigration_Authentication","outcome":"migrated","user":"{user}","Migrated":1,"_aws":{"Timestamp":{at},"CloudWatchMetrics":[{"Namespace":"cogmig","Dimensions":[["functionName"]],"Metrics":[{"Name":"Migrated","Unit":"Count"}]}]}}"#;

impl Stage {
    /// The status in the JSON document.
    #[track_caller]
    fn status(&self, more: &str) -> Value {
        let run = self.changes_nothing(0, &format!("status {BOTH} --output json {more}"));
        run.json()["status"].take()
    }

    /// The status as text, which fits a terminal of 80 columns.
    #[track_caller]
    fn status_text(&self, code: i32, more: &str) -> Run {
        let run = self.changes_nothing(code, &format!("status {BOTH} {more}"));
        for line in run.stdout.lines() {
            assert!(line.chars().count() <= 80, "{line}\n{run}");
        }
        run
    }

    #[track_caller]
    fn assert_status_text(&self, code: i32, more: &str, words: &[&str]) {
        let run = self.status_text(code, more);
        let flat = run.flat();
        for word in words {
            assert!(flat.contains(word), "{word}\n{run}");
        }
    }

    /// Writes lines with these ages to the function's log.
    fn write_log(&self, lines: &[(Duration, Value)]) {
        for (age, line) in lines {
            let line = line
                .as_str()
                .map_or_else(|| line.to_string(), str::to_owned);
            self.write_past(&line, (1, 1), *age, Duration::ZERO);
        }
    }

    /// Writes lines to the function's log: how many, of how many users, how old the first one is,
    /// and the time between two of them.
    pub fn write_past(
        &self,
        line: &str,
        (count, users): (u64, u64),
        age: Duration,
        step: Duration,
    ) {
        let first = SystemTime::now() - age;
        let lines = PastLines {
            line,
            count,
            users,
            first,
            step,
        };
        self.sandbox.write_past("new", LOG_GROUP, &[lines]);
    }

    /// The number of logged sign-ins with this outcome, read by another client.
    fn logged_sign_ins(&self, outcome: &str) -> usize {
        let group = json!({"logGroupName": LOG_GROUP});
        let events = self.aws("new", "logs:FilterLogEvents", group);
        let events = events["events"].as_array().unwrap().clone();
        let lines = events.iter().filter_map(|event| {
            serde_json::from_str::<Value>(event["message"].as_str().unwrap()).ok()
        });
        let sign_ins = lines.filter(|line| line["triggerSource"] != "cogmig_Probe");
        sign_ins.filter(|line| line["outcome"] == outcome).count()
    }

    fn count_users(&self, pool: &cogmig_sandbox::Pool) -> usize {
        let users = self.in_pool(pool, "ListUsers", json!({}));
        users["Users"].as_array().unwrap().len()
    }
}

/// The resources that are not in sync: kind, name and state.
fn not_in_sync(status: &Value) -> Vec<[&str; 3]> {
    let resources = status["resources"].as_array().unwrap().iter();
    let not_in_sync = resources.filter(|one| one["state"] != "in_sync");
    not_in_sync
        .map(|one| ["kind", "name", "state"].map(|member| one[member].as_str().unwrap()))
        .collect()
}

#[test]
fn without_a_deployment_status_reports_not_deployed() {
    let stage = Stage::new();
    let status = stage.status("");
    assert_eq!(status["deployed"], "none");
    assert_eq!(not_in_sync(&status).len(), 9);
    assert_eq!(status["users"]["old_estimate"], 1);
    assert_eq!(status["sign_ins"], Value::Null);
    let words = [
        "Deployment `default` doesn't exist.",
        "old pool about 1",
        "Run `cogmig setup` to start the migration.",
        "The old pool has about 1 user and the new pool about 0, by AWS's estimates.",
    ];
    stage.assert_status_text(0, "", &words);
    stage.assert_status_text(2, "--detailed-exitcode", &words);
    let run = stage.changes_nothing(0, &format!("status {BOTH} --output json"));
    assert_eq!(run.json()["result"], "not_deployed");
}

#[test]
fn after_setup_everything_is_in_sync() {
    let stage = Stage::new();
    stage.setup();
    let run = stage.changes_nothing(
        0,
        &format!("status {BOTH} --output json --detailed-exitcode"),
    );
    let document = run.json();
    assert_eq!(document["result"], "in_sync");
    assert_eq!(document["changes"], json!([]));
    let status = &document["status"];
    assert_eq!(status["deployed"], "all");
    assert_eq!(not_in_sync(status), Vec::<[&str; 3]>::new());
    assert_eq!(status["trigger"]["attached"], true);
    let role = stage.aws("new", "iam:GetRole", json!({"RoleName": LAMBDA}));
    let created = role["Role"]["CreateDate"].as_str().unwrap();
    let set_up = status["trigger"]["set_up"].as_str().unwrap();
    assert_eq!(created[..19], set_up[..19], "{created} {set_up}");
    // The connectivity checks of setup aren't sign-ins.
    for sum in ["approved", "rejected", "throttled", "faults"] {
        assert_eq!(status["sign_ins"][sum], 0, "{sum}");
    }
    for error in ["log_error", "metric_error"] {
        assert_eq!(status[error], Value::Null);
    }
    assert_eq!(status["users"]["metric"]["approvals"], 0);
    stage.assert_status_text(
        0,
        "--detailed-exitcode",
        &[
            "9 resources in sync",
            "state attached",
            "approved 0 users, 0 approvals, since",
            "approvals 0 in the last 15 months (CloudWatch metric Migrated)",
            "Each user is migrated at their first sign-in",
            "`cogmig teardown`",
        ],
    );
}

#[test]
fn sign_ins_are_counted_by_their_result() {
    let stage = Stage::new();
    for name in ["bob", "eve"] {
        stage.old_user(name, &[("email", &format!("{name}@example.com"))]);
    }
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.sign_in("bob", PASSWORD).unwrap();
    stage.sign_in("eve", "Wrong-Horse-1").unwrap_err();
    stage.sign_in("nobody", PASSWORD).unwrap_err();
    let status = stage.status("--detailed-exitcode");
    let sums = &status["sign_ins"];
    for (sum, outcome, count) in [("approved", "migrated", 2), ("rejected", "rejected", 2)] {
        assert_eq!(stage.logged_sign_ins(outcome), count, "{outcome}");
        assert_eq!(sums[sum], count, "{outcome}\n{status}");
    }
    assert_eq!(sums["faults"], 0);
    assert_eq!(sums["complete"], true);
    let users = &status["users"];
    assert_eq!(users["new_estimate"], stage.count_users(&stage.new));
    assert_eq!(users["old_estimate"], stage.count_users(&stage.old));
    assert_eq!(users["approved"]["approvals"], 2);
    assert_eq!(users["metric"]["approvals"], 2);

    // A fault that needs a fix.
    stage.edit_environment(|variables| variables["OLD_EXTERNAL_ID"] = "wrong-wrong".into());
    stage.sign_in("eve", PASSWORD).unwrap_err();
    let faults = stage.logged_sign_ins("fault");
    assert!(faults > 0);
    stage.setup();
    let run = stage.changes_nothing(
        2,
        &format!("status {BOTH} --output json --detailed-exitcode"),
    );
    let document = run.json();
    assert_eq!(document["result"], "faults");
    let sums = &document["status"]["sign_ins"];
    assert_eq!(sums["faults"], faults);
    let reasons = sums["reasons"].as_array().unwrap();
    let is_reason = |one: &Value| one["reason"] == "credentials" && one["count"] == faults;
    assert!(reasons.iter().any(is_reason), "{run}");
    let texts = [
        "approved 2",
        "rejected 2: unknown_user 1, wrong_password 1",
        "failed",
        "credentials",
        "Run `cogmig verify` to find the cause.",
    ];
    stage.assert_status_text(2, "--detailed-exitcode", &texts);
    stage.assert_status_text(0, "", &texts);
    for secret in ["ada", "bob@", "example.com", PASSWORD, &stage.external_id()] {
        assert!(!stage.status_text(0, "").printed(secret), "{secret}");
    }
}

#[test]
fn only_drifted_resources_are_reported() {
    let stage = Stage::new();
    stage.setup();
    stage.remove_permission();
    stage.delete_inline_policy();
    stage.edit_environment(|variables| variables["ATTRIBUTES"] = "email".into());
    stage.edit_client(&stage.new, &stage.new.client, |client| {
        client["ExplicitAuthFlows"] = json!(["ALLOW_USER_SRP_AUTH"]);
    });
    stage.edit_pool(&stage.new, |pool| pool["LambdaConfig"] = json!({}));
    let group = json!({"logGroupName": LOG_GROUP});
    stage.aws("new", "logs:DeleteRetentionPolicy", group);
    let status = stage.status("");
    assert_eq!(status["deployed"], "part");
    assert_eq!(status["trigger"]["attached"], false);
    assert_eq!(
        not_in_sync(&status),
        [
            ["role", ACCESS_ROLE, "drifted"],
            ["log group", LOG_GROUP, "drifted"],
            ["function", LAMBDA, "drifted"],
            ["permission", "cognito-user-migration", "missing"],
            ["app client", &stage.new.client, "drifted"],
            ["user pool", &stage.new.id, "drifted"],
        ]
    );
    stage.assert_status_text(
        2,
        "--detailed-exitcode",
        &[
            "~ role cognito-access-role (drifted) inline policy: changed",
            "retention: never expire, configured 180 days",
            "+ permission cognito-user-migration (missing)",
            "ExplicitAuthFlows: missing ALLOW_USER_PASSWORD_AUTH",
            "LambdaConfig.UserMigration: missing",
            "3 resources in sync",
            "The migration trigger isn't attached to the new user pool. Users who haven't been migrated can't sign in.",
            "Drift: 6 resources. Run `cogmig setup` to fix them.",
        ],
    );
    stage.setup();
    assert_eq!(not_in_sync(&stage.status("")), Vec::<[&str; 3]>::new());
}

/// The log also has other lines, lines outside the time range, and lines of anyone who can write to
/// it.
#[test]
fn only_the_functions_log_lines_are_counted() {
    let stage = Stage::new();
    stage.setup();
    let fault = |reason: &str| json!({"triggerSource": "UserMigration_Authentication", "outcome": "fault", "reason": reason});
    let lines = [
        (30 * HOUR, fault("access_denied")),
        (2 * HOUR, fault("throttled")),
        (HOUR, fault("\u{1b}[31mowned")),
        (HOUR, json!({"outcome": "panic", "location": "somewhere"})),
        (
            HOUR,
            json!({"triggerSource": "cogmig_Probe", "outcome": "fault", "reason": "flow"}),
        ),
        (
            HOUR,
            json!({"triggerSource": "cogmig_Probe", "outcome": "migrated", "user": "0"}),
        ),
        (HOUR, json!({"outcome": "migrated", "reason": "owned"})),
        (HOUR, json!("REPORT RequestId: fault")),
        (HOUR, json!([1, 2])),
    ];
    stage.write_log(&lines);
    let reasons = |since: &str| {
        let status = stage.status(since);
        let sums = &status["sign_ins"];
        assert_eq!(
            (&sums["approved"], &sums["complete"]),
            (&json!(0), &json!(true))
        );
        let reasons = sums["reasons"].as_array().unwrap().iter();
        let reasons = reasons.map(|one| one["reason"].as_str().unwrap().to_owned());
        let counts = (sums["throttled"].as_u64(), sums["faults"].as_u64());
        (counts, reasons.collect::<Vec<_>>())
    };
    let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    let recent = owned(&["panic", "throttled", "unknown"]);
    assert_eq!(reasons(""), ((Some(1), Some(2)), recent));
    assert_eq!(reasons("--since 30m"), ((Some(0), Some(0)), Vec::new()));
    let all = owned(&["access_denied", "panic", "throttled", "unknown"]);
    assert_eq!(reasons("--since 7d"), ((Some(1), Some(3)), all));
    assert!(!stage.status_text(0, "").stdout.contains('\u{1b}'));
}

/// AWS counts: the number of calls is the same for a thousand lines and for many more.
#[test]
fn the_number_of_calls_does_not_depend_on_the_number_of_lines() {
    let stage = Stage::new();
    stage.setup();
    let line =
        r#"{"triggerSource":"UserMigration_Authentication","outcome":"migrated","user":"{user}"}"#;
    let calls = || {
        stage.sandbox.clear_journal();
        let status = stage.cogmig(&format!("status {BOTH} --output json"));
        status.assert_ended(0, "status");
        let mut calls: Vec<_> = stage
            .sandbox
            .journal()
            .into_iter()
            .map(|call| call.action)
            .collect();
        calls.sort();
        (calls, status.json()["status"].take())
    };
    let minute = Duration::from_mins(1);
    stage.write_past(line, (1_000, 500), 100 * DAY, minute);
    let (few, status) = calls();
    let users = &status["users"]["approved"];
    assert_eq!(
        (&users["approvals"], &users["users"]),
        (&json!(1_000), &json!(500))
    );
    assert_eq!(users["approximate"], false);
    stage.write_past(line, (200_000, 150_000), 179 * DAY, minute);
    let (many, status) = calls();
    assert_eq!(few, many);
    assert_eq!(few.iter().filter(|call| *call == "StartQuery").count(), 3);
    let users = &status["users"]["approved"];
    assert_eq!(
        (&users["approvals"], &users["approximate"]),
        (&json!(201_000), &json!(true))
    );
    // AWS estimates many distinct values.
    let estimate = users["users"].as_u64().unwrap();
    assert!(estimate.abs_diff(150_000) < 1_500, "{estimate}");
    stage.assert_status_text(
        0,
        "",
        &["approved about 150000 users, 201000 approvals, since"],
    );
}

/// Cognito invokes the function up to three times for one sign-in.
#[test]
fn approvals_are_counted_by_user_if_the_log_has_users() {
    let stage = Stage::new();
    for name in ["bob", "eve"] {
        stage.old_user(name, &[]);
    }
    stage.setup();
    let second = Duration::from_secs(1);
    stage.write_past(APPROVAL, (6, 2), HOUR, second);
    let status = stage.status("--detailed-exitcode");
    let users = &status["users"];
    assert_eq!(users["approved"]["users"], 2);
    assert_eq!(users["approved"]["approvals"], 6);
    assert_eq!(users["percent"], 66);
    assert_eq!(status["sign_ins"]["approved_users"], 2);
    assert_eq!(status["not_created"], 0);
    stage.assert_status_text(
        0,
        "",
        &[
            "66 % of the old pool's users approved",
            "approved 2 users, 6 approvals, since",
            "approved 6 (2 users)",
        ],
    );

    // Lines without a user: an earlier version of the function, or --log-users none.
    let without = APPROVAL.replace("\"user\"", "\"none\"");
    stage.write_past(&without, (3, 1), HOUR, second);
    let status = stage.status("");
    assert_eq!(status["users"]["approved"]["users"], 2);
    assert_eq!(status["users"]["approved"]["without_user"], 3);
    stage.assert_status_text(
        0,
        "",
        &[
            "2 users, 9 approvals, since",
            "3 approvals without a user in the log",
        ],
    );

    // More approved users than AWS estimates in the old pool aren't a percentage.
    stage.write_past(APPROVAL, (5, 5), HOUR, second);
    assert_eq!(stage.status("")["users"]["percent"], Value::Null);
    stage.setup();
    stage.ok(&format!("teardown {BOTH}"));
    stage.setup();
    stage.write_past(&without, (3, 1), HOUR, second);
    let status = stage.status("--detailed-exitcode");
    assert_eq!(status["users"]["approved"]["users"], Value::Null);
    assert_eq!(status["users"]["approved"]["approvals"], 3);
    assert_eq!(status["not_created"], Value::Null);
    stage.assert_status_text(
        0,
        "",
        &[
            "3 approvals since",
            "The number of users is unknown, because the log doesn't identify users",
            "Whether approved users were created is unknown",
        ],
    );
}

/// The new pool's PreSignUp trigger fails, so nobody can sign in, although the function approves.
#[test]
fn users_who_are_approved_but_not_created_are_a_warning() {
    let stage = Stage::new();
    stage.old_user("bob", &[]);
    let absent = "arn:aws:lambda:eu-central-1:222222222222:function:absent";
    stage.edit_pool(&stage.new, |pool| {
        pool["LambdaConfig"] = json!({"PreSignUp": absent});
    });
    stage.setup();
    for name in ["ada", "bob"] {
        stage.sign_in(name, PASSWORD).unwrap_err();
        assert_eq!(stage.migrated(name), None);
    }
    // One sign-in each doesn't show it.
    assert_eq!(stage.status("")["users"]["approved"]["approvals"], 2);
    // Both tried twice before, an hour ago: the lines have the function's own hashes.
    let group = json!({"logGroupName": LOG_GROUP});
    let events = stage.aws("new", "logs:FilterLogEvents", group);
    let lines = events["events"].as_array().unwrap().iter();
    let lines = lines.filter_map(|event| serde_json::from_str(event["message"].as_str()?).ok());
    let approvals: Vec<Value> = lines
        .filter(|line: &Value| line["outcome"] == "migrated")
        .collect();
    assert_eq!(approvals.len(), 2);
    for approval in approvals {
        let text = |member: &str| approval[member].as_str().unwrap().to_owned();
        let user = format!("{}\",\"userKey\":\"{}", text("user"), text("userKey"));
        let line = APPROVAL.replace("{user}", &user);
        stage.write_past(&line, (2, 1), HOUR, 5 * Duration::from_mins(1));
    }
    for _ in 0..2 {
        let run = stage.changes_nothing(
            2,
            &format!("status {BOTH} --output json --detailed-exitcode"),
        );
        let document = run.json();
        assert_eq!(document["result"], "not_created");
        let status = &document["status"];
        assert_eq!(status["not_created"], 2);
        // Two users, although the function approved six times.
        assert_eq!(status["users"]["approved"]["users"], 2);
        assert_eq!(status["users"]["approved"]["approvals"], 6);
        assert_eq!(status["users"]["new_estimate"], 0);
        let warnings = document["warnings"].as_array().unwrap();
        let warning = warnings
            .iter()
            .find(|one| one["id"] == "users-not-created")
            .unwrap();
        assert_eq!(warning["severity"], "lockout");
    }
    let run = stage.status_text(2, "--detailed-exitcode");
    let flat = run.flat();
    for words in [
        "warning (lockout): the function approved 2 users again in the last 24 hours",
        "PreSignUp trigger",
        "new pool about 0 (AWS's estimate",
        "The old pool has about 2 users and the new pool about 0, by AWS's estimates.",
    ] {
        assert!(flat.contains(words), "{words}\n{run}");
    }
    for claim in ["All users", "have been migrated, by", "100 %"] {
        assert!(!flat.contains(claim), "{claim}\n{run}");
    }
}

/// An attribute value that the new pool's schema rejects also prevents the user.
#[test]
fn users_whom_the_schema_rejects_are_not_reported_as_migrated() {
    let stage = Stage::new();
    stage.old_user("bob", &[("custom:tenant", &"x".repeat(300))]);
    stage.setup();
    let bob = stage.sign_in("bob", PASSWORD);
    assert_eq!(stage.migrated("bob"), None, "{bob:?}");
    let status = stage.status("");
    assert_eq!(status["users"]["new_estimate"], 0);
    let before = status["users"]["approved"]["approvals"].as_u64().unwrap();
    assert!(before > 0, "{status}");
    stage.write_past(APPROVAL, (2, 1), HOUR, 2 * Duration::from_mins(1));
    let status = stage.status("");
    assert_eq!(status["users"]["approved"]["approvals"], before + 2);
    assert_eq!(status["not_created"], 1);
}

/// A detached trigger is the first line, also if everything else is in sync.
#[test]
fn a_detached_trigger_is_reported_first() {
    let stage = Stage::new();
    stage.setup();
    let detached = "The migration trigger isn't attached";
    assert!(!stage.status_text(0, "").stdout.contains(detached));
    stage.edit_pool(&stage.new, |pool| pool["LambdaConfig"] = json!({}));
    let run = stage.status_text(2, "--detailed-exitcode");
    let mut lines = run
        .stdout
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let first = lines.next();
    assert!(
        first.is_some_and(|line| line.starts_with(detached)),
        "{run}"
    );
    assert_eq!(stage.status("")["trigger"]["attached"], false);
}

/// The log keeps 180 days by default, and the metric 15 months, also after teardown.
#[test]
fn approvals_are_counted_as_long_as_aws_keeps_them() {
    let stage = Stage::new();
    stage.setup();
    let second = Duration::from_secs(1);
    for (count, age) in [
        (1, HOUR),
        (2, 40 * DAY),
        (4, 179 * DAY),
        (8, 181 * DAY),
        (16, 400 * DAY),
        (32, 460 * DAY),
    ] {
        stage.write_past(APPROVAL, (count, count), age, second);
    }
    let counts = || {
        let status = stage.status("");
        let users = &status["users"];
        let number = |value: &Value| value["approvals"].as_u64().unwrap();
        (number(&users["approved"]), number(&users["metric"]))
    };
    assert_eq!(counts(), (7, 31));
    stage.assert_status_text(
        0,
        "",
        &["4 users, 7 approvals, since", "approvals 31 since 20"],
    );
    stage.ok(&format!("teardown {BOTH}"));
    let status = stage.status("");
    assert_eq!(status["users"]["approved"], Value::Null);
    assert_eq!(status["users"]["metric"]["approvals"], 31);
    stage.setup();
    assert_eq!(counts(), (0, 31));
    stage.sign_in("ada", PASSWORD).unwrap();
    assert_eq!(counts(), (1, 32));
}

/// Each count is read on its own, and a missing permission is reported with its name.
#[test]
fn without_access_to_a_count_the_rest_is_reported() {
    let stage = Stage::new();
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.user("new", "reader");
    let reader = "status --old-profile old --new-profile reader --detailed-exitcode";
    for denied in [
        "logs:StartQuery",
        "logs:GetQueryResults",
        "cloudwatch:GetMetricData",
    ] {
        stage.deny("new", "reader", denied);
        let run = stage.changes_nothing(0, &format!("{reader} --output json"));
        let status = &run.json()["status"];
        assert_eq!(status["deployed"], "all");
        assert_eq!(status["users"]["new_estimate"], 1);
        let (denied_error, other, known) = match denied {
            "cloudwatch:GetMetricData" => ("metric_error", "log_error", "approved"),
            _ => ("log_error", "metric_error", "metric"),
        };
        assert_eq!(status[denied_error]["grant"], denied, "{run}");
        assert_eq!(status[other], Value::Null, "{run}");
        assert_eq!(status["users"][known]["approvals"], 1, "{run}");
        let has_log = denied_error == "metric_error";
        assert_eq!(status["sign_ins"].is_object(), has_log);
        let run = stage.changes_nothing(0, reader);
        let fix = format!("allow {denied} in an IAM policy of the new profile's role or user");
        assert!(run.flat().contains(&fix), "{run}");
        let unknown = "unknown, because the function's log can't be read";
        assert_eq!(run.flat().contains(unknown), !has_log, "{run}");
    }

    stage.aws(
        "new",
        "logs:DeleteLogGroup",
        json!({"logGroupName": LOG_GROUP}),
    );
    let status = stage.status("");
    assert_eq!(not_in_sync(&status), [["log group", LOG_GROUP, "missing"]]);
    assert_eq!(status["log_error"]["grant"], Value::Null);
    assert_eq!(status["users"]["metric"]["approvals"], 1);

    // The permissions to detect drift are required.
    stage.deny("new", "reader", "lambda:GetFunction");
    stage
        .ends(1, reader)
        .assert_stderr(&["lambda:GetFunction", "find the Deny statement"]);
}

/// A query waits for the quota. Any other error is reported, and ends the query.
#[test]
fn errors_of_a_query_are_retried_or_reported() {
    let stage = Stage::new();
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
    for (action, code, error) in [
        ("StartQuery", "LimitExceededException", None),
        ("StartQuery", "MalformedQueryException", Some("log_error")),
        (
            "GetQueryResults",
            "ResourceNotFoundException",
            Some("log_error"),
        ),
        (
            "GetMetricData",
            "InvalidParameterValue",
            Some("metric_error"),
        ),
    ] {
        let call = NthCall::of(NEW_ACCOUNT, action, 0);
        stage.inject(&call, Fault::Error(400, code, "injected"), 1);
        let run = stage.ok(&format!("status {BOTH} --output json"));
        assert_eq!(stage.sandbox.clear_faults(), 1, "{action} {code}");
        let status = &run.json()["status"];
        for name in ["log_error", "metric_error"] {
            let summary = status[name]["summary"].as_str();
            let expected = format!("{code}: injected");
            assert_eq!(
                summary,
                (error == Some(name)).then_some(expected.as_str()),
                "{run}"
            );
        }
    }
}

/// Status can run with a role that can't change anything or invoke the function.
#[test]
fn read_permissions_are_enough() {
    let stage = Stage::new();
    stage.setup();
    for profile in ["old", "new"] {
        let name = format!("{profile}-reader");
        stage.user(profile, &name);
        let document = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Resource": "*",
            "Action": ["iam:Get*", "iam:List*", "cognito-idp:Describe*", "cognito-idp:List*",
                "cognito-idp:GetUserPoolMfaConfig", "lambda:Get*", "lambda:ListTags",
                "logs:Describe*", "logs:List*", "logs:StartQuery", "logs:GetQueryResults",
                "cloudwatch:GetMetricData"],
        }]});
        stage.grant(profile, &name, &document);
    }
    stage.changes_nothing(
        0,
        "status --old-profile old-reader --new-profile new-reader --detailed-exitcode",
    );
}

#[test]
fn an_invalid_time_is_a_usage_error() {
    let stage = Stage::new();
    for wrong in ["", "24", "h", "0h", "-1h", "1w", "1.5h", "99999999999d"] {
        let mut command = stage.command();
        command
            .args(["status", "--since", wrong])
            .args(BOTH.split(' '));
        Run::of(&mut command).assert_ended(64, wrong);
    }
}

/// Status doesn't require a choice for users with MFA.
#[test]
fn status_requires_no_decisions() {
    let stage = Stage::new();
    let app = json!({
        "SoftwareTokenMfaConfiguration": {"Enabled": true}, "MfaConfiguration": "OPTIONAL",
    });
    stage.in_pool(&stage.old, "SetUserPoolMfaConfig", app);
    stage.ends(1, &format!("plan {BOTH}"));
    assert_eq!(stage.status("")["deployed"], "none");
    let rejected = "Users with MFA aren't migrated (--mfa-users refuse).";
    assert!(!stage.status_text(0, "").flat().contains(rejected));
    stage.ok(&format!("setup {BOTH} --mfa-users refuse"));
    assert_eq!(not_in_sync(&stage.status("")), Vec::<[&str; 3]>::new());
    stage.assert_status_text(0, "--detailed-exitcode", &[rejected, "--mfa-users refuse"]);
}

/// A second deployment with a dedicated app client has its own status.
#[test]
fn one_of_several_deployments_is_reported() {
    let stage = Stage::new();
    let second = "--suffix second --dedicated-old-client";
    stage.ok(&format!("setup {BOTH} {second}"));
    let run = stage.ok(&format!("status {BOTH} --suffix second --output json"));
    assert_eq!(run.json()["deployment"], "second");
    let status = stage.status("--suffix second");
    assert_eq!(not_in_sync(&status), Vec::<[&str; 3]>::new());
    assert_eq!(status["resources"][1]["name"], format!("{LAMBDA}-second"));
    stage.assert_status_text(
        0,
        "--suffix second --detailed-exitcode",
        &["cognito-access-role-second"],
    );
    stage.ok(&format!("teardown {BOTH} --suffix second"));
    assert_eq!(stage.status("--suffix second")["deployed"], "none");
}

/// Setup would fail, but status and verify report what exists.
#[test]
fn mfa_that_is_required_and_refused_is_a_warning_of_status_and_an_error_of_plan() {
    let stage = Stage::new();
    let app = json!({
        "SoftwareTokenMfaConfiguration": {"Enabled": true}, "MfaConfiguration": "OPTIONAL",
    });
    stage.in_pool(&stage.old, "SetUserPoolMfaConfig", app.clone());
    stage.ok(&format!("setup {BOTH} --mfa-users refuse"));
    let mut required = app;
    required["MfaConfiguration"] = json!("ON");
    stage.in_pool(&stage.old, "SetUserPoolMfaConfig", required);
    stage.assert_status_text(0, "", &["warning (lockout): the old pool requires MFA"]);
    let run = stage.ends(1, &format!("verify {BOTH}"));
    assert!(
        run.printed("warning (lockout): the old pool requires MFA"),
        "{run}"
    );
    for command in ["plan", "setup"] {
        let run = stage.changes_nothing(1, &format!("{command} {BOTH}"));
        run.assert_stderr(&["no user could be migrated", "--mfa-users migrate"]);
    }
    stage.teardown();
    // Without a deployment no choice is recorded.
    stage.assert_status_text(0, "", &["Deployment `default` doesn't exist."]);
}
