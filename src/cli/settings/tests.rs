//! The values that each source accepts, and which source takes precedence.

use std::ffi::OsString;

use clap::CommandFactory;
use cogmig_core::options::{Origins, PackageSource, Settings};
use cogmig_core::package::Architecture;
use cogmig_core::problem::{Cause, Problem};
use cogmig_core::reference::Reference;

use super::layers::Layers;
use super::{checked, environment, file, flags};
use crate::cli::args::{self, Cli};

/// The settings from a command line, from variables without the prefix `COGMIG_`, and from a file.
fn settings(flags: &str, variables: &[(&str, &str)], file: &str) -> Result<Settings, Problem> {
    let words = ["cogmig"].into_iter().chain(flags.split(' '));
    let matches = Cli::command().try_get_matches_from(words).expect(flags);
    let (_, flags) = matches.subcommand().expect("a command");
    let options = args::options();
    let variables = variables.iter().map(|(name, value)| {
        (
            OsString::from(format!("COGMIG_{name}")),
            OsString::from(value),
        )
    });
    let mut settings = checked(&Layers::new([
        flags::layer(flags, &options),
        environment::layer(variables, &options)?,
        file::layer("cogmig.toml", file, &options)?,
    ]))?;
    // The tests compare values, not the places where they were set.
    for origins in [
        &mut settings.origins,
        &mut settings.old.origins,
        &mut settings.new.origins,
    ] {
        *origins = Origins::default();
    }
    Ok(settings)
}

fn valid(flags: &str, variables: &[(&str, &str)], file: &str) -> Settings {
    settings(flags, variables, file)
        .unwrap_or_else(|why| panic!("{flags} {variables:?} {file}: {why}"))
}

fn ids(references: &[Reference]) -> Vec<&str> {
    let ids = references.iter().map(|reference| reference.id.as_str());
    ids.collect()
}

fn error(flags: &str, variables: &[(&str, &str)], file: &str) -> String {
    settings(flags, variables, file)
        .expect_err("it is valid")
        .words()
}

fn error_in_file(text: &str) -> Problem {
    settings("plan", &[], text).expect_err(text)
}

/// Each option, its value in the environment, and its line in a file.
const OPTIONS: [(&str, &str, &str); 38] = [
    ("OLD_PROFILE", "a", "old-profile = 'a'"),
    ("NEW_PROFILE", "a", "new-profile = 'a'"),
    ("OLD_POOL", "a", "old-pool = 'a'"),
    ("OLD_CLIENT", "a", "old-client = 'a'"),
    ("NEW_POOL", "a", "new-pool = 'a'"),
    ("NEW_CLIENT", "a,b", "new-client = ['a', 'b']"),
    ("OLD_REGION", "us-east-1", "old-region = 'us-east-1'"),
    ("NEW_REGION", "us-east-1", "new-region = 'us-east-1'"),
    ("SUFFIX", "a", "suffix = 'a'"),
    ("ARCHITECTURE", "x86_64", "architecture = 'x86_64'"),
    ("LAMBDA_ZIP", "a", "lambda-zip = 'a'"),
    ("LOG_RETENTION", "7", "log-retention = 7"),
    ("PERMISSIONS_BOUNDARY", "a", "permissions-boundary = 'a'"),
    (
        "OLD_PERMISSIONS_BOUNDARY",
        "a",
        "old-permissions-boundary = 'a'",
    ),
    (
        "NEW_PERMISSIONS_BOUNDARY",
        "a",
        "new-permissions-boundary = 'a'",
    ),
    ("ROLE_PATH", "/a/", "role-path = '/a/'"),
    ("TAG", "a=b,c=d", "tag = ['a=b', 'c=d']"),
    ("LOG_USERS", "none", "log-users = 'none'"),
    ("REPLACE_TRIGGER", "true", "replace-trigger = true"),
    ("KEEP_LOGS", "true", "keep-logs = true"),
    ("REPORT", "a", "report = 'a'"),
    (
        "DEDICATED_OLD_CLIENT",
        "true",
        "dedicated-old-client = true",
    ),
    ("MFA_USERS", "migrate", "mfa-users = 'migrate'"),
    (
        "TEMPORARY_PASSWORDS",
        "reset",
        "temporary-passwords = 'reset'",
    ),
    ("FORGOT_PASSWORD", "refuse", "forgot-password = 'refuse'"),
    ("ATTRIBUTE", "a=b,c=d", "attribute = ['a=b', 'c=d']"),
    ("DROP_ATTRIBUTE", "a,b", "drop-attribute = ['a', 'b']"),
    ("OLD_SUB", "custom:a", "old-sub = 'custom:a'"),
    ("ACCOUNT", "111111111111", "account = '111111111111'"),
    ("READ_ONLY", "true", "read-only = true"),
    ("SMS_ROLE", "a", "sms-role = 'a'"),
    ("KMS_KEY", "a", "kms-key = 'a'"),
    ("SINCE", "7d", "since = '7d'"),
    ("FAIL_ON", "lockout", "fail-on = 'lockout'"),
    ("YES", "true", "yes = true"),
    ("OUTPUT", "json", "output = 'json'"),
    ("QUIET", "true", "quiet = true"),
    ("VERBOSE", "true", "verbose = true"),
];

