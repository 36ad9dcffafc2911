//! `cogmig user`: finds a user in both pools, and reports whether a sign-in would migrate them.

use std::io::Write;
use std::process::Stdio;

use cogmig_sandbox::{Fault, Injection, NEW_ACCOUNT};
use serde_json::{Value, json};

use crate::support::run::Run;
use crate::support::stage::{BOTH, LAMBDA, PASSWORD, Stage};

impl Stage {
    /// The report about a user, which must change nothing.
    #[track_caller]
    fn found(&self, code: i32, name: &str, more: &str) -> Run {
        self.changes_nothing(code, &format!("user {name} {BOTH} {more}"))
    }

    /// The same, as JSON.
    #[track_caller]
    fn found_json(&self, name: &str) -> Value {
        self.found(0, name, "--output json").json()["user"].clone()
    }

    /// Checks a user, with the password on standard input.
    fn check(&self, name: &str, password: &str, more: &str) -> Run {
        let mut command = self.command();
        command
            .args(["user", name, "--password-stdin"])
            .args(BOTH.split(' '))
            .args(more.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut stdin = process.stdin.take().unwrap();
        writeln!(stdin, "{password}").unwrap();
        drop(stdin);
        let run = Run::from(process.wait_with_output().unwrap());
        assert!(password.is_empty() || !run.printed(password), "{run}");
        run
    }

    /// The number of calls of an operation since the journal was cleared.
    fn calls_of(&self, action: &str) -> usize {
        let journal = self.sandbox.journal();
        journal.iter().filter(|call| call.action == action).count()
    }
}

const VALUES: [&str; 2] = ["ada@example.com", "analytical"];

#[test]
fn a_user_is_found_by_each_name_and_no_value_is_printed() {
    let stage = Stage::new();
    stage.setup();
    let phone = [("phone_number", "+15550100"), ("email", "bob@example.com")];
    stage.old_user("bob", &phone);
    let user = stage.sandbox.find_user(&stage.old, "ada").unwrap().unwrap();
    let attributes = user["UserAttributes"].as_array().unwrap().iter();
    let mut subs = attributes.filter(|one| one["Name"] == "sub");
    let sub = subs.next().unwrap()["Value"].as_str().unwrap().to_owned();
    for name in ["ada", "ADA", "ada@example.com", &sub] {
        stage.sandbox.clear_journal();
        let run = stage.found(0, name, "");
        assert_eq!(stage.calls_of("AdminGetUser"), 0, "it would be billed");
        for words in [
            "Old pool: 1 user",
            "New pool: no user with this name",
            "CONFIRMED, enabled",
            "verified email",
            "created",
            "attributes",
            "custom:tenant",
            "a sign-in with the right password would migrate the user",
            "0 approved, 0 rejected, 0 failed",
        ] {
            assert!(run.printed(words), "{name}: {words}\n{run}");
        }
        for value in VALUES {
            assert!(value == name || !run.printed(value), "{name}\n{run}");
        }
    }
    let run = stage.found(0, "+15550100", "");
    assert!(run.printed("verified no email or phone number"), "{run}");

    let run = stage.found(0, "ada", "--show-values");
    for value in VALUES {
        assert!(run.printed(value), "{run}");
    }
    let found = stage.found_json("ada");
    assert_eq!(found["old"][0]["user"]["username"], Value::Null);
    assert_eq!(found["old"][0]["user"]["attributes"]["email"], Value::Null);
    assert_eq!(found["old"][0]["user"]["verified"], json!(["email"]));
    assert_eq!(found["old"][0]["can_be_migrated"], true);
    assert_eq!(found["deployed"], true);
    let shown = stage.found(0, "ada", "--show-values --output json").json();
    let shown = &shown["user"]["old"][0]["user"];
    assert_eq!(shown["username"], "ada");
    assert_eq!(shown["attributes"]["email"], "ada@example.com");
}

#[test]
fn a_user_that_no_pool_has_is_reported() {
    let stage = Stage::new();
    stage.setup();
    for name in ["nobody", "nobody@example.com", "+1999", r#""or"#] {
        let run = stage.found(1, name, "");
        assert!(run.printed("Old pool: no user with this name"), "{run}");
        assert!(run.printed("New pool: no user with this name"), "{run}");
    }
    let run = stage.found(1, "nobody", "--output json");
    assert_eq!(run.json()["result"], "not_found", "{run}");
}

#[test]
fn all_users_with_a_name_are_reported() {
    let stage = Stage::new();
    stage.old_user("bob", &[("email", "ada@example.com")]);
    let run = stage.found(0, "ada@example.com", "");
    assert!(run.printed("Old pool: 2 users"), "{run}");
    // Nothing is deployed.
    assert!(run.printed("The function doesn't exist."), "{run}");
    let found = stage.found_json("ada@example.com");
    assert_eq!(found["old"].as_array().unwrap().len(), 2);
    assert_eq!(found["deployed"], false);
}

/// The reasons that the old pool doesn't tell apart are those of the function's log, and a sign-in
/// has the same result as the forecast.
#[test]
fn the_forecast_and_the_log_have_the_same_reason() {
    let stage = Stage::new();
    stage.setup();
    stage.old_user("bob", &[("email", "bob@example.com")]);
    stage.in_pool(&stage.old, "AdminDisableUser", json!({"Username": "bob"}));
    stage.sign_in("bob", PASSWORD).unwrap_err();
    let found = stage.found_json("bob");
    let old = &found["old"][0];
    assert_eq!(old["can_be_migrated"], false);
    assert_eq!(old["reason"], "disabled");
    let reasons = json!([{"outcome": "rejected", "reason": "disabled", "count": 1, "users": 1}]);
    assert_eq!(old["sign_ins"]["reasons"], reasons, "{found}");
    let run = stage.found(0, "bob", "");
    assert!(run.printed("CONFIRMED, disabled"), "{run}");
    let words = "no sign-in would migrate the user (disabled)";
    assert!(run.printed(words), "{run}");
    assert!(run.printed("1 rejected (disabled 1)"), "{run}");

    stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
    stage.sign_in("ADA@example.com", PASSWORD).unwrap_err();
    let run = stage.found(0, "ada", "");
    assert!(run.printed("1 rejected (wrong_password 1)"), "{run}");
    stage.sign_in("ada", PASSWORD).unwrap();
    let run = stage.found(0, "ada", "");
    assert!(run.printed("New pool: 1 user"), "{run}");
    assert!(run.printed("1 approved, 1 rejected"), "{run}");
    assert!(run.printed("doesn't invoke the migration trigger"), "{run}");
    let found = stage.found_json("ada");
    assert_eq!(found["new"][0]["status"], "CONFIRMED");
    assert_eq!(found["old"][0]["sign_ins"]["approved"], 1);
}

#[test]
fn the_forecast_follows_the_rules_of_the_deployed_function() {
    let stage = Stage::new();
    stage.setup();
    let params = json!({
        "Username": "tess", "MessageAction": "SUPPRESS", "TemporaryPassword": "Temporary-Horse-1",
        "UserAttributes": [
            {"Name": "email", "Value": "tess@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ],
    });
    stage.in_pool(&stage.old, "AdminCreateUser", params);
    let old = stage.found_json("tess")["old"][0].clone();
    assert_eq!(old["reason"], "temporary_password");
    stage.edit_environment(|variables| variables["TEMPORARY_PASSWORDS"] = "reset".into());
    let old = stage.found_json("tess")["old"][0].clone();
    assert_eq!(old["can_be_migrated"], true);
}

#[test]
fn without_users_in_the_log_the_sign_ins_are_unknown() {
    let stage = Stage::new();
    let none = "--log-users none";
    stage.ok(&format!("setup {BOTH} {none}"));
    stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
    let run = stage.found(0, "ada", none);
    let words = "sign-ins unknown: the function's log has no users";
    assert!(run.printed(words), "{run}");
}

#[test]
fn a_password_is_checked_and_the_user_is_not_migrated() {
    let stage = Stage::new();
    stage.setup();
    stage.old_user("bob", &[("email", "bob@example.com")]);
    stage.in_pool(&stage.old, "AdminDisableUser", json!({"Username": "bob"}));
    let wrong = "would be rejected: the password is wrong, or the user doesn't exist, is disabled";
    for (name, password, result) in [
        (
            "ada",
            PASSWORD,
            "Password check: the user would be migrated, with the attributes custom:tenant, email, email_verified",
        ),
        ("ada", "Wrong-Horse-1", wrong),
        ("bob", PASSWORD, wrong),
    ] {
        let run = stage.check(name, password, "");
        run.assert_ended(0, "user");
        assert!(run.printed(result), "{result}\n{run}");
        for value in VALUES {
            assert!(!run.printed(value), "{run}");
        }
        assert_eq!(stage.migrated(name), None);
    }
    let run = stage.check("ada", PASSWORD, "--output json --verbose");
    let check = &run.json()["user"]["password_check"];
    assert_eq!(check["can_be_migrated"], true, "{run}");
    let attributes = json!(["custom:tenant", "email", "email_verified"]);
    assert_eq!(check["attributes"], attributes, "{run}");
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// Each attempt counts towards the user's lockout in the old pool.
#[test]
fn a_password_is_sent_once() {
    let stage = Stage::new();
    stage.setup();
    for fault in [Fault::CutAfter, Fault::Throttled, Fault::Internal] {
        stage.sandbox.clear_journal();
        stage.sandbox.inject(Injection {
            account: NEW_ACCOUNT.into(),
            action: "Invoke".into(),
            after: 0,
            times: 1000,
            fault,
        });
        stage.check("ada", PASSWORD, "").assert_ended(1, "user");
        stage.sandbox.clear_faults();
        assert_eq!(stage.calls_of("Invoke"), 1, "{fault:?}");
    }
}

#[test]
fn without_a_function_no_password_is_checked() {
    let stage = Stage::new();
    let run = stage.check("ada", PASSWORD, "");
    run.assert_ended(0, "user");
    assert!(run.printed("Password check: unknown"), "{run}");
    assert!(run.printed("doesn't exist"), "{run}");
}

#[test]
fn without_a_password_no_user_is_checked() {
    let stage = Stage::new();
    stage.setup();
    let run = stage.check("ada", "", "");
    run.assert_ended(64, "user");
    run.assert_stderr(&["--password-stdin", "standard input"]);
}

/// The forecast is of the rules. Whether Cognito applies them is another question.
#[test]
fn what_prevents_every_migration_is_reported_first() {
    let stage = Stage::new();
    stage.setup();
    let trigger = stage.triggers();
    stage.set_trigger(None);
    let run = stage.found(0, "ada", "");
    assert!(run.printed("so no sign-in migrates a user"), "{run}");
    assert_eq!(stage.found_json("ada")["trigger_attached"], false);
    stage.setup();
    assert_eq!(stage.triggers(), trigger);
    stage.edit_environment(|variables| variables["FORGOT_PASSWORD"] = "always".into());
    let run = stage.found(0, "ada", "");
    assert!(
        run.printed("unknown, because the variable FORGOT_PASSWORD"),
        "{run}"
    );
    assert_eq!(
        stage.found_json("ada")["old"][0]["can_be_migrated"],
        Value::Null
    );
    stage.aws(
        "new",
        "lambda:DeleteFunction",
        json!({"FunctionName": LAMBDA}),
    );
    let run = stage.found(0, "ada", "");
    assert!(run.printed("The function doesn't exist."), "{run}");
    assert!(
        run.printed("sign-ins unknown: the function doesn't exist"),
        "{run}"
    );
}
