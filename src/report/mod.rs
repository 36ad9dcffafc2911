//! Everything that is printed, asked or written as JSON. The rest of the program
//! emits events and hands over values. The result goes to standard output, all else
//! to standard error.

mod ask;
mod ci;
mod github;
mod human;
mod json;
mod progress;
mod status;

use std::io::{ErrorKind, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::CommandFactory;
use console::{Term, colors_enabled, colors_enabled_stderr};

use crate::account::{Identity, PATIENCE, Side};
use crate::cli::{Cli, Output};
use crate::deployments::Deployment;
use crate::error::Usage;
use crate::plan::{Action, Plan};
use crate::policy::Policy;
use crate::preflight::Finding;
use crate::probe::Broken;
use crate::resources::user_pool::Named;
use crate::settings::{self, Settings};
use crate::status::Status;
use crate::targets::Found;
pub use ask::Question;
use github::Github;
use progress::Progress;

/// The columns of a text in a summary, which does not wrap it.
const SUMMARY_WIDTH: usize = 100;

/// Where the rest of the program tells what happens.
pub type Events = Arc<dyn Fn(Event) + Send + Sync>;

/// What happens while a command runs. Nothing in it is secret.
pub enum Event {
    /// A pool or an app client was settled on.
    Chosen {
        side: Side,
        what: &'static str,
        named: Named,
        how: Found,
    },
    /// About so many users are in a pool.
    Users { side: Side, count: u64 },
    /// A call was answered, or was not.
    Called {
        side: Side,
        call: &'static str,
        took: Duration,
        request_id: Option<String>,
        code: Option<String>,
    },
    /// AWS needs time.
    Waiting { what: String, since: Duration },
    /// A change of the plan has begun.
    Started { index: usize },
    /// A change of the plan was made.
    Done { index: usize },
    /// A change of the plan could not be made.
    Failed { index: usize },
    /// Why another change could not be made, beside the one that the command fails by.
    AlsoFailed(anyhow::Error),
    /// The run was asked to stop.
    Stopping,
}

/// What a command came to.
pub enum Outcome<'a> {
    /// The plan was shown and that was all.
    Planned,
    /// Setup made its changes, or had none to make.
    SetUp {
        new_pool: &'a str,
        new_region: &'a str,
        new_clients: Vec<&'a str>,
        /// Whether the way of a sign-in was tried.
        probed: bool,
    },
    /// The deployment was looked at.
    Verified(&'a Verified),
    /// It was said how far the migration is.
    Status(&'a Status),
    /// Teardown made its changes, or had none to make.
    TornDown,
    /// Nothing of the deployment exists.
    NotDeployed {
        /// Which.
        deployment: &'a str,
        /// Those that exist.
        others: &'a [Deployment],
        /// Whether that is all that was asked for: a dry run.
        dry: bool,
    },
    /// The user said no.
    Declined,
}

/// What verify found.
pub struct Verified {
    /// The way of a sign-in.
    pub chain: Result<(), Broken>,
    /// What would become of the user who was named, in words.
    pub user: Option<String>,
}

/// What was told so far, for what is printed at the end.
#[derive(Default)]
struct Told {
    accounts: Vec<Identity>,
    users: Vec<(Side, u64)>,
    warnings: Vec<Finding>,
    chosen: Vec<(Side, &'static str, Named, Found)>,
    changes: Vec<Line>,
    notes: Vec<String>,
    /// Why changes failed, but for the first that did.
    also: Vec<anyhow::Error>,
}

/// A change as it is shown.
struct Line {
    side: Side,
    action: Action,
    kind: &'static str,
    name: String,
    why: String,
    status: &'static str,
}

/// Without colour where `NO_COLOR` says so, whatever else is set (no-color.org).
pub fn settle_colours() {
    if variable("NO_COLOR").is_some() {
        console::set_colors_enabled(false);
        console::set_colors_enabled_stderr(false);
    }
}

/// The one place that prints.
pub struct Report {
    command: &'static str,
    output: Output,
    quiet: bool,
    verbose: bool,
    on_terminal: bool,
    /// Whether somebody would see a question, and can answer it.
    can_answer: bool,
    in_ci: bool,
    progress: Progress,
    github: Github,
    told: Mutex<Told>,
    /// Why something that is for standard output did not get there.
    unwritten: Mutex<Option<anyhow::Error>>,
}

impl Report {
    /// For one run of one command.
    pub fn new(command: &'static str, settings: &Settings) -> Self {
        let ci = ci::detected();
        let seen = Term::stderr().is_term();
        // A terminal that can move no cursor gets plain lines.
        let terminal = seen && !ci && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self {
            command,
            output: settings.output,
            quiet: settings.quiet,
            verbose: settings.verbose,
            on_terminal: terminal,
            can_answer: seen && std::io::IsTerminal::is_terminal(&std::io::stdin()),
            progress: Progress::new(
                terminal && !settings.quiet && !settings.verbose,
                settings.quiet,
            ),
            in_ci: ci,
            github: Github::from_env(),
            told: Mutex::default(),
            unwritten: Mutex::default(),
        }
    }

    /// The events of a run, told to this report.
    pub fn events(self: &Arc<Self>) -> Events {
        let report = Arc::clone(self);
        Arc::new(move |event| report.event(event))
    }

    /// Whether there is somebody to ask what an option would say: in a CI system there is not.
    pub fn can_ask(&self) -> bool {
        self.can_answer && !self.in_ci
    }

    /// Says who the accounts are.
    pub fn accounts(&self, identities: Vec<Identity>) {
        self.told().accounts = identities;
    }

    /// Says what happens.
    pub fn event(&self, event: Event) {
        let mut told = self.told();
        if matches!(event, Event::Called { took, .. } if took >= PATIENCE) {
            self.progress.waited();
        }
        match event {
            Event::Chosen {
                side,
                what,
                named,
                how,
            } => told.chosen.push((side, what, named, how)),
            Event::Users { side, count } => told.users.push((side, count)),
            Event::Called {
                side,
                call,
                took,
                request_id,
                code,
            } if self.verbose => {
                let code = code.unwrap_or_else(|| "ok".into());
                let id = request_id.unwrap_or_default();
                let took = took.as_millis();
                self.progress.say(&format!(
                    "  {:3} {call:<38} {took:>6} ms  {code:<6}  {id}",
                    side.as_str()
                ));
            }
            Event::Called { .. } => {}
            Event::Stopping => self
                .progress
                .say("  stopping after the changes in hand; ask once more to stop at once"),
            Event::Waiting { what, since } => self.progress.waiting(&what, since),
            Event::Started { index } => {
                if let Some(line) = told.changes.get_mut(index) {
                    line.status = "started";
                    self.progress.start(index, &human::brief(line));
                }
            }
            Event::Done { index } => {
                if let Some(line) = told.changes.get_mut(index) {
                    line.status = "done";
                    self.progress.done(index, &human::brief(line));
                }
            }
            Event::AlsoFailed(error) => told.also.push(error),
            Event::Failed { index } => {
                if let Some(line) = told.changes.get_mut(index) {
                    line.status = "failed";
                    self.progress.failed(index, &human::brief(line));
                }
            }
        }
    }

    /// Shows the plan, after what it is about.
    pub fn plan(&self, plan: &Plan) {
        self.known(plan);
        let told = self.told();
        if self.output == Output::Human {
            self.print(&human::header(&told));
            if !is_empty(&told) {
                self.print(&human::plan(&told, width(), colors_enabled()));
            }
        }
    }

    /// Takes the plan for the JSON document, and shows nothing of it.
    pub fn known(&self, plan: &Plan) {
        let mut told = self.told();
        told.notes.clone_from(&plan.notes);
        told.warnings.clone_from(&plan.warnings);
        told.changes = plan
            .changes
            .iter()
            .map(|change| Line {
                side: change.side,
                action: change.action,
                kind: change.kind,
                name: change.name.clone(),
                why: change.why.clone(),
                status: if change.action == Action::Leave {
                    "left"
                } else {
                    "planned"
                },
            })
            .collect();
    }

    /// Says what the command came to.
    pub fn outcome(&self, outcome: &Outcome<'_>) {
        self.progress.clear();
        let told = self.told();
        for line in told
            .changes
            .iter()
            .filter(|line| line.action == Action::Leave)
        {
            let text = human::left(line);
            complain(&text);
            self.github.error(self.command, &text);
        }
        let result = match outcome.as_str() {
            // The function may be sound, and Cognito never come to it.
            "works" if !told.changes.is_empty() => "differs",
            result => result,
        };
        match self.output {
            Output::Human => self.print(&match outcome {
                Outcome::Status(status) => {
                    let text = status::text(&told.accounts, status, width(), colors_enabled());
                    format!("{}\n{text}", human::header(&told))
                }
                outcome => human::outcome(&told, outcome, self.quiet),
            }),
            Output::Json => self.print(&json::document(
                self.command,
                &told,
                result,
                None,
                Some(outcome),
            )),
        }
        match outcome {
            Outcome::Status(status) => {
                let text = status::text(&told.accounts, status, SUMMARY_WIDTH, false);
                let nothing = Told::default();
                self.github
                    .summary(self.command, &nothing, result, Some(&text));
            }
            _ => self.github.summary(self.command, &told, result, None),
        }
    }

    /// Says that the command failed, and what stands.
    pub fn failure(&self, error: &anyhow::Error) {
        ask::leave();
        self.progress.clear();
        let told = self.told();
        let width = Term::stderr().size_checked();
        let width = width.filter(|_| self.on_terminal);
        let text = human::failure(&told, error, colors_enabled_stderr());
        complain(&match width {
            Some((_, columns)) => human::reflow(&text, columns.into()),
            None => text,
        });
        let plain = human::failure(&told, error, false);
        self.github.failure(self.command, &told, &plain);
        if self.output == Output::Json {
            let error = Some(error);
            self.print(&json::document(self.command, &told, "failed", error, None));
        }
    }

    /// Whether all that is for standard output went there.
    ///
    /// # Errors
    /// The first that did not.
    pub fn written(&self) -> Result<()> {
        let mut unwritten = self
            .unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        unwritten.take().map_or(Ok(()), Err)
    }

    fn print(&self, text: &str) {
        if let Err(error) = print(text) {
            let mut unwritten = self
                .unwritten
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            unwritten.get_or_insert(error);
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outcome<'_> {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Planned | Self::NotDeployed { dry: true, .. } => "planned",
            Self::SetUp { .. } | Self::TornDown | Self::NotDeployed { .. } => "done",
            Self::Verified(Verified { chain: Err(_), .. }) => "broken",
            Self::Verified(_) => "works",
            Self::Status(status) => status.result(),
            Self::Declined => "declined",
        }
    }
}

/// The columns of the terminal, or of a file that is read on one.
fn width() -> usize {
    let size = Term::stdout().size_checked();
    let columns = size.map_or(80, |(_, columns)| usize::from(columns));
    columns.clamp(60, 160)
}

fn is_empty(told: &Told) -> bool {
    told.changes.is_empty() && told.notes.is_empty() && told.warnings.is_empty()
}

/// An error before there was anything to report on, or settings to say how.
pub fn complain_of(command: &str, error: &anyhow::Error) {
    let told = Told::default();
    complain(&human::failure(&told, error, colors_enabled_stderr()));
    hand_on(command, error);
}

/// What clap says of a command line: the help that was asked for, or what is wrong.
pub fn of_command_line(error: &clap::Error) {
    // A reader that has gone away is no error of ours.
    let _ = error.print();
    if error.use_stderr() {
        let verb = words().find(|word| Cli::command().find_subcommand(word).is_some());
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        let usage = Usage(first.trim_start_matches("error: ").to_owned());
        hand_on(&verb.unwrap_or_default(), &usage.into());
    }
}

/// What a program reads of an error before there were settings.
fn hand_on(command: &str, error: &anyhow::Error) {
    let (told, github) = (Told::default(), Github::from_env());
    github.failure(command, &told, &human::failure(&told, error, false));
    if wants_json() {
        // It has failed already.
        let _ = print(&json::document(command, &told, "failed", Some(error), None));
    }
}

/// Whether JSON was asked for, as far as that can be told of what cannot be understood.
fn wants_json() -> bool {
    let output = flag("--output").or_else(|| variable("COGMIG_OUTPUT"));
    output.map_or_else(
        || {
            let file = flag("--config").or_else(|| variable("COGMIG_CONFIG"));
            settings::file_asks_for_json(file.as_deref())
        },
        |output| output == "json",
    )
}

/// The last value of a flag.
fn flag(name: &str) -> Option<String> {
    let words: Vec<_> = words().collect();
    let mut values = words.iter().enumerate().filter_map(|(at, word)| {
        let rest = word.strip_prefix(name)?;
        match rest.strip_prefix('=') {
            None if rest.is_empty() => words.get(at + 1).map(String::as_str),
            value => value,
        }
    });
    values.next_back().map(str::to_owned)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The command line, of which something may be no text.
fn words() -> impl Iterator<Item = String> {
    let words = std::env::args_os().skip(1);
    words.map(|word| word.to_string_lossy().into_owned())
}

/// Prints an IAM policy, which is JSON for people and for programs alike.
///
/// # Errors
/// It cannot be written.
pub fn print_policy(policy: &Policy) -> Result<()> {
    print(&serde_json::to_string_pretty(policy)?)
}

/// Prints a result, or a file for another program. A reader that has gone away is no error of ours.
///
/// # Errors
/// It cannot be written, such as to a full disk.
pub fn print(text: &str) -> Result<()> {
    let mut output = std::io::stdout();
    let written = writeln!(output, "{text}").and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("the result could not be written to standard output")
        }
        _ => Ok(()),
    }
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