#[test]
fn each_option_has_the_same_effect_in_the_environment_and_in_the_file() {
    let defaults = valid("plan", &[], "");
    for (name, value, line) in OPTIONS {
        let in_file = valid("plan", &[], line);
        assert_ne!(in_file, defaults, "{line}");
        assert_eq!(valid("plan", &[(name, value)], ""), in_file);
        assert_eq!(valid("plan", &[(name, "")], line), in_file);
        assert_eq!(valid("plan", &[(name, "")], ""), defaults);
        let (key, value) = line.split_once(" = ").expect(line);
        let snake = format!("{} = {value}", key.replace('-', "_"));
        assert_eq!(valid("plan", &[], &snake), in_file);
    }
}

/// Add a new option to the table above, or here.
#[test]
fn each_option_of_each_command_is_read() {
    let defaults = valid("plan", &[], "");
    let of_one_run = [("DETAILED_EXITCODE", "true"), ("DRY_RUN", "true")];
    for (name, value) in of_one_run {
        assert_ne!(valid("plan", &[(name, value)], ""), defaults, "{name}");
        let option = name.to_lowercase().replace('_', "-");
        let error = error("plan", &[], &format!("{option} = true"));
        assert!(error.contains(&format!("--{option}")), "{error}");
    }
    assert!(
        error("plan", &[("ADOPT", "true")], "")
            .contains("--adopt can be set only on the command line")
    );
    assert!(error("plan", &[], "adopt = true").contains("--adopt"));
    assert!(error("plan", &[("ALLOW", "a")], "").contains("--allow can be set only on"));
    assert!(error("plan", &[], "allow = 'a'").contains("--allow"));
    let allow = valid("setup --allow old-sub-no-longer-migrated", &[], "").allow;
    assert_eq!(allow, ["old-sub-no-longer-migrated"]);
    let unknown = error("setup --allow old-sub", &[], "");
    assert!(unknown.contains("old-sub-no-longer-migrated"), "{unknown}");
    let mut options: Vec<_> = OPTIONS.iter().map(|(name, ..)| *name).collect();
    options.extend(of_one_run.iter().map(|(name, _)| *name));
    options.extend(["ADOPT", "ALLOW", "CONFIG", "PASSWORD_STDIN", "SHOW_VALUES"]);
    let mut options: Vec<_> = options
        .iter()
        .map(|name| name.to_lowercase().replace('_', "-"))
        .collect();
    options.sort_unstable();
    assert_eq!(args::options(), options);
}

