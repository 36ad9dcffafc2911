//! How changes are confirmed: with an answer at the prompt, with `--yes`, or in a CI system. A
//! missing terminal alone isn't a confirmation.

use crate::support::stage::{BOTH, PASSWORD, Stage};

const NOT_CI: [(&str, &str); 1] = [("CI", "")];

#[test]
fn without_a_terminal_nothing_is_written_without_yes() {
    let stage = Stage::new();
    let assert_confirmation_required = |arguments: &str| {
        let before = stage.sandbox.snapshot();
        stage.sandbox.clear_journal();
        let run = stage.with(64, arguments, &NOT_CI);
        run.assert_stderr(&["--yes", "COGMIG_YES=true"]);
        assert_eq!(stage.writes(), Vec::<String>::new(), "{run}");
        assert_eq!(stage.sandbox.snapshot(), before, "{run}");
    };
    assert_confirmation_required(&format!("setup {BOTH}"));
    stage.with(0, &format!("setup {BOTH} --dry-run"), &NOT_CI);
    stage.with(0, &format!("plan {BOTH}"), &NOT_CI);
    stage.with(0, &format!("setup {BOTH} --yes"), &NOT_CI);
    // A plan without changes needs no confirmation.
    stage.with(0, &format!("setup {BOTH}"), &NOT_CI);
    stage.sign_in("ada", PASSWORD).unwrap();
    assert_confirmation_required(&format!("teardown {BOTH}"));
    assert_confirmation_required(&format!("teardown {BOTH} --output json"));
    stage.with(0, &format!("teardown {BOTH} --dry-run"), &NOT_CI);
    let yes = [("CI", ""), ("COGMIG_YES", "true")];
    stage.with(0, &format!("teardown {BOTH}"), &yes);
    stage.with(0, &format!("teardown {BOTH}"), &NOT_CI);
}

#[test]
fn each_ci_system_is_detected_by_its_own_variables() {
    let stage = Stage::new();
    let systems: [&[(&str, &str)]; 9] = [
        &[("CI", "true")],
        &[("CI", "1")],
        &[
            ("JENKINS_URL", "https://ci.example.com/"),
            ("BUILD_ID", "7"),
        ],
        &[(
            "CODEBUILD_BUILD_ARN",
            "arn:aws:codebuild:eu-west-1:222222222222:build/x:1",
        )],
        &[("GITHUB_ACTIONS", "true")],
        &[("GITLAB_CI", "true")],
        &[("TF_BUILD", "True")],
        &[("BUILDKITE", "true")],
        &[("TEAMCITY_VERSION", "2026.1")],
    ];
    for variables in systems {
        for verb in ["setup", "teardown"] {
            let mut all = vec![("CI", "")];
            all.extend(variables);
            stage.with(0, &format!("{verb} {BOTH}"), &all);
        }
    }
}

/// Variables that don't indicate CI: those of scripts, those with a false value, those of
/// application hosts. `COGMIG_YES=false` takes precedence over CI.
#[test]
fn variables_that_do_not_indicate_ci_are_ignored() {
    let stage = Stage::new();
    let setup = format!("setup {BOTH}");
    for variables in [
        [("CI", "false"), ("GITHUB_ACTIONS", "true")],
        [("CI", "0"), ("GITLAB_CI", "true")],
        [("CI", "FALSE"), ("GITLAB_CI", "true")],
        [("CI", "no"), ("TF_BUILD", "True")],
        [("CI", " off "), ("TF_BUILD", "True")],
        [("CI", " "), ("PAGER", "less")],
        [("CI", ""), ("BUILD_NUMBER", "7")],
        [("CI", ""), ("RUN_ID", "7")],
        [("CI", ""), ("GITLAB_CI", "")],
        [("CI", ""), ("GITHUB_ACTIONS", "false")],
        [("CI", ""), ("CODEBUILD_BUILD_ARN", "")],
        [("CI", ""), ("RENDER", "true")],
        [("CI", ""), ("NODE", "/app/.heroku/node/bin/node")],
        [("CI", "true"), ("COGMIG_YES", "false")],
    ] {
        stage.sandbox.clear_journal();
        let run = stage.with(64, &setup, &variables);
        assert_eq!(stage.writes(), Vec::<String>::new(), "{variables:?}\n{run}");
    }
    let file = "old-profile = 'old'\nnew-profile = 'new'\nyes = true\n";
    stage.file("cogmig.toml", file);
    stage.with(0, "setup", &NOT_CI);
}
