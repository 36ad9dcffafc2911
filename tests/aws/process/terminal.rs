//! Prompts appear on a terminal, but not in CI, with `--yes` or in a pipe.

use cogmig_sandbox::tool;
use serde_json::json;

use crate::support::run::Run;
use crate::support::stage::{BOTH, LAMBDA, PASSWORD, Stage};

const TERMINAL: &str = include_str!("../../support/terminal.py");

impl Stage {
    /// Runs a command on a terminal. `answers` is `question=answer`, separated by `|`.
    pub fn on_a_terminal(
        &self,
        answers: &str,
        arguments: &str,
        environment: &[(&str, &str)],
    ) -> Run {
        self.in_a_shell(r#"exec "$0" "$@""#, answers, arguments, environment)
    }

    /// Runs a shell script on a terminal, which starts the command.
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
fn answering_no_changes_nothing() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    for answer in ["n", "no", "", "yep", "Y", "YES", "y es", "true", "\\x04"] {
        let typed = format!("confirm:={answer}\\r");
        let run = stage.on_a_terminal(&typed, &format!("setup {BOTH}"), &[]);
        assert!(
            run.printed("cognito-access-role") && run.printed("Apply these changes?"),
            "{run}"
        );
        assert!(
            run.code == 1 && run.printed("Cancelled."),
            "{answer:?}\n{run}"
        );
        assert_eq!(stage.writes(), Vec::<String>::new(), "{answer:?}\n{run}");
    }
    assert_eq!(stage.sandbox.snapshot(), before);
}

/// A single key isn't an answer, and no typed key reaches the shell.
#[test]
fn an_answer_is_a_complete_line() {
    let stage = Stage::new();
    let run = stage.on_a_terminal("confirm:=y\\x03", &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 130, "{run}");
    assert_eq!(stage.writes(), Vec::<String>::new(), "{run}");
    let script = r#""$0" "$@"; read -t 1 -r rest; echo "rest <$rest>""#;
    let setup = format!("setup {BOTH} --quiet");
    let bash = format!("exec bash -c '{script}' \"$0\" \"$@\"");
    let run = stage.in_a_shell(&bash, "confirm:=yes\\r", &setup, &[]);
    assert!(run.printed("rest <>"), "{run}");
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn ctrl_c_at_a_prompt_prints_its_message_on_a_separate_line() {
    let stage = Stage::new();
    for verb in ["setup", "teardown"] {
        let run = stage.on_a_terminal("confirm:=\\x03", &format!("{verb} {BOTH}"), &[]);
        assert_eq!(run.code, 130, "{run}");
        let mut lines = run.stdout.lines().map(without_colors);
        assert!(
            lines.any(|line| line.starts_with("error: interrupted")),
            "{run}"
        );
        stage.setup();
    }
}

/// A line without colors.
fn without_colors(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line.trim();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        text.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    text + rest
}

/// Users who haven't been migrated can't sign in afterwards, so `yes` isn't enough.
#[test]
fn a_teardown_before_all_users_are_migrated_requires_the_deployments_name() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.setup();
    let snapshot = stage.sandbox.snapshot();
    let teardown = format!("teardown {BOTH}");
    for answer in ["yes", "y", "", "Default"] {
        let run = stage.on_a_terminal(&format!("confirm:={answer}\\r"), &teardown, &[]);
        let words = "About 1 user hasn't been migrated. Enter the deployment's name, default,";
        assert!(run.code == 1 && run.printed(words), "{run}");
        assert_eq!(stage.sandbox.snapshot(), snapshot, "{run}");
    }
    let one_sided = "teardown --old-profile old";
    let run = stage.on_a_terminal("confirm:=yes\\r", one_sided, &[]);
    assert!(run.code == 1 && run.printed("is unknown"), "{run}");
    let run = stage.on_a_terminal("confirm:=default\\r", &teardown, &[]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(stage.sandbox.snapshot(), before);
    // If all users have been migrated, `yes` is enough.
    stage.ok(&format!("setup {BOTH} --suffix two"));
    stage.sign_in("ada", PASSWORD).unwrap();
    let teardown = format!("teardown {BOTH} --suffix two");
    let run = stage.on_a_terminal("confirm:=yes\\r", &teardown, &[]);
    assert!(run.code == 0 && !run.printed("been migrated"), "{run}");
}

#[test]
fn answering_yes_sets_up_and_tears_down() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    let run = stage.on_a_terminal("confirm:=y\\r", &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    let snapshot = stage.sandbox.snapshot();
    stage.on_a_terminal("confirm:=n\\r", &format!("teardown {BOTH}"), &[]);
    assert_eq!(stage.sandbox.snapshot(), snapshot);
    let run = stage.on_a_terminal("confirm:=default\\r", &format!("teardown {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(stage.sandbox.snapshot(), before);
}

/// Data that users would lose has a prompt of its own. `--yes` doesn't answer it.
#[test]
fn a_warning_that_stops_setup_has_its_own_prompt() {
    let stage = Stage::new();
    stage.setup();
    let setup = format!("setup {BOTH} --drop-attribute custom:tenant");
    let before = stage.sandbox.snapshot();
    let run = stage.on_a_terminal("to allow it:=no\\r", &setup, &[]);
    assert!(run.code == 1 && run.printed("Cancelled."), "{run}");
    assert!(!run.printed("Apply these changes?"), "{run}");
    let run = stage.on_a_terminal("to allow it:=yes\\r|confirm:=no\\r", &setup, &[]);
    assert!(run.code == 1 && run.printed("Cancelled."), "{run}");
    let run = stage.on_a_terminal("", &format!("{setup} --yes"), &[]);
    assert!(
        run.code == 1 && run.printed("--allow attributes-no-longer-migrated"),
        "{run}"
    );
    assert_eq!(stage.sandbox.snapshot(), before);
    let run = stage.on_a_terminal("to allow it:=yes\\r|confirm:=yes\\r", &setup, &[]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn without_changes_there_is_no_prompt() {
    let stage = Stage::new();
    stage.setup();
    let run = stage.on_a_terminal("", &format!("setup {BOTH}"), &[]);
    assert!(run.code == 0 && run.printed("No changes."), "{run}");
}

#[test]
fn with_yes_or_in_ci_there_is_no_prompt() {
    let stage = Stage::new();
    let ci = [("CI", "true")];
    let run = stage.on_a_terminal("", &format!("setup {BOTH}"), &ci);
    assert!(run.code == 0 && !run.printed("confirm:"), "{run}");
    let run = stage.on_a_terminal("", &format!("teardown --yes {BOTH}"), &[]);
    assert!(run.code == 0 && !run.printed("confirm:"), "{run}");
}

#[test]
fn one_of_several_can_be_selected() {
    let stage = Stage::new();
    stage.sandbox.pool("old", "Partners").unwrap();
    let mobile = stage
        .sandbox
        .client(&stage.new, "mobile", json!({}))
        .unwrap();
    let answers =
        "Select the old user pool=\\r|Select the new app clients= \\x1b[B \\r|confirm:=y\\r";
    let run = stage.on_a_terminal(answers, &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
    for client in [&stage.new.client, &mobile] {
        let flows = stage.flows(&stage.new, client);
        assert!(
            flows.contains(&"ALLOW_USER_PASSWORD_AUTH".to_owned()),
            "{run}"
        );
    }
    // In CI, there is no prompt.
    let stage = Stage::new();
    stage.sandbox.pool("old", "Partners").unwrap();
    let run = stage.on_a_terminal("", &format!("setup {BOTH}"), &[("CI", "true")]);
    assert!(run.code == 1 && run.printed("--old-pool"), "{run}");
}

#[test]
fn the_prompt_for_mfa_users_appears_once() {
    let stage = Stage::new();
    let mfa = json!({
        "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    stage.in_pool(&stage.old, "SetUserPoolMfaConfig", mfa);
    let answers = "how to handle users with MFA=\\x1b[B\\r|confirm:=y\\r";
    let run = stage.on_a_terminal(answers, &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
    let set = stage.aws(
        "new",
        "lambda:GetFunctionConfiguration",
        json!({"FunctionName": LAMBDA}),
    );
    assert_eq!(set["Environment"]["Variables"]["MFA_USERS"], "migrate");
    let run = stage.on_a_terminal("", &format!("setup {BOTH}"), &[]);
    assert!(run.code == 0 && run.printed("No changes."), "{run}");
}

#[test]
fn a_password_is_typed_without_echo() {
    let stage = Stage::new();
    stage.setup();
    let answers = format!("in the old pool:={PASSWORD}\\r");
    let run = stage.on_a_terminal(&answers, &format!("user ada --password-stdin {BOTH}"), &[]);
    assert!(run.code == 0 && run.printed("would be migrated"), "{run}");
    assert!(!run.printed(PASSWORD), "{run}");
}

#[test]
fn an_interrupted_prompt_restores_the_terminal() {
    let stage = Stage::new();
    stage.setup();
    let snapshot = stage.sandbox.snapshot();
    // The shell prints the exit status and whether the terminal settings are restored.
    let script = r#"trap : INT; before=$(stty -g); "$0" "$@" >result
        echo "ended $?"; [ "$before" = "$(stty -g)" ] && echo "as before""#;
    for (question, arguments) in [
        ("confirm:", format!("teardown {BOTH} --output json")),
        (
            "old pool:",
            format!("user ada --password-stdin {BOTH} --output json"),
        ),
    ] {
        let run = stage.in_a_shell(script, &format!("{question}=\\x03"), &arguments, &[]);
        assert!(
            run.printed("ended 130") && run.printed("as before"),
            "{run}"
        );
        assert!(run.printed("interrupted. No changes were made"), "{run}");
        let shown = |sequence| run.stdout.rfind(sequence);
        assert!(shown("\u{1b}[?25h") >= shown("\u{1b}[?25l"), "{run}");
        let document = std::fs::read(stage.sandbox.home().join("result")).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
        assert_eq!(document["result"], "failed", "{run}");
    }
    assert_eq!(stage.sandbox.snapshot(), snapshot);
}

#[test]
fn a_prompt_that_cannot_be_shown_is_a_usage_error() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    let redirected = r#"exec "$0" "$@" 2>aside"#;
    let run = stage.in_a_shell(redirected, "", &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 64, "{run}");
    assert_eq!(stage.sandbox.snapshot(), before);
    let run = stage.in_a_shell(redirected, "", &format!("setup --yes {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn on_a_dumb_terminal_lines_are_plain() {
    let stage = Stage::new();
    let setup = format!("setup {BOTH} --yes");
    let run = stage.on_a_terminal("", &setup, &[("TERM", "dumb")]);
    assert!(run.code == 0 && run.printed("done in"), "{run}");
    assert!(!run.printed("\u{1b}"), "{run}");
}

#[test]
fn in_ci_there_is_no_prompt_on_a_terminal() {
    let stage = Stage::new();
    let vendor = [("GITLAB_CI", "true")];
    let run = stage.on_a_terminal("", &format!("setup {BOTH}"), &vendor);
    assert!(run.code == 0 && !run.printed("confirm:"), "{run}");
    // Except with `COGMIG_YES=false`.
    let prompt = [("GITLAB_CI", "true"), ("COGMIG_YES", "false")];
    let run = stage.on_a_terminal("confirm:=no\\r", &format!("teardown {BOTH}"), &prompt);
    assert!(run.code == 1 && run.printed("Cancelled."), "{run}");
}

/// If the result goes to a file, the user still sees the plan before the prompt.
#[test]
fn a_plan_in_a_file_is_shown_on_the_terminal_before_the_prompt() {
    let stage = Stage::new();
    for redirected in [
        r#"exec "$0" "$@" >aside"#,
        r#"exec "$0" "$@" --output json >aside"#,
    ] {
        let run = stage.in_a_shell(redirected, "confirm:=no\\r", &format!("setup {BOTH}"), &[]);
        assert_eq!(run.code, 1, "{run}");
        let question = run.stdout.find("Apply these changes?").unwrap();
        for words in ["111111111111", "cognito-access-role", &stage.new.id] {
            let shown = run.stdout.find(words).unwrap_or(usize::MAX);
            assert!(shown < question, "{words}\n{run}");
        }
    }
}
