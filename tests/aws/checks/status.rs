//! `cogmig status`: the deployed resources, the migrated users, and the results in the function's
//! log. It only reads.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::support::run::Run;
use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, LOG_GROUP, PASSWORD, Stage};

/// The time this long ago, in milliseconds since 1970.
fn timestamp(ago: Duration) -> u64 {
    let then = SystemTime::now() - ago;
    let since = then.duration_since(UNIX_EPOCH).unwrap();
    since.as_millis().try_into().unwrap()
}

const HOUR: Duration = Duration::from_hours(1);

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
    fn write_log(&self, stream: &str, lines: &[(Duration, Value)]) {
        let mut params = json!({"logGroupName": LOG_GROUP, "logStreamName": stream});
        self.aws("new", "logs:CreateLogStream", params.clone());
        let events = lines.iter().map(|(ago, line)| {
            let text = line
                .as_str()
                .map_or_else(|| line.to_string(), str::to_owned);
            json!({"timestamp": timestamp(*ago), "message": text})
        });
        params["logEvents"] = events.collect();
        self.aws("new", "logs:PutLogEvents", params);
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
        "Not migrated yet: about 1 of the old pool's users.",
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
    for sum in ["migrated", "rejected", "throttled", "faults"] {
        assert_eq!(status["sign_ins"][sum], 0, "{sum}");
    }
    assert_eq!(status["log_error"], Value::Null);
    stage.assert_status_text(
        0,
        "--detailed-exitcode",
        &[
            "9 resources in sync",
            "state attached",
            "0 of about 1 (0 %)",
            "Not migrated yet: about 1 of the old pool's users. Each user is migrated at their first sign-in",
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
    for (sum, outcome, count) in [("migrated", "migrated", 2), ("rejected", "rejected", 2)] {
        assert_eq!(stage.logged_sign_ins(outcome), count, "{outcome}");
        assert_eq!(sums[sum], count, "{outcome}\n{status}");
    }
    assert_eq!(sums["faults"], 0);
    assert_eq!(sums["complete"], true);
    let users = &status["users"];
    assert_eq!(users["new_estimate"], stage.count_users(&stage.new));
    assert_eq!(users["old_estimate"], stage.count_users(&stage.old));
    assert_eq!(users["migrated"]["count"], 2);
    assert_eq!(users["migrated"]["percent"], 66);
    assert_eq!(users["migrated"]["complete"], true);

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
    let reason = json!({"outcome": "fault", "reason": "credentials", "count": faults});
    assert!(
        sums["reasons"].as_array().unwrap().contains(&reason),
        "{run}"
    );
    let texts = [
        "migrated 2 of about 3 (66 %)",
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
    let keep = json!({"logGroupName": LOG_GROUP, "retentionInDays": 1});
    stage.aws("new", "logs:PutRetentionPolicy", keep);
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
            "retention: 1 days, configured 30 days",
            "+ permission cognito-user-migration (missing)",
            "ExplicitAuthFlows: missing ALLOW_USER_PASSWORD_AUTH",
            "LambdaConfig.UserMigration: missing",
            "3 resources in sync",
            "The migration trigger isn't attached to the new user pool. Users who haven't been migrated can't sign in.",
            "Drift: 6 resources. Run `cogmig setup` with the same options to fix them.",
        ],
    );
    stage.setup();
    assert_eq!(not_in_sync(&stage.status("")), Vec::<[&str; 3]>::new());
}

/// The log also has other lines, lines outside the time range, more lines than status reads, and
/// lines of anyone who can write to it.
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
        (HOUR, json!("REPORT RequestId: fault")),
        (HOUR, json!([1, 2])),
    ];
    stage.write_log("written", &lines);
    let reasons = |since: &str| {
        let status = stage.status(since);
        let sums = &status["sign_ins"];
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

    let rejected = json!({"triggerSource": "UserMigration_Authentication", "outcome": "rejected",
        "reason": "not_authorized"});
    let many: Vec<_> = (0..3000).map(|_| (3 * HOUR, rejected.clone())).collect();
    stage.write_log("many", &many[..250]);
    let sums = &stage.status("")["sign_ins"];
    assert_eq!(
        (&sums["rejected"], &sums["complete"]),
        (&json!(250), &json!(true))
    );
    stage.write_log("more", &many);
    // The newest lines are counted if there are too many.
    let sums = &stage.status("")["sign_ins"];
    assert_eq!(
        (&sums["faults"], &sums["complete"]),
        (&json!(2), &json!(false))
    );
    stage.assert_status_text(0, "", &["Only the newest sign-ins are counted"]);
}

#[test]
fn without_access_to_the_log_the_rest_is_reported() {
    let stage = Stage::new();
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.user_without("new", "reader", "logs:FilterLogEvents");
    let reader = "status --old-profile old --new-profile reader --detailed-exitcode";
    let run = stage.changes_nothing(0, &format!("{reader} --output json"));
    let status = &run.json()["status"];
    assert_eq!(status["deployed"], "all");
    assert_eq!(status["sign_ins"], Value::Null);
    assert_eq!(status["users"]["migrated"], Value::Null);
    assert_eq!(status["users"]["new_estimate"], 1);
    assert_eq!(status["log_error"]["grant"], "logs:FilterLogEvents");
    let run = stage.changes_nothing(0, reader);
    assert!(
        run.printed(
            "allow logs:FilterLogEvents in an IAM policy of the new profile's role or user"
        ),
        "{run}"
    );
    assert!(
        run.printed("unknown, because the function's log can't be read"),
        "{run}"
    );

    stage.aws(
        "new",
        "logs:DeleteLogGroup",
        json!({"logGroupName": LOG_GROUP}),
    );
    let status = stage.status("");
    assert_eq!(not_in_sync(&status), [["log group", LOG_GROUP, "missing"]]);
    assert_eq!(status["log_error"]["grant"], Value::Null);

    // The permissions to detect drift are required.
    stage.deny("new", "reader", "lambda:GetFunction");
    stage
        .ends(1, reader)
        .assert_stderr(&["lambda:GetFunction", "find the Deny statement"]);
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
                "logs:Describe*", "logs:List*", "logs:FilterLogEvents"],
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
