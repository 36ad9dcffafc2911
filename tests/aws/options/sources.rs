//! Options from three sources: flags take precedence over environment variables, which take
//! precedence over `cogmig.toml`. Invalid options are rejected before any call.

use serde_json::json;

use crate::support::run::Run;
use crate::support::stage::{BOTH, LOG_GROUP, PASSWORD, Stage};

/// Runs an invalid command: it exits with status 64 and makes no call to AWS.
fn assert_usage_error(stage: &Stage, arguments: &str, words: &[&str]) {
    assert_usage_error_with(stage, arguments, &[], words);
}

fn assert_usage_error_with(
    stage: &Stage,
    arguments: &str,
    variables: &[(&str, &str)],
    words: &[&str],
) {
    stage.sandbox.clear_journal();
    let run = stage.with(64, arguments, variables);
    run.assert_stderr(words);
    assert_eq!(stage.sandbox.journal(), [], "{run}");
}

#[test]
fn every_option_can_come_from_the_environment() {
    let stage = Stage::new();
    let extra = stage.sandbox.client(&stage.new, "app", json!({})).unwrap();
    let before = stage.sandbox.snapshot();
    let run = |verb: &str| {
        let mut command = stage.command();
        command
            .arg(verb)
            .env("COGMIG_OLD_PROFILE", "old")
            .env("COGMIG_NEW_PROFILE", "new")
            .env("COGMIG_OLD_POOL", &stage.old.id)
            .env("COGMIG_OLD_CLIENT", &stage.old.client)
            .env("COGMIG_NEW_POOL", &stage.new.id)
            .env("COGMIG_NEW_CLIENT", format!("{},{extra}", stage.new.client))
            .env("COGMIG_OLD_REGION", "eu-west-1")
            .env("COGMIG_SUFFIX", "env")
            .env("COGMIG_LOG_RETENTION", "7")
            .env("COGMIG_OUTPUT", "json")
            .env("COGMIG_YES", "true");
        let run = Run::of(&mut command);
        run.assert_ended(0, verb);
        run.json()
    };
    run("setup");
    let role = json!({"RoleName": "cognito-access-role-env"});
    stage.aws("old", "iam:GetRole", role);
    for client in [&stage.new.client, &extra] {
        stage.sandbox.sign_in(client, "ada", PASSWORD).unwrap();
    }
    stage.delete_user("ada");
    run("teardown");
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn with_a_configuration_file_commands_need_no_options() {
    for (separator, suffix) in [("-", "kebab"), ("_", "snake")] {
        let stage = Stage::new();
        let extra = stage.sandbox.client(&stage.new, "app", json!({})).unwrap();
        let before = stage.sandbox.snapshot();
        let settings = format!(
            "old-profile = 'old'\nnew-profile = 'new'\nold-pool = '{}'\nnew-pool = '{}'\n\
             new-client = ['{}', '{extra}']\nlog-retention = 14\nsuffix = '{suffix}'\n",
            stage.old.id, stage.new.id, stage.new.client
        );
        // Only in the names: values keep their hyphens.
        let lines = settings.lines().map(|line| {
            let (name, value) = line.split_once(" = ").unwrap();
            [&name.replace('-', separator), " = ", value, "\n"].concat()
        });
        stage.file("cogmig.toml", &lines.collect::<String>());
        stage.ok("setup");
        stage.sandbox.sign_in(&extra, "ada", PASSWORD).unwrap();
        stage.delete_user("ada");
        stage.changes_nothing(0, "setup");
        stage.ok("teardown");
        assert_eq!(stage.sandbox.snapshot(), before, "{suffix}");
    }
}

#[test]
fn flags_take_precedence_over_the_environment_and_the_file() {
    let stage = Stage::new();
    stage.file(
        "cogmig.toml",
        "old-profile = 'old'\nnew-profile = 'new'\nsuffix = 'file'\n",
    );
    stage.file(
        "other.toml",
        "old-profile = 'old'\nnew-profile = 'new'\nsuffix = 'other'\n",
    );
    let planned = |flags: &[&str], environment: Option<&str>| {
        let mut command = stage.command();
        command.args(["plan", "--output", "json"]).args(flags);
        if let Some(suffix) = environment {
            command.env("COGMIG_SUFFIX", suffix);
        }
        let run = Run::of(&mut command);
        run.assert_ended(0, "plan");
        run.json()["changes"][0]["name"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(planned(&[], None), "cognito-access-role-file");
    assert_eq!(
        planned(&["--config", "other.toml"], None),
        "cognito-access-role-other"
    );
    assert_eq!(
        planned(&[], Some("environment")),
        "cognito-access-role-environment"
    );
    assert_eq!(planned(&[], Some("")), "cognito-access-role-file");
    let flag = ["--suffix", "flag"];
    assert_eq!(
        planned(&flag, Some("environment")),
        "cognito-access-role-flag"
    );
}

#[test]
fn an_empty_variable_is_ignored() {
    let stage = Stage::new();
    let empty = [
        "OLD_PROFILE",
        "NEW_PROFILE",
        "OLD_POOL",
        "OLD_CLIENT",
        "NEW_POOL",
        "NEW_CLIENT",
        "OLD_REGION",
        "NEW_REGION",
        "SUFFIX",
        "ARCHITECTURE",
        "YES",
        "OUTPUT",
        "QUIET",
        "VERBOSE",
        "CONFIG",
        "REPLACE_TRIGGER",
        "LOG_RETENTION",
        "LAMBDA_ZIP",
        "KEEP_LOGS",
    ]
    .map(|option| format!("COGMIG_{option}"));
    let empty = empty.each_ref().map(|variable| (variable.as_str(), ""));
    stage.with(0, &format!("teardown {BOTH}"), &empty);
    assert_usage_error_with(
        &stage,
        "plan",
        &empty,
        &["the old and the new profile aren't set"],
    );
    stage.file(
        "cogmig.toml",
        &format!(
            "old-profile = 'old'\nnew-profile = 'new'\nsuffix = 'file'\noutput = 'json'\n\
             architecture = '{}'\n",
            cogmig_sandbox::architecture()
        ),
    );
    let run = stage.with(0, "plan", &empty);
    assert_eq!(run.json()["changes"][0]["name"], "cognito-access-role-file");
}

#[test]
fn a_variable_can_disable_a_setting_of_the_file() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.file(
        "cogmig.toml",
        "old-profile = 'old'\nnew-profile = 'new'\nkeep-logs = true\n",
    );
    stage.ok("setup");
    let disabled = [("COGMIG_KEEP_LOGS", "No")];
    let kept = |variables: &[(&str, &str)]| {
        let run = stage.with(0, "teardown --dry-run --output json", variables);
        let changes = run.json()["changes"].clone();
        let mut names = changes.as_array().unwrap().iter();
        names.all(|change| change["name"] != LOG_GROUP)
    };
    assert!(kept(&[]) && !kept(&disabled));
    stage.with(0, "teardown", &disabled);
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn a_verbosity_flag_takes_precedence_over_the_environment() {
    let stage = Stage::new();
    let plan = |flag: &str, variables: &[(&str, &str)]| {
        stage
            .with(0, &format!("plan {BOTH} {flag}"), variables)
            .stderr
    };
    let (quiet, verbose) = (("COGMIG_QUIET", "1"), ("COGMIG_VERBOSE", "1"));
    let call = "GetCallerIdentity";
    assert!(plan("--verbose", &[quiet]).contains(call));
    assert_eq!(plan("--quiet", &[verbose]), "");
    stage.file("cogmig.toml", "quiet = true\n");
    assert!(plan("", &[verbose]).contains(call));
    assert_eq!(plan("", &[]), "");
    let setup = stage.with(0, &format!("setup {BOTH}"), &[("COGMIG_QUIET", "false")]);
    assert!(setup.stderr.contains("done in"), "{setup}");
    let words = ["--quiet and --verbose are mutually exclusive"];
    assert_usage_error(&stage, &format!("plan {BOTH} --quiet --verbose"), &words);
    let words = ["COGMIG_QUIET and COGMIG_VERBOSE are mutually exclusive"];
    assert_usage_error_with(&stage, &format!("plan {BOTH}"), &[quiet, verbose], &words);
}

#[test]
fn an_invalid_variable_is_an_error_with_its_name() {
    let stage = Stage::new();
    for (variable, value, forms) in [
        ("COGMIG_YES", "maybe", "true, false, 1, 0, yes or no"),
        ("COGMIG_KEEP_LOGS", "2", "true, false, 1, 0, yes or no"),
        ("COGMIG_OUTPUT", "xml", "human, json"),
        ("COGMIG_ARCHITECTURE", "sparc", "arm64, x86_64"),
        ("COGMIG_LOG_RETENTION", "many", "an integer"),
        ("COGMIG_LOG_RETENTION", "8", "5, 7, 14"),
        ("COGMIG_SUFFIX", "a.b", "letters, digits"),
        ("COGMIG_CONFIG", "absent.toml", "No such file"),
    ] {
        let name = if value == "absent.toml" {
            value
        } else {
            variable
        };
        for verb in ["setup", "plan", "teardown"] {
            assert_usage_error_with(
                &stage,
                &format!("{verb} {BOTH}"),
                &[(variable, value)],
                &[name, value, forms],
            );
        }
    }
}

#[test]
fn an_invalid_file_is_an_error_with_its_name_and_line() {
    let stage = Stage::new();
    assert_usage_error(
        &stage,
        &format!("setup {BOTH} --config absent.toml"),
        &["absent.toml"],
    );
    for (text, words) in [
        (
            "old-profile = 'old'\nnew-profile = ",
            ["cogmig.toml", "line 2"],
        ),
        (
            "old-profile = 'old'\nnew-profil = 'new'\n",
            ["line 2", "new-profil"],
        ),
        ("log-retention = 'long'\n", ["cogmig.toml", "log-retention"]),
        (
            "\n\nlog-retention = 8\n",
            ["line 3: log-retention 8", "7, 14"],
        ),
        ("\nnew-client = 3\n", ["line 2", "an array of strings"]),
        ("yes = 'maybe'\n", ["line 1", "true or false"]),
    ] {
        stage.file("cogmig.toml", text);
        for verb in ["setup", "plan", "teardown"] {
            assert_usage_error(&stage, verb, &words);
        }
    }
}

#[test]
fn invalid_flags_are_errors() {
    let stage = Stage::new();
    assert_usage_error(&stage, "setup", &["--old-profile", "COGMIG_OLD_PROFILE"]);
    assert_usage_error(&stage, "setup --old-profile old", &["--new-profile"]);
    assert_usage_error(&stage, "plan --new-profile new", &["--old-profile"]);
    assert_usage_error(&stage, "teardown", &["profile"]);
    assert_usage_error(
        &stage,
        &format!("setup {BOTH} --frobnicate"),
        &["--frobnicate"],
    );
    assert_usage_error(&stage, &format!("frobnicate {BOTH}"), &["frobnicate"]);
    assert_usage_error(&stage, "", &["setup", "teardown"]);
    for suffix in ["default", "a.b", "a/b", &"x".repeat(33)] {
        assert_usage_error(
            &stage,
            &format!("setup {BOTH} --suffix {suffix}"),
            &["suffix"],
        );
    }
    for days in ["8", "0", "-1", "many"] {
        assert_usage_error(
            &stage,
            &format!("setup {BOTH} --log-retention={days}"),
            &["--log-retention"],
        );
    }
    assert_usage_error(
        &stage,
        &format!("setup {BOTH} --architecture sparc"),
        &["sparc", "arm64"],
    );
    assert_usage_error(
        &stage,
        &format!("setup {BOTH} --output xml"),
        &["xml", "json"],
    );
}

/// In a pipeline, it is usually an unset variable.
#[test]
fn an_empty_flag_is_a_usage_error() {
    let stage = Stage::new();
    for option in ["suffix", "new-pool", "new-client", "old-region", "config"] {
        let words = ["a value is required"];
        assert_usage_error(&stage, &format!("teardown {BOTH} --{option}="), &words);
    }
}

/// The retention is a flag of setup only. Verify and status read it from the shared sources.
#[test]
fn a_log_retention_from_the_environment_is_not_drift() {
    let stage = Stage::new();
    let variables = [("COGMIG_LOG_RETENTION", "7")];
    stage.with(0, &format!("setup {BOTH}"), &variables);
    stage.with(0, &format!("verify {BOTH}"), &variables);
    let status = format!("status {BOTH} --detailed-exitcode");
    stage.with(0, &status, &variables);
    stage.file("cogmig.toml", "log-retention = 7\n");
    stage.changes_nothing(0, &status);
}

/// Checks each option that a command doesn't use.
#[test]
fn a_command_rejects_options_that_it_does_not_use() {
    let stage = Stage::new();
    for (verb, options) in [
        (
            "teardown",
            "architecture=arm64 mfa-users=refuse log-retention=7 lambda-zip=x replace-trigger since=1h",
        ),
        ("verify", "yes replace-trigger fail-on=info adopt"),
        ("status", "yes replace-trigger fail-on=info adopt"),
        ("plan", "yes keep-logs dry-run"),
        ("setup", "keep-logs detailed-exitcode"),
        (
            "policy old",
            "yes quiet verbose old-profile=old new-client=x mfa-users=refuse architecture=arm64",
        ),
    ] {
        for option in options.split(' ') {
            let profiles = if verb == "policy old" { "" } else { BOTH };
            let name = option.split('=').next().unwrap();
            let words = [format!("--{name}"), "unexpected argument".into()];
            let words = words.each_ref().map(String::as_str);
            assert_usage_error(&stage, &format!("{verb} {profiles} --{option}"), &words);
        }
    }
    for (side, options) in [
        (
            "old",
            "new-pool=x new-region=eu-west-1 replace-trigger sms-role=x",
        ),
        (
            "new",
            "old-pool=x old-region=eu-west-1 dedicated-old-client",
        ),
    ] {
        for option in options.split(' ') {
            let name = option.split('=').next().unwrap();
            let words = [format!("--{name} has no effect")];
            assert_usage_error(
                &stage,
                &format!("policy {side} --{option}"),
                &[words[0].as_str()],
            );
        }
    }
    // All commands share the file and the environment.
    stage.file(
        "cogmig.toml",
        "old-profile = 'old'\nnew-profile = 'new'\nkeep-logs = true\nlog-retention = 7\nyes = true\n",
    );
    let variables = [
        ("COGMIG_REPLACE_TRIGGER", "true"),
        ("COGMIG_SMS_ROLE", "arn:aws:iam::222222222222:role/sms"),
        ("COGMIG_READ_ONLY", "true"),
    ];
    for verb in [
        "plan",
        "setup",
        "verify",
        "status",
        "teardown",
        "policy old",
    ] {
        stage.with(0, verb, &variables);
    }
}

#[test]
fn options_of_single_commands_can_come_from_the_environment() {
    let stage = Stage::new();
    let dry = [("COGMIG_DRY_RUN", "true")];
    let setup = format!("setup {BOTH}");
    stage.with(0, &setup, &dry);
    assert_eq!(stage.writes(), Vec::<String>::new());
    stage.setup();
    stage.sandbox.clear_journal();
    stage.with(0, &format!("teardown {BOTH}"), &dry);
    assert_eq!(stage.writes(), Vec::<String>::new());
    stage.with(
        2,
        &format!("plan {BOTH} --log-retention 7"),
        &[("COGMIG_DETAILED_EXITCODE", "1")],
    );
    let run = stage.with(
        0,
        "policy old",
        &[
            ("COGMIG_READ_ONLY", "true"),
            ("COGMIG_ACCOUNT", "111111111111"),
        ],
    );
    assert!(
        run.printed("111111111111") && !run.printed("iam:CreateRole"),
        "{run}"
    );
    assert_usage_error_with(
        &stage,
        "policy old",
        &[("COGMIG_ACCOUNT", "1")],
        &["COGMIG_ACCOUNT", "12 digits"],
    );
    assert_usage_error_with(
        &stage,
        &format!("status {BOTH}"),
        &[("COGMIG_SINCE", "soon")],
        &["COGMIG_SINCE", "soon"],
    );
}

#[test]
fn an_unknown_variable_is_an_error_that_suggests_the_nearest() {
    let stage = Stage::new();
    for (variable, nearest) in [
        ("COGMIG_OLD_POLL", "COGMIG_OLD_POOL"),
        ("COGMIG_OLDPROFILE", "COGMIG_OLD_PROFILE"),
        ("COGMIG_NEW_CLIENTS", "COGMIG_NEW_CLIENT"),
        ("COGMIG_new_pool", "COGMIG_NEW_POOL"),
        ("COGMIG_DRYRUN", "COGMIG_DRY_RUN"),
    ] {
        for verb in ["setup", "teardown", "plan", "status", "verify"] {
            let arguments = format!("{verb} {BOTH}");
            assert_usage_error_with(&stage, &arguments, &[(variable, "x")], &[variable, nearest]);
        }
        assert_usage_error_with(
            &stage,
            "policy old",
            &[(variable, "x")],
            &[variable, nearest],
        );
    }
    let run = stage.with(64, &format!("plan {BOTH}"), &[("COGMIG_QQQQQQQ", "x")]);
    run.assert_stderr(&["unset COGMIG_QQQQQQQ"]);
    // The variables of the build and of the examples aren't options, but are known.
    let known = [
        "LAMBDA_ARCHITECTURES",
        "LAMBDA_ZIPS",
        "COMMIT",
        "REPOSITORY",
        "VERSION",
        "SHA256",
        "OLD_ACCOUNT",
        "NEW_ACCOUNT",
    ]
    .map(|name| format!("COGMIG_{name}"));
    let known = known.each_ref().map(|name| (name.as_str(), "x"));
    stage.with(0, &format!("plan {BOTH}"), &known);
}

#[test]
fn an_unknown_key_is_an_error_that_suggests_the_nearest() {
    let stage = Stage::new();
    for (text, line, key, nearest) in [
        (
            "old-profile = 'old'\nold-poll = 'x'\n",
            "line 2",
            "old-poll",
            "fix:  use old-pool\n",
        ),
        (
            "\nnew_clients = 'x'\n",
            "line 2",
            "new_clients",
            "fix:  use new-client\n",
        ),
        ("dry-run = true\n", "line 1", "dry-run", "--dry-run"),
        (
            "[setup]\nold-pool = 'x'\n",
            "line 1",
            "setup",
            "isn't supported",
        ),
    ] {
        stage.file("cogmig.toml", text);
        stage.sandbox.clear_journal();
        let run = stage.ends(64, &format!("plan {BOTH}"));
        run.assert_stderr(&["cogmig.toml", line, key, nearest]);
        assert!(
            !run.printed("expected one of") && !run.printed("old_profile"),
            "{run}"
        );
        assert_eq!(stage.sandbox.journal(), [], "{run}");
    }
    for (text, words) in [
        ("log-retention = 'long'\n", ["log-retention", "an integer"]),
        (
            "architecture = 'sparc'\n",
            ["architecture", "arm64, x86_64"],
        ),
        ("yes = 'perhaps'\n", ["yes", "true or false"]),
        ("old-pool = 3\n", ["old-pool", "a string in quotes"]),
        ("new-client = [1]\n", ["new-client", "a string"]),
    ] {
        stage.file("cogmig.toml", text);
        let run = stage.ends(64, &format!("plan {BOTH}"));
        run.assert_stderr(&words);
        run.assert_stderr(&["line 1"]);
        for rust in ["i32", "enum", "variant", "bool", "struct", "Options"] {
            assert!(!run.printed(rust), "{rust}\n{run}");
        }
    }
}
