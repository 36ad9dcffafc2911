//! What a run was told so far, and what is printed of it.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use cogmig_core::event::{Event, Events, PATIENCE};
use cogmig_core::options::{Output, Settings};
use cogmig_core::outcome::{Ended, Outcome};
use cogmig_core::plan::Plan;
use cogmig_core::problem::Problem;
use cogmig_core::status::Resource;
use console::{Term, colors_enabled, colors_enabled_stderr};

use super::github::Github;
use super::json::Invocation;
use super::output::{print, print_error, width};
use super::problem::{self, Failure};
use super::progress::Progress;
use super::prompt::Question;
use super::transcript::{Line, Transcript};
use super::{ci, drift, header, json, outcome, plan, prompt, status};

/// The columns of a text in a summary, which does not wrap it.
const SUMMARY_WIDTH: usize = 100;

/// The one place that prints.
pub struct Printer {
    command: &'static str,
    invocation: Invocation,
    output: Output,
    quiet: bool,
    verbose: bool,
    on_terminal: bool,
    /// Whether somebody would see a question, and can answer it.
    can_answer: bool,
    in_ci: bool,
    progress: Progress,
    github: Github,
    told: Mutex<Transcript>,
    /// Why something that is for standard output did not get there.
    unwritten: Mutex<Option<anyhow::Error>>,
}

impl Printer {
    /// For one run of one command.
    pub fn new(command: &'static str, settings: &Settings) -> Self {
        let ci = ci::detected();
        let seen = Term::stderr().is_term();
        // A terminal that can move no cursor gets plain lines.
        let terminal = seen && !ci && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self {
            command,
            invocation: Invocation::of(command, settings),
            output: settings.output,
            quiet: settings.quiet,
            verbose: settings.verbose,
            on_terminal: terminal,
            can_answer: seen && std::io::stdin().is_terminal(),
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
            Event::Chosen(selected) => told.selected.push(selected),
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
            Event::Stopping => self.progress.say(
                "  stopping after the changes in progress. Interrupt again to stop immediately.",
            ),
            Event::Waiting { what, since } => self.progress.waiting(&what, since),
            Event::Started { index } => {
                if let Some(line) = told.changes.get_mut(index) {
                    line.status = "started";
                    self.progress.start(index, &line.brief());
                }
            }
            Event::Done { index } => {
                if let Some(line) = told.changes.get_mut(index) {
                    line.status = "done";
                    self.progress.done(index, &line.brief());
                }
            }
            Event::AlsoFailed(problem) => told.also.push(problem),
            Event::Failed { index } => {
                if let Some(line) = told.changes.get_mut(index) {
                    line.status = "failed";
                    self.progress.failed(index, &line.brief());
                }
            }
        }
    }

    /// Shows the plan, after what it is about.
    pub fn plan(&self, plan: &Plan) {
        self.known(plan);
        let told = self.told();
        if self.output == Output::Human {
            self.print(&header::text(&told, true, width()));
            let text = plan::text(&told, width(), colors_enabled());
            if !text.is_empty() {
                self.print(&text);
            }
        }
    }

    /// Prints the drift that a plan would fix, after what it is about.
    pub fn drift(&self, plan: &Plan, resources: &[Resource]) {
        self.known(plan);
        let told = self.told();
        if self.output == Output::Human {
            self.print(&header::text(&told, true, width()));
            let text = drift::text(&told.accounts, resources, width(), colors_enabled());
            self.print(&text);
            if !told.warnings.is_empty() {
                let warnings = problem::warnings(&told.warnings, width(), colors_enabled());
                self.print(&format!("\n{warnings}"));
            }
        }
    }

    /// Takes the plan for the JSON document, and shows nothing of it.
    pub fn known(&self, plan: &Plan) {
        let mut told = self.told();
        told.warnings.clone_from(&plan.warnings);
        told.changes = plan.changes.iter().map(Line::from).collect();
    }

    /// Says what the command came to.
    pub fn outcome(&self, outcome: &Outcome<'_>, ended: Ended) {
        self.progress.clear();
        let told = self.told();
        for line in told.conflicts() {
            let text = plan::conflict(line);
            self.github.error(self.command, &text, &text);
        }
        match self.output {
            Output::Human => self.print(&self.result(&told, outcome)),
            Output::Json => {
                let outcome = Some(outcome);
                self.print(&json::document(
                    &self.invocation,
                    &told,
                    ended,
                    None,
                    outcome,
                ));
            }
        }
        match outcome {
            Outcome::Status(status) => {
                let text = status::text(&told.accounts, status, SUMMARY_WIDTH, false);
                let nothing = Transcript::default();
                self.github
                    .summary(self.command, &nothing, ended, Some(&text));
            }
            Outcome::Policy(_) => {}
            _ => self.github.summary(self.command, &told, ended, None),
        }
    }

    /// The result of a command, for people. A policy is JSON.
    fn result(&self, told: &Transcript, outcome: &Outcome<'_>) -> String {
        match outcome {
            Outcome::Policy(policy) => serde_json::to_string_pretty(policy).unwrap_or_default(),
            Outcome::Status(status) => {
                let text = status::text(&told.accounts, status, width(), colors_enabled());
                format!("{}\n{text}", header::text(told, false, width()))
            }
            outcome => outcome::text(told, outcome, self.quiet, width()),
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
        let text = failure.text(None, false);
        let styled = failure.text(width, colors_enabled_stderr());
        self.github
            .failure(self.command, &told, ended, [&text, &styled]);
        if self.output == Output::Json {
            let error = Some(error);
            self.print(&json::document(&self.invocation, &told, ended, error, None));
        }
    }

    /// Whether the changes may be made. `said` is `--yes` or its variable; in a CI system the
    /// command itself is the consent; on a terminal it is a line that is typed.
    ///
    /// # Errors
    /// Nobody can be asked, or the terminal went away.
    pub fn confirm(&self, said: Option<bool>, question: &Question) -> Result<bool> {
        if said.unwrap_or(self.in_ci) {
            return Ok(true);
        }
        if !self.can_answer {
            return Err(Problem::usage(
                "confirmation-required",
                "changes require confirmation, but there is no terminal to ask on (standard input and standard error), and no CI system was detected",
            )
            .fix("--yes, or COGMIG_YES=true")
            .into());
        }
        // Nobody confirms a plan that went somewhere else.
        if self.output == Output::Json || !std::io::stdout().is_terminal() {
            let told = self.told();
            print_error(&header::text(&told, true, 80));
            print_error(&plan::text(&told, 80, colors_enabled_stderr()));
        }
        prompt::confirm(question)
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

    fn told(&self) -> MutexGuard<'_, Transcript> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
