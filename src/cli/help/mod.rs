//! The command line with the details that clap doesn't know: the environment variable and the
//! default of each option, and examples.

mod examples;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use clap::{Arg, CommandFactory};
use cogmig_core::options::{default_of, variable};

pub use self::examples::examples;
use super::args::Cli;
use super::settings::names::FLAGS_ONLY;

/// The most values that fit into the placeholder of an option.
const FEW: usize = 3;

/// Ends the long help of each command that has options.
const SOURCES: &str = "\
Options of an existing deployment that aren't set keep their values. \
Options can also be set in the environment and in cogmig.toml, for example \
new-pool = \"ID\". A flag takes precedence over the environment, and the environment over the file. \
--adopt, --allow, --password-stdin and --show-values can be set only on the command line. --config, \
--dry-run and --detailed-exitcode can't be set in the file.";

/// The command line, with the details that clap doesn't know in its help.
pub fn command() -> clap::Command {
    described(Cli::command()).mut_subcommands(described)
}

fn described(command: clap::Command) -> clap::Command {
    let name = command.get_name().to_owned();
    let mut help = "Examples:".to_owned();
    for (comment, line) in examples(&name) {
        let _ = write!(help, "\n  # {comment}\n  {line}\n");
    }
    let has_options = command.has_subcommands() || command.get_opts().next().is_some();
    let command = command.mut_args(|arg| described_arg(&name, arg));
    let command = command.after_help(help.trim_end().to_owned());
    if has_options {
        command.after_long_help(format!("{help}\n{SOURCES}"))
    } else {
        command
    }
}

/// The long help of an option or argument: the text, its values, its variable and its default.
fn described_arg(command: &str, arg: Arg) -> Arg {
    let takes_value = arg.get_action().takes_values();
    let mut values = arg.get_possible_values();
    // Those of a flag are true and false.
    values.retain(|_| takes_value);
    let text = arg.get_long_help().or(arg.get_help());
    let text = text.map(ToString::to_string).unwrap_or_default();
    let mut text = text.replace("\n\n", " ");
    if !text.ends_with('.') {
        text.push('.');
    }
    for value in &values {
        if let Some(help) = value.get_help() {
            let _ = write!(text, "\n  - {}: {help}", value.get_name());
        }
    }
    if let Some(option) = arg.get_long() {
        text.push('\n');
        if !FLAGS_ONLY.contains(&option) {
            let _ = write!(text, "[env: {}] ", variable(option));
        }
        let default = default(command, option, takes_value);
        let _ = write!(text, "[default: {default}]");
    }
    let arg = arg.long_help(text);
    // The placeholder has the values, if there are few of them.
    let arg = arg.hide_possible_values(takes_value);
    if !(1..=FEW).contains(&values.len()) {
        return arg;
    }
    let values: Vec<_> = values
        .iter()
        .map(clap::builder::PossibleValue::get_name)
        .collect();
    arg.value_name(values.join("|"))
}

/// The default of an option of a deployment that doesn't exist. `settings` and the commands apply
/// it, not clap, because the environment and the file take precedence over it.
fn default(command: &str, option: &str, takes_value: bool) -> &'static str {
    match (command, option) {
        ("policy", "old-pool" | "new-pool") => "all user pools",
        ("policy", "old-region" | "new-region") => "all Regions",
        ("teardown", "old-pool" | "new-pool" | "old-client" | "new-client") => {
            "the one of the deployment"
        }
        (_, "old-pool" | "new-pool" | "old-client" | "new-client") => {
            "the one of the deployment, or the only one"
        }
        (_, "old-region") => "the Region of the old profile",
        (_, "new-region") => "the Region of the new profile",
        (_, "account") => "all accounts",
        (_, "architecture") => "arm64 if this build has it",
        (_, "lambda-zip") => "the one in this build",
        (_, "yes") => "true in a CI system, otherwise false",
        (_, "since") => "24h",
        (_, "output") => "human",
        (_, "config") => "cogmig.toml, if it exists",
        _ if takes_value => default_of(option).unwrap_or("not set"),
        _ => "false",
    }
}
