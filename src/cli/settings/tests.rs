//! What each place can say, and which of them is heard.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::CommandFactory;
use cogmig_core::options::{Origins, Settings};
use cogmig_core::package::Architecture;
use cogmig_core::problem::Problem;
use cogmig_core::reference::Reference;

use super::layers::Layers;
use super::{checked, environment, file, flags};
use crate::cli::args::{self, Cli};

/// The settings of a command line, of variables without their `COGMIG_`, and of a file.
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
    // The values are compared, and not where they were set.
    for origins in [
        &mut settings.origins,
        &mut settings.old.origins,
        &mut settings.new.origins,
    ] {
        *origins = Origins::default();
    }
    Ok(settings)
}

fn heard(flags: &str, variables: &[(&str, &str)], file: &str) -> Settings {
    settings(flags, variables, file)
        .unwrap_or_else(|why| panic!("{flags} {variables:?} {file}: {why}"))
}

fn ids(references: &[Reference]) -> Vec<&str> {
    let ids = references.iter().map(|reference| reference.id.as_str());
    ids.collect()
}

fn refusal(flags: &str, variables: &[(&str, &str)], file: &str) -> String {
    settings(flags, variables, file)
        .expect_err("it was taken")
        .words()
}

/// Each option, its value in the environment, and how a file says it.
const OPTIONS: [(&str, &str, &str); 29] = [
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
    ("REPLACE_TRIGGER", "true", "replace-trigger = true"),
    ("KEEP_LOGS", "true", "keep-logs = true"),
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
    ("SINCE", "7d", "since = '7d'"),
    ("YES", "true", "yes = true"),
    ("OUTPUT", "json", "output = 'json'"),
    ("QUIET", "true", "quiet = true"),
    ("VERBOSE", "true", "verbose = true"),
];

#[test]
fn each_option_means_the_same_in_the_environment_and_in_the_file() {
    let nothing = heard("plan", &[], "");
    for (name, value, line) in OPTIONS {
        let filed = heard("plan", &[], line);
        assert_ne!(filed, nothing, "{line}");
        assert_eq!(heard("plan", &[(name, value)], ""), filed);
        assert_eq!(heard("plan", &[(name, "")], line), filed);
        assert_eq!(heard("plan", &[(name, "")], ""), nothing);
        let (key, value) = line.split_once(" = ").expect(line);
        let snake = format!("{} = {value}", key.replace('-', "_"));
        assert_eq!(heard("plan", &[], &snake), filed);
    }
}

/// A new option of the command line goes into the table above, or here.
#[test]
fn each_option_of_each_command_is_read() {
    let nothing = heard("plan", &[], "");
    let of_one_run = [
        ("DETAILED_EXITCODE", "true"),
        ("DRY_RUN", "true"),
        ("USERNAME", "ada"),
    ];
    for (name, value) in of_one_run {
        assert_ne!(heard("plan", &[(name, value)], ""), nothing, "{name}");
        let option = name.to_lowercase().replace('_', "-");
        let complaint = refusal("plan", &[], &format!("{option} = true"));
        assert!(complaint.contains(&format!("--{option}")), "{complaint}");
    }
    assert!(
        refusal("plan", &[("ADOPT", "true")], "")
            .contains("--adopt can be set only on the command line")
    );
    assert!(refusal("plan", &[], "adopt = true").contains("--adopt"));
    let mut known: Vec<_> = OPTIONS.iter().map(|(name, ..)| *name).collect();
    known.extend(of_one_run.iter().map(|(name, _)| *name));
    known.extend(["ADOPT", "CONFIG"]);
    let mut known: Vec<_> = known
        .iter()
        .map(|name| name.to_lowercase().replace('_', "-"))
        .collect();
    known.sort_unstable();
    assert_eq!(args::options(), known);
}

#[test]
fn a_higher_layer_beats_a_lower_one() {
    let file = "architecture = 'arm64'\nlog-retention = 1\nlambda-zip = 'f'\nnew-client = 'f, f'\n";
    let variables = [
        ("ARCHITECTURE", "x86_64"),
        ("LOG_RETENTION", "3"),
        ("LAMBDA_ZIP", "e"),
        ("NEW_CLIENT", "e"),
    ];
    let flags = "plan --architecture arm64 --log-retention 5 --lambda-zip g --new-client g";
    for (asked, architecture, days, id) in [
        (heard("plan", &[], file), Architecture::Arm64, 1, "f"),
        (
            heard("plan", &variables, file),
            Architecture::X86_64,
            3,
            "e",
        ),
        (heard(flags, &variables, file), Architecture::Arm64, 5, "g"),
    ] {
        assert_eq!(asked.architecture, Some(architecture));
        assert_eq!(asked.log_retention, Some(days));
        assert_eq!(asked.lambda_zip, Some(PathBuf::from(id)));
        assert_eq!(ids(&asked.new.clients), [id]);
    }
}