#[test]
fn a_flag_takes_precedence_over_a_variable_and_a_variable_over_the_file() {
    let file = "architecture = 'arm64'\nlog-retention = 1\nlambda-zip = 'f'\nnew-client = 'f, f'\n";
    let variables = [
        ("ARCHITECTURE", "x86_64"),
        ("LOG_RETENTION", "3"),
        ("LAMBDA_ZIP", "e"),
        ("NEW_CLIENT", "e"),
    ];
    let flags = "plan --architecture arm64 --log-retention 5 --lambda-zip g --new-client g";
    for (settings, architecture, days, id) in [
        (valid("plan", &[], file), Architecture::Arm64, 1, "f"),
        (
            valid("plan", &variables, file),
            Architecture::X86_64,
            3,
            "e",
        ),
        (valid(flags, &variables, file), Architecture::Arm64, 5, "g"),
    ] {
        assert_eq!(settings.architecture, Some(architecture));
        assert_eq!(settings.log_retention, Some(days));
        assert_eq!(settings.package, PackageSource::File(id.into()));
        assert_eq!(ids(&settings.new.clients), [id]);
    }
}

#[test]
fn an_empty_variable_or_line_is_ignored() {
    let variables = [("SUFFIX", ""), ("NEW_CLIENT", ", ,")];
    let settings = valid("plan", &variables, "suffix = 'e'\nlambda-zip = ''");
    assert_eq!(settings.names, cogmig_core::names::Names::new(Some("e")));
    assert_eq!(settings.package, PackageSource::Embedded);
    assert_eq!(settings.new.clients, []);
}

#[test]
fn false_in_a_variable_overrides_the_file_and_a_flag_overrides_the_variable() {
    type Read = fn(&Settings) -> bool;
    let options: [(&str, &str, Read); 6] = [
        ("setup", "dedicated-old-client", |settings| {
            settings.dedicated_old_client == Some(true)
        }),
        ("setup", "replace-trigger", |settings| {
            settings.replace_trigger
        }),
        ("teardown", "keep-logs", |settings| settings.keep_logs),
        ("setup", "yes", |settings| settings.yes == Some(true)),
        ("plan", "quiet", |settings| settings.quiet),
        ("plan", "verbose", |settings| settings.verbose),
    ];
    for (verb, option, read) in options {
        let name = option.to_uppercase().replace('-', "_");
        let file = format!("{option} = true");
        for (value, expected) in [
            ("false", false),
            ("0", false),
            ("No", false),
            ("TRUE", true),
            ("1", true),
            ("yes", true),
            ("", true),
        ] {
            let variables = [(name.as_str(), value)];
            let settings = valid(verb, &variables, &file);
            assert_eq!(read(&settings), expected, "{option} {value:?}");
        }
        let flag = format!("{verb} --{option}");
        assert!(read(&valid(&flag, &[(&name, "no")], "")));
        let error = error(&flag, &[(&name, "maybe")], "");
        for word in [
            &format!("COGMIG_{name}"),
            "maybe",
            "true, false, 1, 0, yes or no",
        ] {
            assert!(error.contains(word), "{error}");
        }
    }
}

