//! What plan and setup report about the two pools before any change.

use serde_json::{Value, json};

use crate::support::run::Run;
use crate::support::stage::{BOTH, Stage};

fn noisy() -> Stage {
    Stage::with_new_pool(json!({
        "LambdaConfig": {"PreSignUp": "arn:aws:lambda:eu-central-1:222222222222:function:greet"},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false},
        "UsernameConfiguration": {"CaseSensitive": true},
    }))
}

/// How many warnings were printed, of any severity.
fn warnings(run: &Run) -> usize {
    let lines = run.stdout.lines();
    lines
        .filter(|line| line.starts_with("warning") || line.starts_with("note: "))
        .count()
}

#[test]
fn warnings_have_a_fix() {
    let stage = noisy();
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
    let told = json["warnings"].as_array().unwrap();
    assert_eq!(told.len(), warnings);
    let has_words = |warning: &Value| {
        let has_fix = warning["fix"].as_array().is_some_and(|fix| !fix.is_empty());
        warning["summary"].is_string() && has_fix
    };
    assert!(told.iter().all(has_words));
    assert_eq!(
        json["users"],
        json!([{"side": "old", "estimate": 1}, {"side": "new", "estimate": 0}])
    );
}

#[test]
fn compatible_pools_get_no_warnings_but_the_applications_next_steps() {
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