#[test]
fn an_empty_variable_or_line_is_none() {
    let variables = [("SUFFIX", ""), ("NEW_CLIENT", ", ,")];
    let asked = heard("plan", &variables, "suffix = 'e'\nlambda-zip = ''");
    assert_eq!(asked.names, cogmig_core::names::Names::new(Some("e")));
    assert_eq!(asked.lambda_zip, None);
    assert_eq!(asked.new.clients, []);
}

#[test]
fn a_variable_can_say_no_to_the_file_and_a_flag_yes_to_the_variable() {
    type Read = fn(&Settings) -> bool;
    let options: [(&str, &str, Read); 6] = [
        ("setup", "dedicated-old-client", |heard| {
            heard.dedicated_old_client
        }),
        ("setup", "replace-trigger", |heard| heard.replace_trigger),
        ("teardown", "keep-logs", |heard| heard.keep_logs),
        ("setup", "yes", |heard| heard.yes == Some(true)),
        ("plan", "quiet", |heard| heard.quiet),
        ("plan", "verbose", |heard| heard.verbose),
    ];
    for (verb, option, read) in options {
        let name = option.to_uppercase().replace('-', "_");
        let file = format!("{option} = true");
        for (value, meant) in [
            ("false", false),
            ("0", false),
            ("No", false),
            ("TRUE", true),
            ("1", true),
            ("yes", true),
            ("", true),
        ] {
            let variables = [(name.as_str(), value)];
            let asked = heard(verb, &variables, &file);
            assert_eq!(read(&asked), meant, "{option} {value:?}");
        }
        let flag = format!("{verb} --{option}");
        assert!(read(&heard(&flag, &[(&name, "no")], "")));
        let complaint = refusal(&flag, &[(&name, "maybe")], "");
        for word in [
            &format!("COGMIG_{name}"),
            "maybe",
            "true, false, 1, 0, yes or no",
        ] {
            assert!(complaint.contains(word), "{complaint}");
        }
    }
}

#[test]
fn of_quiet_and_verbose_the_higher_layer_is_heard() {
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
        let asked = heard(flags, variables, file);
        let case = format!("{flags} {variables:?} {file}");
        assert_eq!((asked.quiet, asked.verbose), (quiet, verbose), "{case}");
    }
    let both = [("QUIET", "1"), ("VERBOSE", "1")];
    for (complaint, options) in [
        (refusal("plan -q -v", &[], ""), "--quiet and --verbose"),
        (
            refusal("plan", &both, ""),
            "COGMIG_QUIET and COGMIG_VERBOSE",
        ),
        (
            refusal(
                "plan",
                &[],
                "quiet = true
verbose = true",
            ),
            "cogmig.toml, line 1: quiet and cogmig.toml, line 2: verbose",
        ),
    ] {
        let expected = format!("{options} are mutually exclusive");
        assert!(complaint.contains(&expected), "{complaint}");
    }
}

#[test]
fn of_an_old_client_that_is_named_and_one_that_is_made_the_higher_layer_is_heard() {
    let named = "setup --old-client a";
    let made = "setup --dedicated-old-client";
    for (flags, variables, file, client, dedicated) in [
        (named, &[("DEDICATED_OLD_CLIENT", "1")][..], "", "a", false),
        (named, &[], "dedicated-old-client = true", "a", false),
        (made, &[("OLD_CLIENT", "a")], "", "", true),
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
        let asked = heard(flags, variables, file);
        let case = format!("{flags} {variables:?} {file}");
        assert_eq!(ids(&asked.old.clients).concat(), client, "{case}");
        assert_eq!(asked.dedicated_old_client, dedicated, "{case}");
    }
    let both = refusal("setup --old-client a --dedicated-old-client", &[], "");
    assert!(both.contains("--dedicated-old-client"), "{both}");
}

#[test]
fn what_cannot_be_meant_is_refused_with_what_can() {
    for (name, value, words) in [
        ("ARCHITECTURE", "sparc", "arm64 or x86_64"),
        ("OUTPUT", "xml", "human or json"),
        ("LOG_RETENTION", "many", "a whole number"),
        ("LOG_RETENTION", "8", "5, 7, 14"),
        ("SUFFIX", "a.b", "letters, digits"),
        ("SUFFIX", "Two", "lower-case"),
        ("MFA_USERS", "ask", "refuse or migrate"),
        ("TEMPORARY_PASSWORDS", "migrate", "refuse or reset"),
        ("FORGOT_PASSWORD", "reset", "refuse or migrate"),
        ("ATTRIBUTE", "custom:tenant", "OLD=NEW"),
        ("ATTRIBUTE", "=custom:tenant", "OLD=NEW"),
    ] {
        let complaint = refusal("plan", &[(name, value)], "");
        for word in [&format!("COGMIG_{name}"), value, words] {
            assert!(complaint.contains(word), "{word}\n{complaint}");
        }
    }
    for file in [
        "new-client = 3",
        "new-client = true",
        "new-client = {a = 'b'}",
    ] {
        let complaint = refusal("plan", &[], file);
        let wanted = "one text or a list of them";
        assert!(complaint.contains(wanted), "{complaint}");
    }
    assert!(refusal("plan", &[], "new-client = [3]").contains("line 1"));
}

#[test]
fn each_error_about_a_value_says_where_it_was_set() {
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
