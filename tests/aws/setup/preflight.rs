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
        .filter(|line| line.starts_with("warning") || line.starts_with("note: "))
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
    for words in ["old users       about 1 (", "new users       about 0 ("] {
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
