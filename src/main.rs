//! Parses the options and runs the command. Only this file ends the process.

mod aws;
mod cli;
mod commands;
mod embedded;
mod random;
mod stop;
mod ui;

use std::process::ExitCode;
use std::sync::{Arc, Once};

use anyhow::{Error, Result};
use clap::{ArgMatches, FromArgMatches};
use cogmig_core::outcome::{Ended, Interrupted};
use cogmig_core::problem::Problem;

use aws::account::Run;
use cli::{Cli, Command, Sources, Task};
use commands::{Session, list, plan, policy, setup, status, teardown, user, verify};
use stop::Stop;
use ui::Printer;

fn main() -> ExitCode {
    ui::configure_colors();
    let parsed = cli::command().try_get_matches();
    let parsed = parsed.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return ui::of_command_line(&error, &cli::verb(), cli::wants_json()).into(),
    };
    let (name, done) = match cli.task {
        Task::Deployment(command) => return deployment(&command, &matches),
        Task::Completions { shell } => ("completions", ui::print(&cli::completions(shell))),
        Task::Man { folder } => ("man", cli::man(&folder)),
    };
    done.map_or_else(|error| failed(name, &error), |()| ExitCode::SUCCESS)
}

/// Reports an error that occurred before the options were read.
fn failed(command: &str, error: &Error) -> ExitCode {
    ui::report_error(command, error, cli::wants_json());
    ended(error).status(false).into()
}

/// How a failed command ended.
fn ended(error: &Error) -> Ended {
    let problem = error.downcast_ref::<Problem>();
    match () {
        () if problem.is_some_and(Problem::is_usage) => Ended::Usage,
        () if error.is::<Interrupted>() => Ended::Interrupted,
        () => Ended::Failed,
    }
}

fn deployment(command: &Command, matches: &ArgMatches) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(command.name(), &error.into()),
    };
    let flags = matches.subcommand().map(|(_, flags)| flags.clone());
    runtime.block_on(run(command, &flags.unwrap_or_default()))
}

async fn run(command: &Command, flags: &ArgMatches) -> ExitCode {
    let read = Sources::read(flags).and_then(|sources| Ok((sources.settings()?, sources)));
    let (settings, sources) = match read {
        Ok(read) => read,
        Err(usage) => return failed(command.name(), &usage.into()),
    };
    let ui = Arc::new(Printer::new(command.name(), &settings));
    let stop = Stop::new();
    stop.listen();
    let ends = Arc::new(Once::new());
    // In a separate task, because the run may wait at a prompt.
    tokio::spawn({
        let (ui, ends, stop) = (Arc::clone(&ui), Arc::clone(&ends), stop.clone());
        async move {
            let stopped = stop.must_end().await;
            let status = || report(&ui, Err(stopped.into())).status(false);
            ends.call_once(|| std::process::exit(status().into()));
        }
    });
    let session = Session {
        settings: &settings,
        sources: &sources,
        ui: &ui,
        run: Run {
            events: ui.events(),
            stop,
        },
    };
    let end = execute(command, flags, &session).await;
    let detailed = command.takes_detailed_exitcode() && settings.detailed_exitcode;
    let mut status = 0;
    ends.call_once(|| status = report(&ui, end).status(detailed));
    ExitCode::from(status)
}

/// Reports how the command ended. If the output can't be written, the command fails.
fn report(ui: &Printer, end: Result<Ended>) -> Ended {
    match end.and_then(|end| ui.check_written().map(|()| end)) {
        Ok(end) => end,
        Err(error) => {
            let end = ended(&error);
            ui.failure(&error, end);
            end
        }
    }
}

async fn execute(command: &Command, flags: &ArgMatches, session: &Session<'_>) -> Result<Ended> {
    match command {
        Command::Setup { .. } => Box::pin(setup::run(session)).await,
        Command::Plan { .. } => Box::pin(plan::run(session)).await,
        Command::Teardown { .. } => Box::pin(teardown::run(session)).await,
        Command::Verify { .. } => Box::pin(verify::run(session)).await,
        Command::User { wanted, .. } => Box::pin(user::run(session, wanted)).await,
        Command::Policy { side, .. } => {
            cli::refuse_other_side(*side, flags)?;
            policy::run(session, *side)
        }
        Command::Status { .. } => Box::pin(status::run(session)).await,
        Command::List { .. } => Box::pin(list::run(session)).await,
    }
}
