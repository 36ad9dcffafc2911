//! What plan and setup report about the two pools before any change.

use cogmig_sandbox::{Fault, Injection, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::support::run::Run;
use crate::support::stage::{BOTH, Stage};

/// Pools with settings that cause warnings.
fn with_warnings() -> Stage {
    Stage::with_new_pool(json!({
        "LambdaConfig": {"PreSignUp": "arn:aws:lambda:eu-central-1:222222222222:function:greet"},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false},
        "UsernameConfiguration": {"CaseSensitive": true},
    }))
}

/// The number of printed warnings and notes.
fn warnings(run: &Run) -> usize {
    let lines = run.stdout.lines();
    lines
        .filter(|line| line.starts_with("warning") || line.starts_with("info: "))
        .count()
}

#[test]
fn warnings_have_a_fix() {
    let stage = with_warnings();
    let run = stage.changes_nothing(0, &format!("plan {BOTH}"));
    for words in [
        "triggers of the new pool run for each migrated user",
        "anyone can sign up in the new pool",
        "usernames are case-insensitive in the old pool",
        "SRP don't invoke the migration trigger",
    ] {
        assert!(run.flat().contains(words), "{words}\n{run}");
    }
    let warnings = warnings(&run);
    assert_eq!(run.stdout.matches("\n  fix:  ").count(), warnings, "{run}");
    for words in ["old pool users  about 1 (", "new pool users  about 0 ("] {
        assert!(run.stdout.contains(words), "{run}");
    }

    let json = stage
        .changes_nothing(0, &format!("plan {BOTH} --output json"))
        .json();
    let listed = json["warnings"].as_array().unwrap();
    assert_eq!(listed.len(), warnings);
    let has_texts = |warning: &Value| {
        let has_fix = warning["fix"].as_array().is_some_and(|fix| !fix.is_empty());
        warning["summary"].is_string() && has_fix
    };
    assert!(listed.iter().all(has_texts));
    assert_eq!(
        json["users"],
        json!([{"side": "old", "estimate": 1}, {"side": "new", "estimate": 0}])
    );
}

#[test]
fn compatible_pools_get_only_the_warning_about_srp() {
    let stage = Stage::new();
    let run = stage.changes_nothing(0, &format!("plan {BOTH}"));
    assert_eq!(warnings(&run), 1, "{run}");
    assert!(
        run.flat()
            .contains("SRP don't invoke the migration trigger"),
        "{run}"
    );
    stage.setup();
    let run = stage.changes_nothing(0, &format!("setup {BOTH}"));
    assert_eq!(warnings(&run), 0, "{run}");
}

#[test]
fn a_warning_as_severe_as_fail_on_stops_plan_and_setup_before_any_change() {
    let stage = Stage::new();
    for command in ["plan", "setup", "setup --dry-run"] {
        for limit in ["info", "lockout"] {
            let run = stage.changes_nothing(1, &format!("{command} {BOTH} --fail-on {limit}"));
            run.assert_stderr(&[
                &format!("1 warning of severity {limit} or higher: client-without-password-flow"),
                "fix:",
            ]);
            assert!(run.printed("+ role cognito-access-role"), "{run}");
        }
    }
    // The warning is less severe.
    stage.changes_nothing(0, &format!("plan {BOTH} --fail-on security"));
    let variables = [("COGMIG_FAIL_ON", "security")];
    stage.with(0, &format!("setup {BOTH}"), &variables);
    // After setup the app client allows the flow, so there is no warning.
    stage.changes_nothing(0, &format!("setup {BOTH} --fail-on info"));
}

