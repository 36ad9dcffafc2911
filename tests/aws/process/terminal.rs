//! On a terminal there is somebody to ask; in CI, by --yes or in a pipe there is not.

use cogmig_sandbox::tool;
use serde_json::json;

use crate::support::run::Run;
use crate::support::stage::{BOTH, LAMBDA, PASSWORD, Stage};

const TERMINAL: &str = include_str!("../../support/terminal.py");

impl Stage {
    /// `answers` is `question=answer`, several of them with `|` between.
    fn on_a_terminal(&self, answers: &str, arguments: &str, environment: &[(&str, &str)]) -> Run {
        self.in_a_shell(r#"exec "$0" "$@""#, answers, arguments, environment)
    }

    /// The same, started by a script of its shell.
    fn in_a_shell(
        &self,
        script: &str,
        answers: &str,
        arguments: &str,
        environment: &[(&str, &str)],
    ) -> Run {
        let binary = self.command();
        let mut command = self.sandbox.command(tool("python").unwrap());
        command
            .current_dir(self.sandbox.home())
            .env("TERM", "xterm")
            .env("COGMIG_ARCHITECTURE", cogmig_sandbox::architecture())
            .envs(environment.iter().copied())
            .args(["-c", TERMINAL, answers, "sh", "-c", script])
            .arg(binary.get_program())
            .args(arguments.split(' '));
        Run::of(&mut command)
    }
}

#[test]
fn a_no_changes_nothing() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    for answer in ["n", "no", "", "yep", "Y", "YES", "y es", "true", "\\x04"] {
        let typed = format!("confirm:={answer}\\r");
        let run = stage.on_a_terminal(&typed, &format!("setup {BOTH}"), &[]);
        assert!(
            run.said("cognito-access-role") && run.said("Apply these changes?"),
            "{run}"
        );
        assert!(run.code == 1 && run.said("Cancelled."), "{answer:?}\n{run}");
        assert_eq!(stage.writes(), Vec::<String>::new(), "{answer:?}\n{run}");
    }
    assert_eq!(stage.sandbox.snapshot(), before);
}

