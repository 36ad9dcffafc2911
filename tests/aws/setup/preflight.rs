//! What plan and setup report about the two pools before any change.

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
