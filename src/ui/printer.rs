//! What a run was told so far, and what is printed of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use cogmig_core::event::{Event, Events, PATIENCE};
use cogmig_core::identity::{Identity, Side};
use cogmig_core::options::{Output, Settings};
use cogmig_core::outcome::{Ended, Outcome};
use cogmig_core::plan::{Action, Plan};
use cogmig_core::problem::Problem;
use cogmig_core::targets::Selected;
use console::{Term, colors_enabled, colors_enabled_stderr};

use super::github::Github;
use super::problem::Failure;
use super::progress::Progress;
use super::{ci, complain, header, json, outcome, plan, print, prompt, reason, status, width};

/// The columns of a text in a summary, which does not wrap it.
const SUMMARY_WIDTH: usize = 100;

/// What was told so far, for what is printed at the end.
#[derive(Default)]
pub(super) struct Told {
    pub(super) accounts: Vec<Identity>,
    pub(super) users: Vec<(Side, u64)>,
    pub(super) warnings: Vec<Problem>,
    pub(super) chosen: Vec<Selected>,
    pub(super) changes: Vec<Line>,
    pub(super) notes: Vec<String>,
    /// Why changes failed, but for the first that did.
    pub(super) also: Vec<Problem>,
}

/// A change as it is shown.
pub(super) struct Line {
    pub(super) side: Side,
    pub(super) action: Action,
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) why: String,
    pub(super) status: &'static str,
}

impl Told {
    /// Whether there is nothing to show of a plan.
    fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.notes.is_empty() && self.warnings.is_empty()
    }
}

/// The one place that prints.
pub struct Report {
    command: &'static str,
    pub(super) output: Output,
    quiet: bool,
    verbose: bool,
    on_terminal: bool,
    /// Whether somebody would see a question, and can answer it.
    pub(super) can_answer: bool,
    pub(super) in_ci: bool,
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

    /// Says what happens.
    pub fn event(&self, event: Event) {
        let mut told = self.told();
        if matches!(event, Event::Called { took, .. } if took >= PATIENCE) {
            self.progress.waited();
        }
        match event {
            Event::Accounts(accounts) => told.accounts = accounts,
            Event::Chosen(selected) => told.chosen.push(selected),
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
                    self.progress.start(index, &plan::brief(line));
                }
            }
            Event::Done { index } => {
                if let Some(line) = told.changes.get_mut(index) {
                    line.status = "done";
                    self.progress.done(index, &plan::brief(line));
                }
            }
            Event::AlsoFailed(problem) => told.also.push(problem),
            Event::Failed { index } => {
                if let Some(line) = told.changes.get_mut(index) {
                    line.status = "failed";
                    self.progress.failed(index, &plan::brief(line));
                }
            }
        }
    }

    /// Shows the plan, after what it is about.
    pub fn plan(&self, plan: &Plan) {
        self.known(plan);
        let told = self.told();
        if self.output == Output::Human {
            self.print(&header::text(&told));
            if !told.is_empty() {
                self.print(&plan::text(&told, width(), colors_enabled()));
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
                side: change.address.side,
                action: change.action,
                kind: change.address.kind.as_str(),
                name: change.address.name.clone(),
                why: reason::why(&change.reason, &change.edits),
                status: if change.action == Action::Leave {
                    "left"
                } else {
                    "planned"
                },
            })
            .collect();
    }

    /// Says what the command came to.
    pub fn outcome(&self, outcome: &Outcome<'_>, ended: Ended) {
        self.progress.clear();
        let told = self.told();
        let is_left = |line: &&Line| line.action == Action::Leave;
        for line in told.changes.iter().filter(is_left) {
            let text = plan::left(line);
            complain(&text);
            self.github.error(self.command, &text);
        }
        match self.output {
            Output::Human => self.print(&match outcome {
                Outcome::Status(status) => {
                    let text = status::text(&told.accounts, status, width(), colors_enabled());
                    format!("{}\n{text}", header::text(&told))
                }
                outcome => outcome::text(&told, outcome, self.quiet),
            }),
            Output::Json => self.print(&json::document(
                self.command,
                &told,
                ended,
                None,
                Some(outcome),
            )),
        }
        match outcome {
            Outcome::Status(status) => {
                let text = status::text(&told.accounts, status, SUMMARY_WIDTH, false);
                let nothing = Told::default();
                self.github
                    .summary(self.command, &nothing, ended, Some(&text));
            }
            _ => self.github.summary(self.command, &told, ended, None),
        }
    }

    /// Says that the command failed, and what stands.
    pub fn failure(&self, error: &anyhow::Error, ended: Ended) {
        prompt::leave();
        self.progress.clear();
        let told = self.told();
        let width = Term::stderr().size_checked();
        let width = width.filter(|_| self.on_terminal);
        let width = width.map(|(_, columns)| columns.into());
        let failure = Failure {
            told: &told,
            error,
            ended,
        };
        complain(&failure.text(width, colors_enabled_stderr()));
        self.github
            .failure(self.command, &told, ended, &failure.text(None, false));
        if self.output == Output::Json {
            self.print(&json::document(
                self.command,
                &told,
                ended,
                Some(error),
                None,
            ));
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

    pub(super) fn print(&self, text: &str) {
        if let Err(error) = print(text) {
            let mut unwritten = self
                .unwritten
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            unwritten.get_or_insert(error);
        }
    }

    pub(super) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