/// A page of users is checked with the rules of the function, before any change.
#[test]
fn a_page_of_users_is_checked_before_setup() {
    let stage = Stage::new();
    for (name, disabled) in [("bob", true), ("eve", false)] {
        stage.old_user(name, &[("email", "someone@example.com")]);
        if disabled {
            stage.in_pool(&stage.old, "AdminDisableUser", json!({"Username": name}));
        }
    }
    let text = "users checked 3 of the old pool: 2 can be migrated, disabled 1";
    for command in ["plan", "setup"] {
        stage.sandbox.clear_journal();
        let run = stage.ok(&format!("{command} {BOTH}"));
        assert!(run.printed(text), "{run}");
        let journal = stage.sandbox.journal();
        let pages = journal.iter().filter(|call| call.action == "ListUsers");
        assert_eq!(pages.count(), 1);
        assert!(
            journal
                .iter()
                .all(|call| call.action != "AdminGetUser" || call.account == OLD_ACCOUNT)
        );
    }
    let json = stage.ok(&format!("plan {BOTH} --output json")).json();
    let reasons = json!([{"outcome": "rejected", "reason": "disabled", "count": 1, "users": 1}]);
    let checked = json!({"checked": 3, "can_be_migrated": 2, "reasons": reasons});
    assert_eq!(json["users_checked"], checked);
    // Verify and status report what exists.
    stage.sandbox.clear_journal();
    for command in ["verify", "status"] {
        let run = stage.ok(&format!("{command} {BOTH}"));
        assert!(!run.printed("users checked"), "{run}");
    }
    let calls = stage.sandbox.journal();
    assert!(calls.iter().all(|call| call.action != "ListUsers"));
}

/// Usernames in the old pool and email in the new pool: the function would reject every sign-in.
#[test]
fn a_pool_in_which_no_user_can_be_migrated_gets_a_lockout_warning() {
    let stage = Stage::with_new_pool(json!({"UsernameAttributes": ["email"]}));
    for command in ["plan", "setup"] {
        let run = stage.changes_nothing(1, &format!("{command} {BOTH}"));
        for words in [
            "users checked 1 of the old pool: 0 can be migrated, name 1",
            "of 1 user checked in the old pool, 0 could be migrated",
            "1 (name): the new pool can't resolve the identifier",
            "--allow no-user-can-be-migrated",
        ] {
            assert!(run.printed(words), "{words}\n{run}");
        }
    }
    stage.changes_nothing(0, &format!("plan {BOTH} --allow no-user-can-be-migrated"));
    let run = stage.changes_nothing(1, &format!("plan {BOTH} --fail-on lockout"));
    run.assert_stderr(&["no-user-can-be-migrated"]);
    // The sign-in has the result of the forecast.
    let user = stage.cogmig(&format!("user ada {BOTH} --output json"));
    assert_eq!(user.json()["user"]["old"][0]["reason"], "name", "{user}");
    // An empty pool gets no warning.
    stage.in_pool(&stage.old, "AdminDeleteUser", json!({"Username": "ada"}));
    let run = stage.changes_nothing(0, &format!("plan {BOTH}"));
    assert!(
        run.printed("users checked 0 of the old pool: 0 can be migrated"),
        "{run}"
    );
    assert!(!run.printed("0 could be migrated"), "{run}");
}

#[test]
fn users_that_cannot_be_read_are_a_note_that_names_the_permission() {
    let stage = Stage::new();
    stage.sandbox.inject(Injection {
        account: OLD_ACCOUNT.into(),
        action: "ListUsers".into(),
        after: 0,
        times: 1000,
        fault: Fault::Denied,
    });
    let run = stage.ok(&format!("setup {BOTH}"));
    assert!(run.printed("no user of the old pool was checked"), "{run}");
    assert!(run.printed("allow cognito-idp:ListUsers"), "{run}");
    assert!(!run.printed("old pool sample"), "{run}");
    let json = stage.ok(&format!("plan {BOTH} --output json")).json();
    assert_eq!(json["users_checked"], Value::Null);
    let warnings = json["warnings"].as_array().unwrap();
    let severity = |warning: &&Value| warning["id"] == "users-not-checked";
    assert_eq!(warnings.iter().find(severity).unwrap()["severity"], "info");
}
