//! All output and all prompts. The rest of the program emits events and returns values. The result
//! is written to standard output, and everything else to standard error.

mod ci;
mod counts;
mod deployments;
mod drift;
mod final_report;
mod github;
mod header;
mod json;
mod listing;
mod moment;
mod outcome;
mod output;
mod plan;
mod printer;
mod problem;
mod progress;
mod prompt;
mod reason;
mod status;
#[cfg(test)]
mod tests;
mod transcript;
mod user;
mod wrap;

use anyhow::Error;
use clap::error::ErrorKind;
use cogmig_core::outcome::Ended;
use cogmig_core::problem::Problem;
use console::colors_enabled_stderr;

use github::Github;
use json::Invocation;
pub use json::report_document;
pub use output::print;
pub use printer::Printer;
use problem::Failure;
pub use prompt::{Question, choose, password, pick};
use transcript::Transcript;

/// Disables colors if `NO_COLOR` is set, which takes precedence over all other settings
/// (no-color.org).
pub fn configure_colors() {
    if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        console::set_colors_enabled(false);
        console::set_colors_enabled_stderr(false);
    }
}

/// Prints an error that occurred before the options were read.
pub fn report_error(command: &str, error: &Error, json: bool) {
    let (transcript, ended) = (Transcript::default(), Ended::Failed);
    let failure = Failure {
        transcript: &transcript,
        error,
        ended,
    };
    let (text, styled) = (
        failure.text(None, false),
        failure.text(None, colors_enabled_stderr()),
    );
    report(command, &failure, [&text, &styled], json);
}

/// Prints what clap reports of a command line: the help or the version that was requested, or an
/// error. Returns the exit status.
pub fn of_command_line(error: &clap::Error, command: &str, json: bool) -> u8 {
    let transcript = Transcript::default();
    if !error.use_stderr() {
        let ended = Ended::Done;
        if json && error.kind() == ErrorKind::DisplayVersion {
            // A closed pipe isn't an error.
            let _ = print(&json::document(
                &Invocation::invalid(command),
                &transcript,
                ended,
                None,
                None,
            ));
        } else {
            let _ = error.print();
        }
        return ended.status(false);
    }
    let text = error.to_string();
    let styled = if colors_enabled_stderr() {
        error.render().ansi().to_string()
    } else {
        text.clone()
    };
    let first = text.lines().next().unwrap_or_default();
    let usage = Problem::usage("command-line", first.trim_start_matches("error: "));
    let ended = Ended::Usage;
    let failure = Failure {
        transcript: &transcript,
        error: &usage.into(),
        ended,
    };
    report(
        command,
        &failure,
        [text.trim_end(), styled.trim_end()],
        json,
    );
    ended.status(false)
}

fn report(command: &str, failure: &Failure<'_>, texts: [&str; 2], json: bool) {
    let (transcript, ended) = (failure.transcript, failure.ended);
    Github::from_env().failure(command, transcript, ended, texts);
    if json {
        let (invocation, error) = (Invocation::invalid(command), Some(failure.error));
        // The command has failed already.
        let _ = print(&json::document(&invocation, transcript, ended, error, None));
    }
}
