//! `cogmig man`: the man page of each command.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use cogmig_core::options::variable;
use cogmig_core::outcome::Ended;

use super::help::{command, examples};
use super::settings::names::FLAGS_ONLY;
use crate::embedded::VERSION;

/// Variables that aren't options: the name, the option that a command has if it uses the variable,
/// and the effect.
const VARIABLES: [(&str, Option<&str>, &str); 5] = [
    (
        "AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE",
        Some("old-profile"),
        "The files that contain the AWS profiles. AWS_PROFILE and AWS_REGION have no effect: \
         --old-profile and --new-profile select the accounts. A profile takes precedence over \
         AWS_ACCESS_KEY_ID.",
    ),
    (
        "CI",
        Some("old-profile"),
        "In a CI system, cogmig doesn't prompt, and applies changes without confirmation. A CI \
         system is detected by CI=true or by the variables of the common systems. CI=false turns \
         the detection off.",
    ),
    (
        "HTTPS_PROXY, NO_PROXY",
        Some("old-profile"),
        "The proxy for calls to AWS, and the hosts that are called without it.",
    ),
    (
        "NO_COLOR",
        None,
        "If it isn't empty, the output has no colors.",
    ),
    (
        "CLICOLOR_FORCE",
        None,
        "1 turns colors on without a terminal.",
    ),
];

/// The files, with the option that a command has if it uses the file.
const FILES: [(&str, &str, &str); 3] = [
    (
        "cogmig.toml",
        "config",
        "Options of all commands, one per line: NAME = VALUE. Strings are in quotes. --config \
         selects another file.",
    ),
    ("~/.aws/config", "old-profile", "The AWS profiles."),
    (
        "~/.aws/credentials",
        "old-profile",
        "The access keys of AWS profiles.",
    ),
];

