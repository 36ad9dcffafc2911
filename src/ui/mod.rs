//! Everything that is printed, asked or written as JSON. The rest of the program
//! emits events and hands over values. The result goes to standard output, all else
//! to standard error.

mod ci;
mod github;
mod header;
mod json;
mod outcome;
mod output;
mod plan;
mod printer;
mod problem;
mod progress;
mod prompt;
mod reason;
mod status;
mod transcript;
mod wrap;

use anyhow::Error;
use cogmig_core::outcome::Ended;
use cogmig_core::problem::Problem;
use console::colors_enabled_stderr;

use github::Github;
use output::print_error;
pub use output::{print, print_policy};
pub use printer::Printer;
use problem::Failure;
pub use prompt::{Question, choose, password, pick};
use transcript::Transcript;

/// Without colour where `NO_COLOR` says so, whatever else is set (no-color.org).
pub fn settle_colours() {
    if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        console::set_colors_enabled(false);
        console::set_colors_enabled_stderr(false);
    }
}

/// An error before there was anything to report on, or settings to say how.
pub fn report_error(command: &str, error: &Error, json: bool) {
    let (told, ended) = (Transcript::default(), Ended::Failed);
    let failure = Failure {
        told: &told,
        error,
        ended,
    };
    print_error(&failure.text(None, colors_enabled_stderr()));
    hand_on(command, &failure, json);
}

/// What clap says of a command line: the help that was asked for, or what is wrong. Gives the exit
/// status.
pub fn of_command_line(error: &clap::Error, command: &str, json: bool) -> u8 {
    // A reader that has gone away is no error of ours.
    let _ = error.print();
    if !error.use_stderr() {
        return Ended::Done.status(false);
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let usage = Problem::usage("command-line", first.trim_start_matches("error: "));
    let (told, ended) = (Transcript::default(), Ended::Usage);
    let failure = Failure {
        told: &told,
        error: &usage.into(),
        ended,
    };
    hand_on(command, &failure, json);
    ended.status(false)
}

/// What a program reads of an error before there were settings.
fn hand_on(command: &str, failure: &Failure<'_>, json: bool) {
    let (told, ended) = (failure.told, failure.ended);
    let text = failure.text(None, false);
    Github::from_env().failure(command, told, ended, &text);
    if json {
        let error = Some(failure.error);
        // It has failed already.
        let _ = print(&json::document(command, told, ended, error, None));
    }
}