#[test]
fn of_quiet_and_verbose_the_source_with_precedence_applies() {
    for (flags, variables, file, quiet, verbose) in [
        ("plan -v", &[("QUIET", "1")][..], "", false, true),
        ("plan -q", &[("VERBOSE", "1")], "", true, false),
        ("plan -v", &[], "quiet = true", false, true),
        ("plan", &[("QUIET", "1")], "verbose = true", true, false),
        ("plan", &[("QUIET", "0")], "verbose = true", false, true),
        (
            "plan -q",
            &[("QUIET", "1"), ("VERBOSE", "1")],
            "",
            true,
            false,
        ),
    ] {
        let settings = valid(flags, variables, file);
        let case = format!("{flags} {variables:?} {file}");
        assert_eq!(
            (settings.quiet, settings.verbose),
            (quiet, verbose),
            "{case}"
        );
    }
    let both = [("QUIET", "1"), ("VERBOSE", "1")];
    for (error, options) in [
        (error("plan -q -v", &[], ""), "--quiet and --verbose"),
        (error("plan", &both, ""), "COGMIG_QUIET and COGMIG_VERBOSE"),
        (
            error(
                "plan",
                &[],
                "quiet = true
verbose = true",
            ),
            "cogmig.toml, line 1: quiet and cogmig.toml, line 2: verbose",
        ),
    ] {
        let expected = format!("{options} are mutually exclusive");
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn of_old_client_and_dedicated_old_client_the_source_with_precedence_applies() {
    let client_flag = "setup --old-client a";
    let dedicated_flag = "setup --dedicated-old-client";
    for (flags, variables, file, client, dedicated) in [
        (
            client_flag,
            &[("DEDICATED_OLD_CLIENT", "1")][..],
            "",
            "a",
            false,
        ),
        (client_flag, &[], "dedicated-old-client = true", "a", false),
        (dedicated_flag, &[("OLD_CLIENT", "a")], "", "", true),
        (
            "setup",
            &[("OLD_CLIENT", "a")],
            "dedicated-old-client = true",
            "a",
            false,
        ),
        (
            "setup",
            &[("DEDICATED_OLD_CLIENT", "1")],
            "old-client = 'a'",
            "",
            true,
        ),
    ] {
        let settings = valid(flags, variables, file);
        let case = format!("{flags} {variables:?} {file}");
        assert_eq!(ids(&settings.old.clients).concat(), client, "{case}");
        assert_eq!(settings.dedicated_old_client, Some(dedicated), "{case}");
    }
    assert!(error("setup --dedicated-old-client=x", &[], "").contains("true, false"));
    let off = valid(
        "setup --dedicated-old-client=false",
        &[("DEDICATED_OLD_CLIENT", "true")],
        "",
    );
    assert_eq!(off.dedicated_old_client, Some(false));
    let both = error("setup --old-client a --dedicated-old-client", &[], "");
    assert!(both.contains("--dedicated-old-client"), "{both}");
}

#[test]
fn the_error_for_an_invalid_value_lists_the_valid_values() {
    for (name, value, words) in [
        ("ARCHITECTURE", "sparc", "arm64, x86_64"),
        ("OUTPUT", "xml", "human, json"),
        ("LOG_RETENTION", "many", "an integer"),
        ("LOG_RETENTION", "8", "5, 7, 14"),
        ("SUFFIX", "a.b", "letters, digits"),
        ("SUFFIX", "Two", "lower-case"),
        ("MFA_USERS", "ask", "refuse, migrate"),
        ("TEMPORARY_PASSWORDS", "migrate", "refuse, reset"),
        ("FORGOT_PASSWORD", "reset", "refuse, migrate"),
        ("ATTRIBUTE", "custom:tenant", "OLD=NEW"),
        ("ATTRIBUTE", "=custom:tenant", "OLD=NEW"),
    ] {
        let error = error("plan", &[(name, value)], "");
        for word in [&format!("COGMIG_{name}"), value, words] {
            assert!(error.contains(word), "{word}\n{error}");
        }
    }
    for file in [
        "new-client = 3",
        "new-client = true",
        "new-client = {a = 'b'}",
    ] {
        let error = error("plan", &[], file);
        let expected = "a string in quotes, or an array of strings";
        assert!(error.contains(expected), "{error}");
    }
    assert!(error("plan", &[], "new-client = [3]").contains("line 1"));
}

#[test]
fn each_error_for_an_invalid_value_states_where_it_was_set() {
    for (option, value, in_file) in [
        ("log-retention", "8", "8"),
        ("suffix", "a.b", "'a.b'"),
        ("old-region", "nowhere", "'nowhere'"),
        ("new-region", "nowhere", "'nowhere'"),
        ("attribute", "tenant", "['nick=name', 'tenant']"),
        ("old-pool", "arn:aws:iam::1:x", "'arn:aws:iam::1:x'"),
        ("new-client", "arn:aws:iam::1:x", "['arn:aws:iam::1:x']"),
    ] {
        let variable = option.to_uppercase().replace('-', "_");
        let file = format!("quiet = true\n{option} = {in_file}");
        for (flags, variables, place) in [
            (
                format!("plan --{option} {value}"),
                vec![],
                format!("--{option} {value}: "),
            ),
            (
                "plan".into(),
                vec![(variable.as_str(), value)],
                format!("COGMIG_{variable}={value}: "),
            ),
            (
                "plan".into(),
                vec![],
                format!("cogmig.toml, line 2: {option} {value}: "),
            ),
        ] {
            let why = settings(&flags, &variables, &file).expect_err(option);
            assert!(why.summary.starts_with(&place), "{}", why.summary);
        }
    }
}

/// The literal defaults in the help are the ones that apply.
#[test]
fn the_default_of_an_option_in_the_help_is_its_default() {
    let defaults = valid("plan", &[], "");
    for (command, option, default) in [
        ("plan", "temporary-passwords", "refuse"),
        ("plan", "forgot-password", "migrate"),
        ("plan", "output", "human"),
        ("plan", "quiet", "false"),
        ("setup", "replace-trigger", "false"),
        ("status", "since", "24h"),
    ] {
        let cogmig = crate::cli::command();
        let command = cogmig.find_subcommand(command).expect(command);
        let arg = command
            .get_arguments()
            .find(|arg| arg.get_long() == Some(option));
        let help = arg.and_then(|arg| arg.get_long_help()).expect(option);
        let text = format!("[default: {default}]");
        assert!(help.to_string().contains(&text), "{help}");
        let name = option.to_uppercase().replace('-', "_");
        assert_eq!(valid("plan", &[(&name, default)], ""), defaults);
    }
}

#[test]
fn an_option_that_the_file_cannot_set_is_an_error_with_a_fix() {
    for (text, summary, fix) in [
        (
            "\nold-profil = 'a'",
            "line 2: unknown option old-profil",
            "use old-profile",
        ),
        (
            "new_profil = 'a'",
            "line 1: unknown option new_profil",
            "use new-profile",
        ),
        (
            "--old-pool = 'a'",
            "line 1: unknown option --old-pool",
            "use old-pool",
        ),
        (
            "qqqq = 1",
            "line 1: unknown option qqqq",
            "delete the line: no option has this name",
        ),
        (
            "[setup]\nold-pool = 'a'",
            "line 1: the table setup isn't supported",
            "set each option in a line NAME = VALUE without a table",
        ),
        (
            "dry_run = true",
            "line 1: dry_run can't be set in a file, because it applies to one run",
            "use --dry-run on the command line",
        ),
        (
            "old-pool = 'a'\nold_pool = 'b'",
            "line 2: old_pool is set twice, with a hyphen and with an underscore",
            "delete one of the lines",
        ),
    ] {
        let error = error_in_file(text);
        assert_eq!(error.summary, format!("cogmig.toml, {summary}"));
        assert_eq!(error.remedy, [fix], "{text}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_syntax_error_in_the_file_states_the_place_and_the_reason_and_shows_the_line_once() {
    for (text, summary, fix) in [
        (
            "quiet = true\nnew-profile = ",
            "line 2, column 15: the value is missing",
            "new-profile = \"VALUE\"",
        ),
        (
            "old-profile = old",
            "line 1, column 15: the value isn't in quotes",
            "\"old\"",
        ),
        (
            "old-profile = “old”",
            "line 1, column 15: the value isn't in quotes",
            "\"old\"",
        ),
        (
            "since = 24h",
            "line 1, column 9: the value isn't in quotes",
            "\"24h\"",
        ),
        (
            "yes = yes",
            "line 1, column 7: the value isn't in quotes",
            "true",
        ),
        (
            "yes = True",
            "line 1, column 7: expected true or false",
            "true",
        ),
        (
            "old-pool: 'a'",
            "line 1, column 11: expected NAME = VALUE",
            "old-pool = \"VALUE\"",
        ),
        (
            "<<<<<<< HEAD",
            "line 1, column 9: expected NAME = VALUE",
            "",
        ),
        (
            "{\"old-pool\": \"a\"}",
            "line 1, column 1: expected NAME = VALUE",
            "",
        ),
        (
            "old-pool = 'a\nquiet = true",
            "line 1, column 14: the closing quote is missing",
            "",
        ),
        (
            "new-client = ['a', 'b'",
            "line 1, column 23: the closing bracket is missing",
            "",
        ),
        (
            "new-client = ['a' 'b']",
            "line 1, column 19: expected a comma",
            "",
        ),
        (
            "old-pool = 'a', # b",
            "line 1, column 15: unexpected text after the value",
            "",
        ),
        (
            "old-pool = 'a'\r\nold-pool = 'b'\r\n",
            "line 2, column 1: the option is set twice",
            "",
        ),
        (
            "lambda-zip = \"C:\\q\"",
            "line 1, column 18: invalid escape sequence",
            "use single quotes if the value contains a backslash",
        ),
        (
            "suffix = \"a\u{1}b\"",
            "line 1, column 12: unexpected control character",
            "",
        ),
        (
            "suffix = a\"b",
            "line 1, column 10: the value isn't in quotes",
            "'a\"b'",
        ),
        (
            "log-retention = 07",
            "line 1, column 17: unexpected leading zero",
            "",
        ),
    ] {
        let error = error_in_file(text);
        assert_eq!(error.summary, format!("cogmig.toml, {summary}"));
        assert_eq!(error.remedy.concat(), fix, "{text}");
        assert_eq!(error.causes.len(), 1, "{text}");
        let Cause::Detail(line) = &error.causes[0] else {
            panic!("{text}");
        };
        assert!(text.contains(line.as_str()), "{line}");
    }
}

#[test]
fn unknown_variables_are_one_error_with_the_nearest_names() {
    for (variables, summary, fix) in [
        (
            &[("OLD_POLL", "x")][..],
            "unknown environment variable COGMIG_OLD_POLL",
            "use COGMIG_OLD_POOL",
        ),
        (
            &[("QQQQQQQ", "x"), ("NEW_CLIENTS", "x")],
            "unknown environment variables COGMIG_NEW_CLIENTS, COGMIG_QQQQQQQ",
            "use COGMIG_NEW_CLIENT, unset COGMIG_QQQQQQQ",
        ),
        (
            &[("ADOPT", "true")],
            "the environment variable COGMIG_ADOPT isn't supported: --adopt can be set only on the command line, because it applies to one run",
            "use --adopt on the command line",
        ),
    ] {
        let error = settings("plan", variables, "").expect_err(summary);
        assert_eq!(error.summary, summary);
        assert_eq!(error.remedy.concat(), fix);
    }
}

/// Only an empty variable, and an empty list or string in the file, set nothing.
#[test]
fn a_value_of_commas_or_of_another_type_is_an_error_and_not_ignored() {
    for (flags, variables, file) in [
        ("plan --suffix ,", &[][..], ""),
        ("plan", &[("SUFFIX", ",")], ""),
        ("plan", &[("LOG_RETENTION", ",")], ""),
        ("plan", &[("YES", ",")], ""),
        ("plan", &[], "yes = ''"),
        ("plan", &[], "yes = []"),
        ("plan", &[], "log-retention = ''"),
        ("plan", &[], "fail-on = ''"),
        ("plan", &[], "mfa-users = []"),
    ] {
        let error = settings(flags, variables, file).expect_err(file);
        assert_eq!(error.id, "option-invalid", "{flags} {variables:?} {file}");
    }
    let matches = Cli::command().try_get_matches_from(["cogmig", "user", " "]);
    assert!(matches.is_err());
    let path = valid("plan", &[], "lambda-zip = ' a '").package;
    assert_eq!(path, PackageSource::File(" a ".into()));
}