/// Writes a man page for each command.
///
/// # Errors
/// The folder can't be created, or a page can't be written.
pub fn man(folder: &Path) -> Result<()> {
    let context = || format!("can't write the man pages to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(context)?;
    // The title of a page is one line.
    let version = VERSION.lines().next().unwrap_or(VERSION);
    let mut cogmig = command().version(version).disable_help_subcommand(true);
    cogmig.build();
    let commands: Vec<_> = cogmig.get_subcommands().cloned().collect();
    for command in commands.iter().chain([&cogmig]) {
        let page = Man::new(command.clone());
        let file = File::create(folder.join(page.get_filename())).with_context(context)?;
        write_page(command, &cogmig, file).with_context(context)?;
    }
    Ok(())
}

fn write_page(command: &Command, cogmig: &Command, mut file: impl Write) -> io::Result<()> {
    let is_cogmig = command.has_subcommands();
    let page = command.clone().mut_args(|arg| {
        // In a man page, only an empty line or an indented line starts a new line.
        let help = arg.get_long_help().map(ToString::to_string);
        let help = help.unwrap_or_default().replace("\n[", "\n\n[");
        if help.is_empty() {
            arg
        } else {
            arg.long_help(help)
        }
    });
    let page = page
        .subcommand_value_name("COMMAND")
        .subcommand_help_heading("COMMANDS");
    let version = cogmig.get_version().unwrap_or_default();
    let page = Man::new(page).source(format!("cogmig {version}"));
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    synopsis(command, &mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if is_cogmig {
        page.render_subcommands_section(&mut text)?;
    }
    file.write_all(subsections(command, &String::from_utf8_lossy(&text)).as_bytes())?;
    let mut roff = Roff::new();
    let has = |option: &str| is_cogmig || has_option(command, option);
    exit_status(&mut roff, command.get_name(), &has);
    environment(&mut roff, command, &has);
    if has("config") {
        roff.control("SH", ["FILES"]);
    }
    for (file, _, text) in FILES.iter().filter(|(_, option, _)| has(option)) {
        entry(&mut roff, [italic(*file)], text);
    }
    roff.control("SH", ["EXAMPLES"]);
    for (comment, line) in examples(command.get_name()) {
        roff.control("TP", []);
        roff.text([roman(format!("{comment}:"))]);
        roff.control("nf", []);
        roff.text([roman(*line)]);
        roff.control("fi", []);
    }
    see_also(&mut roff, command, cogmig, has("old-profile"));
    roff.to_writer(&mut file)?;
    file.flush()
}

/// The usage line of the help: the synopsis of `clap_mangen` has no placeholders for values.
fn synopsis(command: &Command, text: &mut Vec<u8>) -> io::Result<()> {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim_end().to_owned();
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    roff.text([roman(usage)]);
    roff.to_writer(text)
}

/// The headings of options as subsections of OPTIONS.
fn subsections(command: &Command, text: &str) -> String {
    let headings = command
        .get_arguments()
        .filter_map(|arg| arg.get_help_heading());
    headings.fold(text.to_owned(), |text, heading| {
        let section = format!(".SH \"{}\"", heading.to_uppercase());
        let bare = format!(".SH {}\n", heading.to_uppercase());
        text.replace(&section, &format!(".SS \"{heading}\""))
            .replace(&bare, &format!(".SS {heading}\n"))
    })
}

fn has_option(command: &Command, option: &str) -> bool {
    command
        .get_arguments()
        .any(|arg| arg.get_long() == Some(option))
}

/// A term and its description.
fn entry(roff: &mut Roff, term: impl Into<Vec<Inline>>, text: &str) {
    roff.control("TP", []);
    roff.text(term);
    roff.text([roman(text)]);
}

fn exit_status(roff: &mut Roff, command: &str, has: &dyn Fn(&str) -> bool) {
    roff.control("SH", ["EXIT STATUS"]);
    let (success, failure) = match command {
        "cogmig" => (
            "Success, or no changes.",
            "Failed, declined, or manual action required. For verify, also drift or a failed connectivity check.",
        ),
        "plan" | "setup" | "teardown" => (
            "Success, or no changes.",
            "Failed, declined, or manual action required.",
        ),
        "verify" => (
            "No drift, and the connectivity check passed.",
            "Drift, a failed connectivity check, or another error.",
        ),
        _ => ("Success.", "Failed."),
    };
    let detailed = match command {
        "plan" => "Changes. Only with --detailed-exitcode.",
        "status" => "Drift, failed sign-ins, or no deployment. Only with --detailed-exitcode.",
        _ => "Changes, drift, failed sign-ins, or no deployment. Only with --detailed-exitcode.",
    };
    for (ended, option, text) in [
        (Ended::Done, None, success),
        (Ended::Failed, None, failure),
        (Ended::PlannedChanges, Some("detailed-exitcode"), detailed),
        (Ended::Usage, None, "Usage error."),
        (Ended::Interrupted, Some("config"), "Interrupted."),
    ] {
        if option.is_none_or(has) {
            let status = ended.status(true).to_string();
            entry(roff, [bold(status)], text);
        }
    }
}

fn environment(roff: &mut Roff, command: &Command, has: &dyn Fn(&str) -> bool) {
    roff.control("SH", ["ENVIRONMENT"]);
    if has("config") {
        roff.text([roman(
            "Each option can be set in the environment. A flag takes precedence over the \
             environment, and the environment over the file. An empty variable is ignored. The \
             variable of an option without a value takes true or false (also 1, 0, yes, no). Several values are \
             separated by commas. The environment can contain options of other commands. An \
             unknown variable whose name starts with COGMIG_ is an error.",
        )]);
    }
    let options = command.get_arguments().filter_map(|arg| arg.get_long());
    // Help and version are built in.
    for option in options.filter(|option| !["help", "version"].contains(option)) {
        if !FLAGS_ONLY.contains(&option) {
            entry(roff, [bold(variable(option))], &format!("Sets --{option}."));
        }
    }
    for (names, _, text) in VARIABLES
        .iter()
        .filter(|(_, option, _)| option.is_none_or(has))
    {
        entry(roff, [bold(*names)], text);
    }
}

/// The pages of the other commands.
fn see_also(roff: &mut Roff, command: &Command, cogmig: &Command, uses_aws: bool) {
    roff.control("SH", ["SEE ALSO"]);
    let names = [cogmig].into_iter().chain(cogmig.get_subcommands());
    let names = names.filter(|other| other.get_name() != command.get_name());
    let names = names.map(|other| {
        other
            .get_display_name()
            .unwrap_or(other.get_name())
            .to_owned()
    });
    let names = names.chain(uses_aws.then(|| "aws".to_owned()));
    let mut line = Vec::new();
    for name in names {
        if !line.is_empty() {
            line.push(roman(", "));
        }
        line.extend([bold(name), roman("(1)")]);
    }
    roff.text(line);
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process;

    use super::*;

    #[test]
    fn each_man_page_has_all_sections() {
        let folder = std::env::temp_dir().join(format!("cogmig-man-{}", process::id()));
        man(&folder).expect("written");
        let mut pages = 0;
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a page");
            let sections: Vec<_> = text
                .lines()
                .filter_map(|line| line.strip_prefix(".SH "))
                .collect();
            let name = path.file_stem().expect("a name").to_string_lossy();
            let mut expected = vec!["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"];
            if name == "cogmig" {
                expected.push("COMMANDS");
            }
            expected.extend(["\"EXIT STATUS\"", "ENVIRONMENT"]);
            if !["cogmig-completions", "cogmig-man"].contains(&&*name) {
                expected.push("FILES");
            }
            expected.extend(["EXAMPLES", "\"SEE ALSO\""]);
            assert_eq!(sections, expected, "{name}");
            let detailed = ["cogmig", "cogmig-plan", "cogmig-status"].contains(&&*name);
            assert_eq!(text.contains("\n\\fB2\\fR\n"), detailed, "{name}");
            pages += 1;
        }
        assert_eq!(pages, 11);
        let setup = fs::read_to_string(folder.join("cogmig-setup.1")).expect("a page");
        for text in [
            "COGMIG_OLD_PROFILE",
            "CI=false",
            "NO_COLOR",
            "AWS_PROFILE",
            "cogmig.toml",
            "~/.aws/config",
            "\n\\fB64\\fR\n",
            "\n\\fB130\\fR\n",
        ] {
            assert!(setup.contains(text), "{text}\n{setup}");
        }
        fs::remove_dir_all(folder).expect("removed");
    }
}
