//! The environment of the process: closed streams, no home folder, a full disk, a proxy, a
//! pipeline.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use cogmig_sandbox::{Reply, ScriptedServer};

use crate::support::run::Run;
use crate::support::stage::{BOTH, HOST, PASSWORD, Stage};

/// All files in a folder and its subfolders, with their sizes.
fn files(folder: &Path, found: &mut Vec<(PathBuf, u64)>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() {
            files(&entry.path(), found);
        } else {
            found.push((entry.path(), metadata.len()));
        }
    }
    found.sort();
}

#[test]
fn closed_pipes_do_not_stop_a_run() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    for verb in ["plan", "setup", "status", "teardown"] {
        let mut child = stage
            .command()
            .args(format!("{verb} --verbose {BOTH}").split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        drop(child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{verb}");
        if verb == "setup" {
            stage.sign_in("ada", PASSWORD).unwrap();
            stage.delete_user("ada");
        }
    }
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn closed_streams_do_not_stop_a_run() {
    let stage = Stage::new();
    let binary = stage.command();
    let mut shell = stage.sandbox.command("sh");
    let closed = r#"exec "$0" "$@" <&- >&- 2>&-"#;
    let setup = format!("setup {BOTH}");
    shell
        .current_dir(stage.sandbox.home())
        .env("COGMIG_ARCHITECTURE", HOST)
        .env("CI", "true")
        .args(["-c", closed])
        .arg(binary.get_program())
        .args(setup.split(' '));
    Run::of(&mut shell).assert_ended(0, &setup);
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn without_a_home_folder_aws_config_file_is_used() {
    let stage = Stage::new();
    let mut command = stage.command();
    let config = stage.sandbox.home().join(".aws/config");
    command.env_remove("HOME").env("AWS_CONFIG_FILE", config);
    Run::of(command.args(format!("setup {BOTH}").split(' '))).assert_ended(0, "setup");
    let mut command = stage.command();
    command.env_remove("HOME");
    let run = Run::of(command.args(format!("setup {BOTH}").split(' ')));
    run.assert_ended(64, "setup");
    run.assert_stderr(&["`old`"]);
}

/// A read-only or full disk therefore isn't a problem.
#[test]
fn no_file_is_written() {
    let stage = Stage::new();
    let list = || {
        let mut found = Vec::new();
        files(stage.sandbox.home(), &mut found);
        // The sandbox's own files.
        let [python, temporary] = ["python", "tmp"].map(|name| stage.sandbox.home().join(name));
        found.retain(|(path, _)| {
            let is_log = path.extension().is_some_and(|end| end == "log");
            !is_log && !path.starts_with(&python) && !path.starts_with(&temporary)
        });
        found
    };
    let before = list();
    for verb in ["plan", "setup", "verify", "status", "teardown"] {
        stage.ok(&format!("{verb} {BOTH}"));
        assert_eq!(list(), before, "{verb}");
    }
}

#[test]
fn proxy_environment_variables_are_used() {
    let stage = Stage::new();
    let aws = stage.sandbox.endpoint().trim_start_matches("http://");
    let aws = aws.parse().unwrap();
    let proxy = ScriptedServer::start(move |_| Reply::forward(aws)).unwrap();
    let address = proxy.url();
    let plan = |variables: &[(&str, &str)]| {
        let before = proxy.requests().len();
        let mut command = stage.command();
        let command = command.envs(variables.iter().copied());
        Run::of(command.args(format!("plan {BOTH}").split(' '))).assert_ended(0, "plan");
        proxy.requests().len() - before
    };
    assert_eq!(plan(&[]), 0);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        assert_ne!(plan(&[(name, &address)]), 0, "{name}");
    }
    let excluded = [("HTTP_PROXY", address.as_str()), ("NO_PROXY", "127.0.0.1")];
    assert_eq!(plan(&excluded), 0);
}

#[test]
fn github_actions_gets_a_summary_and_its_errors() {
    let stage = Stage::new();
    let summary = stage.sandbox.home().join("summary.md");
    let run = |arguments: &str, summary: &Path| {
        let mut command = stage.command();
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_STEP_SUMMARY", summary);
        Run::of(command.args(arguments.split(' ')))
    };
    run(&format!("setup {BOTH}"), &summary).assert_ended(0, "setup");
    let text = fs::read_to_string(&summary).unwrap();
    for words in [
        "### cogmig setup: done\n",
        "- old account `111111111111`, eu-west-1\n",
        "| `+` | old | role | cognito-access-role |",
        "| done |",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    run(&format!("status {BOTH}"), &summary).assert_ended(0, "status");
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.contains("### cogmig status: in_sync\n"), "{text}");
    assert!(text.contains("9 resources in sync"), "{text}");

    let failed = run(&format!("plan {BOTH} --old-client none-such"), &summary);
    failed.assert_ended(1, "plan");
    failed.assert_stderr(&["::error title=cogmig plan::"]);
    // The log shows an annotation as an error, so the text is printed once.
    assert_eq!(failed.stderr.matches("none-such").count(), 1, "{failed}");
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.contains("### cogmig plan: failed\n"), "{text}");
    assert!(!text.contains(&stage.external_id()), "{text}");
    // Usage errors are annotations too.
    for (arguments, command) in [
        ("setup", "setup"),
        ("plan --suffix", "plan"),
        ("--none", ""),
    ] {
        let wrong = run(arguments, &summary);
        wrong.assert_ended(64, arguments);
        wrong.assert_stderr(&[&format!(
            "::error title={}::",
            format!("cogmig {command}").trim_end()
        )]);
        assert_eq!(wrong.stderr.matches("error: ").count(), 1, "{wrong}");
    }
    // A summary that can't be written is reported and isn't an error.
    let unwritable = run(&format!("plan {BOTH}"), stage.sandbox.home());
    unwritable.assert_ended(0, "plan");
    unwritable.assert_stderr(&["can't write the summary"]);
}

#[test]
fn a_failed_write_is_an_error() {
    let stage = Stage::new();
    for arguments in [
        format!("setup {BOTH}"),
        format!("plan {BOTH}"),
        format!("status {BOTH} --output json"),
        "policy old".into(),
        "completions bash".into(),
    ] {
        let mut command = stage.command();
        let full = fs::File::create("/dev/full").unwrap();
        let child = command.args(arguments.split(' ')).stdout(full);
        let run = Run::from(child.stderr(Stdio::piped()).output().unwrap());
        run.assert_ended(1, &arguments);
        run.assert_stderr(&["can't write the result to standard output", "No space left"]);
    }
    // The changes were made.
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn an_argument_that_is_not_utf_8_is_a_usage_error() {
    let stage = Stage::new();
    let mut command = stage.command();
    let word = OsStr::from_bytes(b"\xff");
    let run = Run::of(
        command
            .args(["--output", "json", "setup", "--old-profile"])
            .arg(word),
    );
    run.assert_ended(64, "setup");
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["command"], "setup");
}

#[test]
fn completions_man_pages_and_version() {
    let stage = Stage::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stage.ok(&format!("completions {shell}")).stdout;
        assert!(script.contains("detailed-exitcode"), "{shell}");
    }
    stage.ends(64, "completions cmd");
    stage.ok("man pages");
    let pages = stage.sandbox.home().join("pages");
    for page in ["cogmig.1", "cogmig-setup.1", "cogmig-status.1"] {
        let text = fs::read_to_string(pages.join(page)).unwrap();
        let heading = text.lines().skip_while(|line| !line.starts_with(".TH"));
        let heading: Vec<_> = heading.take(2).collect();
        assert!(heading[0].contains("cogmig"), "{heading:?}");
        assert!(heading[1].starts_with('.'), "{heading:?}");
    }
    let denied = stage.ends(1, "man /dev/null/pages");
    denied.assert_stderr(&["/dev/null/pages"]);
    let version = stage.ok("--version").stdout;
    assert!(version.starts_with("cogmig 0.1.0"), "{version}");
    let lambda = version.lines().find(|line| line.starts_with("Lambda "));
    assert!(lambda.is_some_and(|line| line.ends_with('=')), "{version}");
}
