//! Parses, runs, and is the only place that ends the process.

mod account;
mod apply;
mod cli;
mod commands;
mod deployments;
mod desired;
mod documents;
mod error;
mod flows;
mod interrupt;
mod lossless;
mod names;
mod observe;
mod package;
mod pasted;
mod plan;
mod policy;
mod preflight;
mod probe;
mod raw;
mod report;
mod resources;
mod retry;
mod settings;
mod status;
mod targets;
mod undo;

use std::process::ExitCode;
use std::sync::{Arc, Once};

use anyhow::{Error, Result};
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use cli::{Cli, Command, Task};
use commands::{End, generate, setup, teardown, verify};
use error::Usage;
use interrupt::Interrupted;
use report::Report;
use settings::Settings;

/// `EX_USAGE` of sysexits.h.
const WRONG_USAGE: u8 = 64;
/// As terraform's `plan -detailed-exitcode`.
const DIFFERENCES: u8 = 2;
/// As a shell tells of a command that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    report::settle_colours();
    let parsed = Cli::command().try_get_matches();
    let parsed = parsed.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            report::of_command_line(&error);
            return ExitCode::from(if error.use_stderr() { WRONG_USAGE } else { 0 });
        }
    };
    let command = match cli.task {
        Task::Deployment(command) => command,
        Task::Completions { shell } => {
            let printed = generate::completions(shell);
            return printed.map_or_else(
                |error| failed("completions", &error),
                |()| ExitCode::SUCCESS,
            );
        }
        Task::Man { folder } => {
            let written = generate::man(&folder);
            return written.map_or_else(|error| failed("man", &error), |()| ExitCode::SUCCESS);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(command.name(), &error.into()),
    };
    let flags = matches.subcommand().map(|(_, flags)| flags.clone());
    runtime.block_on(run(command, flags.unwrap_or_default()))
}

fn failed(command: &str, error: &Error) -> ExitCode {
    report::complain_of(command, error);
    ExitCode::FAILURE
}

async fn run(command: Command, flags: ArgMatches) -> ExitCode {
    let settings = match Settings::new(&flags) {
        Ok(settings) => settings,
        Err(usage) => {
            report::complain_of(command.name(), &usage.into());
            return ExitCode::from(WRONG_USAGE);
        }
    };
    let report = Arc::new(Report::new(command.name(), &settings));
    interrupt::listen();
    let ends = Arc::new(Once::new());
    // In a task of its own, since the run may stand at a question.
    tokio::spawn({
        let (report, ends) = (Arc::clone(&report), Arc::clone(&ends));
        async move {
            let stopped = interrupt::must_end().await;
            ends.call_once(|| std::process::exit(tell(&report, Err(stopped.into())).into()));
        }
    });
    let end = carry_out(&command, &flags, &settings, &report).await;
    let mut status = 0;
    ends.call_once(|| status = tell(&report, end));
    ExitCode::from(status)
}

/// Tells how it ended, and gives the exit status. What was done stands, whether or not it could be told.
fn tell(report: &Report, end: Result<End>) -> u8 {
    let error = match end.and_then(|end| report.written().map(|()| end)) {
        Ok(End::Done) => return 0,
        Ok(End::LookAtIt) => return 1,
        Ok(End::Differences) => return DIFFERENCES,
        Err(error) => error,
    };
    report.failure(&error);
    match () {
        () if error.is::<Usage>() => WRONG_USAGE,
        () if error.is::<Interrupted>() => INTERRUPTED,
        () => 1,
    }
}

async fn carry_out(
    command: &Command,
    flags: &ArgMatches,
    settings: &Settings,
    report: &Arc<Report>,
) -> Result<End> {
    let end = match command {
        Command::Setup { .. } => setup::run(settings, report, settings.dry_run).await?,
        Command::Plan { .. } => setup::run(settings, report, true).await?,
        Command::Teardown { .. } => teardown::run(settings, report).await?,
        Command::Verify { .. } => verify::run(settings, report).await?,
        Command::Policy { side, .. } => {
            cli::refuse_other_side(*side, flags)?;
            report::print_policy(&policy::policy(*side, settings)?)?;
            End::Done
        }
        Command::Status { .. } => commands::status::run(settings, report).await?,
    };
    // The environment may hold the option for other commands.
    let takes = matches!(command, Command::Plan { .. } | Command::Status { .. });
    Ok(match end {
        End::Differences if !(takes && settings.detailed_exitcode) => End::Done,
        end => end,
    })
}
