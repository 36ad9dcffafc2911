//! On a terminal there is somebody to ask; in CI, by --yes or in a pipe there is not.

use cogmig_sandbox::tool;
use serde_json::json;

use crate::run::Run;
use crate::stage::{BOTH, LAMBDA, PASSWORD, Stage};

const TERMINAL: &str = include_str!("../terminal.py");

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
    let before = stage.sandbox.standing();
    let run = stage.on_a_terminal("changes?=n", &format!("setup {BOTH}"), &[]);
    assert!(
        run.said("cognito-access-role") && run.said("Make these changes?"),
        "{run}"
    );
    assert_eq!(stage.writes(), Vec::<String>::new(), "{run}");
    assert_eq!(stage.sandbox.standing(), before);
}

#[test]
fn enter_alone_is_a_no() {
    let stage = Stage::new();
    let run = stage.on_a_terminal("changes?=\\r", &format!("setup {BOTH}"), &[]);
    assert_eq!(stage.writes(), Vec::<String>::new(), "{run}");
}

#[test]
fn a_yes_sets_up_and_tears_down() {
    let stage = Stage::new();
    let before = stage.sandbox.standing();
    let run = stage.on_a_terminal("changes?=y", &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.forget("ada");
    let standing = stage.sandbox.standing();
    stage.on_a_terminal("back?=n", &format!("teardown {BOTH}"), &[]);
    assert_eq!(stage.sandbox.standing(), standing);
    let run = stage.on_a_terminal("back?=y", &format!("teardown {BOTH}"), &[]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(stage.sandbox.standing(), before);
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
    assert!(run.code == 0 && !run.said("Make these changes?"), "{run}");
    let run = stage.on_a_terminal("", &format!("teardown --yes {BOTH}"), &[]);
    assert!(run.code == 0 && !run.said("Put this back?"), "{run}");
}

#[test]
fn of_several_one_can_be_picked() {
    let stage = Stage::new();
    stage.sandbox.pool("old", "Partners").unwrap();
    let mobile = stage
        .sandbox
        .client(&stage.new, "mobile", json!({}))
        .unwrap();
    let answers = "old user pool?=\\r|new app client?= \\x1b[B \\r|changes?=y";
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
    let answers = "second factor?=\\x1b[B\\r|changes?=y";
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
    let standing = stage.sandbox.standing();
    // Both the key and a signal from elsewhere; what the shell sees afterwards.
    let script = r#"trap : INT; before=$(stty -g); "$0" "$@" >result
        echo "ended $?"; [ "$before" = "$(stty -g)" ] && echo "as before""#;
    for (question, arguments) in [
        ("back?", format!("teardown {BOTH} --output json")),
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
    assert_eq!(stage.sandbox.standing(), standing);
}

#[test]
fn a_question_that_would_not_be_seen_is_not_taken_for_answered() {
    let stage = Stage::new();
    let before = stage.sandbox.standing();
    let aside = r#"exec "$0" "$@" 2>aside"#;
    let run = stage.in_a_shell(aside, "", &format!("setup {BOTH}"), &[]);
    assert_eq!(run.code, 64, "{run}");
    assert_eq!(stage.sandbox.standing(), before);
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