/// One key is no answer, and what is typed after it stays out of the shell.
#[test]
fn an_answer_is_a_whole_line() {
    let stage = Stage::new();
    let run = stage.on_a_terminal("confirm:=y\\x03", &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 130, "{run}");
    assert_eq!(stage.writes(), Vec::<String>::new(), "{run}");
    let script = r#""$0" "$@"; read -t 1 -r rest; echo "rest <$rest>""#;
    let setup = format!("setup {BOTH} --quiet");
    let bash = format!("exec bash -c '{script}' \"$0\" \"$@\"");
    let run = stage.in_a_shell(&bash, "confirm:=yes\\r", &setup, &[]);
    assert!(run.said("rest <>"), "{run}");
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn ctrl_c_at_a_question_has_its_message_on_a_line_of_its_own() {
    let stage = Stage::new();
    for verb in ["setup", "teardown"] {
        let run = stage.on_a_terminal("confirm:=\\x03", &format!("{verb} {BOTH}"), &[]);
        assert_eq!(run.code, 130, "{run}");
        let mut lines = run.stdout.lines().map(seen);
        assert!(
            lines.any(|line| line.starts_with("error: stopped")),
            "{run}"
        );
        stage.setup();
    }
}

/// A line as it is seen, without its colors.
fn seen(line: &str) -> String {
    let mut seen = String::new();
    let mut rest = line.trim();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        seen.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    seen + rest
}

/// Who has not been migrated could not sign in any more: that takes more than a yes.
#[test]
fn a_teardown_before_all_users_are_migrated_asks_for_the_deployments_name() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.setup();
    let snapshot = stage.sandbox.snapshot();
    let teardown = format!("teardown {BOTH}");
    for answer in ["yes", "y", "", "Default"] {
        let run = stage.on_a_terminal(&format!("confirm:={answer}\\r"), &teardown, &[]);
        let words = "About 1 user hasn't been migrated. Enter the deployment's name, default,";
        assert!(run.code == 1 && run.said(words), "{run}");
        assert_eq!(stage.sandbox.snapshot(), snapshot, "{run}");
    }
    let alone = "teardown --old-profile old";
    let run = stage.on_a_terminal("confirm:=yes\\r", alone, &[]);
    assert!(run.code == 1 && run.said("is unknown"), "{run}");
    let run = stage.on_a_terminal("confirm:=default\\r", &teardown, &[]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(stage.sandbox.snapshot(), before);
    // With everybody migrated, a yes is enough.
    stage.ok(&format!("setup {BOTH} --suffix two"));
    stage.sign_in("ada", PASSWORD).unwrap();
    let teardown = format!("teardown {BOTH} --suffix two");
    let run = stage.on_a_terminal("confirm:=yes\\r", &teardown, &[]);
    assert!(run.code == 0 && !run.said("been migrated"), "{run}");
}

#[test]
fn a_yes_sets_up_and_tears_down() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    let run = stage.on_a_terminal("confirm:=y\\r", &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.forget("ada");
    let snapshot = stage.sandbox.snapshot();
    stage.on_a_terminal("confirm:=n\\r", &format!("teardown {BOTH}"), &[]);
    assert_eq!(stage.sandbox.snapshot(), snapshot);
    let run = stage.on_a_terminal("confirm:=default\\r", &format!("teardown {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn nothing_is_asked_where_nothing_is_to_be_done() {
    let stage = Stage::new();
    stage.setup();
    let run = stage.on_a_terminal("", &format!("setup {BOTH}"), &[]);
    assert!(run.code == 0 && run.said("Nothing to do"), "{run}");
}

#[test]
fn nothing_is_asked_with_yes_or_in_ci() {
    let stage = Stage::new();
    let ci = [("CI", "true")];
    let run = stage.on_a_terminal("", &format!("setup {BOTH}"), &ci);
    assert!(run.code == 0 && !run.said("confirm:"), "{run}");
    let run = stage.on_a_terminal("", &format!("teardown --yes {BOTH}"), &[]);
    assert!(run.code == 0 && !run.said("confirm:"), "{run}");
}

#[test]
fn of_several_one_can_be_picked() {
    let stage = Stage::new();
    stage.sandbox.pool("old", "Partners").unwrap();
    let mobile = stage
        .sandbox
        .client(&stage.new, "mobile", json!({}))
        .unwrap();
    let answers = "old user pool?=\\r|new app client?= \\x1b[B \\r|confirm:=y\\r";
    let run = stage.on_a_terminal(answers, &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
    for client in [&stage.new.client, &mobile] {
        let flows = stage.flows(&stage.new, client);
        assert!(
            flows.contains(&"ALLOW_USER_PASSWORD_AUTH".to_owned()),
            "{run}"
        );
    }
    // In CI nobody picks.
    let stage = Stage::new();
    stage.sandbox.pool("old", "Partners").unwrap();
    let run = stage.on_a_terminal("", &format!("setup {BOTH}"), &[("CI", "true")]);
    assert!(run.code == 1 && run.said("--old-pool"), "{run}");
}

#[test]
fn what_becomes_of_a_second_factor_is_asked_once() {
    let stage = Stage::new();
    let mfa = json!({
        "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    stage.in_pool(&stage.old, "SetUserPoolMfaConfig", mfa);
    let answers = "second factor?=\\x1b[B\\r|confirm:=y\\r";
    let run = stage.on_a_terminal(answers, &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
    let set = stage.aws(
        "new",
        "lambda:GetFunctionConfiguration",
        json!({"FunctionName": LAMBDA}),
    );
    assert_eq!(set["Environment"]["Variables"]["MFA_USERS"], "migrate");
    let run = stage.on_a_terminal("", &format!("setup {BOTH}"), &[]);
    assert!(run.code == 0 && run.said("Nothing to do"), "{run}");
}

#[test]
fn a_password_is_typed_unseen() {
    let stage = Stage::new();
    stage.setup();
    let answers = format!("in the old pool:={PASSWORD}\\r");
    let run = stage.on_a_terminal(&answers, &format!("verify --username ada {BOTH}"), &[]);
    assert!(run.code == 0 && run.said("would move"), "{run}");
    assert!(!run.said(PASSWORD), "{run}");
}

#[test]
fn a_question_that_is_left_leaves_the_terminal_as_it_was() {
    let stage = Stage::new();
    stage.setup();
    let snapshot = stage.sandbox.snapshot();
    // Both the key and a signal from elsewhere; what the shell sees afterwards.
    let script = r#"trap : INT; before=$(stty -g); "$0" "$@" >result
        echo "ended $?"; [ "$before" = "$(stty -g)" ] && echo "as before""#;
    for (question, arguments) in [
        ("confirm:", format!("teardown {BOTH} --output json")),
        (
            "old pool:",
            format!("verify --username ada {BOTH} --output json"),
        ),
    ] {
        let run = stage.in_a_shell(script, &format!("{question}=\\x03"), &arguments, &[]);
        assert!(run.said("ended 130") && run.said("as before"), "{run}");
        assert!(run.said("nothing was changed"), "{run}");
        let shown = |sequence| run.stdout.rfind(sequence);
        assert!(shown("\u{1b}[?25h") >= shown("\u{1b}[?25l"), "{run}");
        let document = std::fs::read(stage.sandbox.home().join("result")).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
        assert_eq!(document["result"], "failed", "{run}");
    }
    assert_eq!(stage.sandbox.snapshot(), snapshot);
}

#[test]
fn a_question_that_would_not_be_seen_is_not_taken_for_answered() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    let aside = r#"exec "$0" "$@" 2>aside"#;
    let run = stage.in_a_shell(aside, "", &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 64, "{run}");
    assert_eq!(stage.sandbox.snapshot(), before);
    let run = stage.in_a_shell(aside, "", &format!("setup --yes {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn where_no_cursor_can_be_moved_lines_are_plain() {
    let stage = Stage::new();
    let setup = format!("setup {BOTH} --yes");
    let run = stage.on_a_terminal("", &setup, &[("TERM", "dumb")]);
    assert!(run.code == 0 && run.said("done in"), "{run}");
    assert!(!run.said("\u{1b}"), "{run}");
}

#[test]
fn a_ci_system_is_not_asked_on_its_terminal() {
    let stage = Stage::new();
    let vendor = [("GITLAB_CI", "true")];
    let run = stage.on_a_terminal("", &format!("setup {BOTH}"), &vendor);
    assert!(run.code == 0 && !run.said("confirm:"), "{run}");
    // Unless somebody said that it shall be.
    let said = [("GITLAB_CI", "true"), ("COGMIG_YES", "false")];
    let run = stage.on_a_terminal("confirm:=no\\r", &format!("teardown {BOTH}"), &said);
    assert!(run.code == 1 && run.said("Cancelled."), "{run}");
}

/// Nobody confirms a plan that went into a file.
#[test]
fn a_plan_that_went_elsewhere_is_shown_before_the_question() {
    let stage = Stage::new();
    for aside in [
        r#"exec "$0" "$@" >aside"#,
        r#"exec "$0" "$@" --output json >aside"#,
    ] {
        let run = stage.in_a_shell(aside, "confirm:=no\\r", &format!("setup {BOTH}"), &[]);
        assert_eq!(run.code, 1, "{run}");
        let question = run.stdout.find("Apply these changes?").unwrap();
        for words in ["111111111111", "cognito-access-role", &stage.new.id] {
            let shown = run.stdout.find(words).unwrap_or(usize::MAX);
            assert!(shown < question, "{words}\n{run}");
        }
    }
}
