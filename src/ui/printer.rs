//! The printer: receives the events of a run, and prints the output.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use cogmig_core::event::{Event, Events, PATIENCE};
use cogmig_core::options::{Output, Settings};
use cogmig_core::outcome::{Ended, Outcome};
use cogmig_core::plan::Plan;
use cogmig_core::problem::Problem;
use cogmig_core::status::{FinalReport, Resource};
use console::{Term, colors_enabled, colors_enabled_stderr};

use super::github::Github;
use super::json::Invocation;
use super::output::{print, print_error, width};
use super::problem::{self, Failure};
use super::progress::Progress;
use super::prompt::Question;
use super::transcript::{Line, Transcript};
use super::{
    ci, deployments, drift, final_report, header, json, outcome, plan, prompt, status, user,
};

/// The width of the text in a step summary, where lines aren't wrapped.
const SUMMARY_WIDTH: usize = 100;

/// All output goes through it.
pub struct Printer {
    command: &'static str,
    invocation: Invocation,
    output: Output,
    quiet: bool,
    verbose: bool,
    on_terminal: bool,
    /// Whether standard input and standard error are a terminal.
    can_answer: bool,
    in_ci: bool,
    progress: Progress,
    github: Github,
    transcript: Mutex<Transcript>,
    /// The first error of writing to standard output.
    unwritten: Mutex<Option<anyhow::Error>>,
}

impl Printer {
    /// For one run of a command.
    pub fn new(command: &'static str, settings: &Settings) -> Self {
        let ci = ci::detected();
        let is_terminal = Term::stderr().is_term();
        // A terminal that can't move the cursor gets plain lines.
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let terminal = is_terminal && !ci && !is_dumb;
        Self {
            command,
            invocation: Invocation::of(command, settings),
            output: settings.output,
            quiet: settings.quiet,
            verbose: settings.verbose,
            on_terminal: terminal,
            can_answer: is_terminal && std::io::stdin().is_terminal(),
            progress: Progress::new(
                terminal && !settings.quiet && !settings.verbose,
                settings.quiet,
            ),
            in_ci: ci,
            github: Github::from_env(),
            transcript: Mutex::default(),
            unwritten: Mutex::default(),
        }
    }

    /// The receiver of a run's events.
    pub fn events(self: &Arc<Self>) -> Events {
        let printer = Arc::clone(self);
        Arc::new(move |event| printer.event(event))
    }

    /// Whether missing options can be prompted for: on a terminal, but not in a CI system.
    pub fn can_prompt(&self) -> bool {
        self.can_answer && !self.in_ci
    }

    /// Records an event and prints the progress.
    fn event(&self, event: Event) {
        let mut transcript = self.transcript();
        if matches!(event, Event::Called { took, .. } if took >= PATIENCE) {
            self.progress.waited();
        }
        match event {
            Event::Accounts(accounts) => transcript.accounts = accounts,
            Event::Options(options) => transcript.options = options,
            Event::Chosen(selected) => transcript.selected.push(selected),
            Event::Users { side, count } => transcript.users.push((side, count)),
            Event::Sampled(sample) => transcript.sample = Some(sample),
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
                self.progress.print(&format!(
                    "  {:3} {call:<38} {took:>6} ms  {code:<6}  {id}",
                    side.as_str()
                ));
            }
            Event::Called { .. } => {}
            Event::Stopping => self.progress.print(
                "  stopping after the changes in progress. Interrupt again to stop immediately.",
            ),
            Event::Waiting { what, since } => self.progress.waiting(&what, since),
            Event::Started { index } => {
                if let Some(line) = transcript.changes.get_mut(index) {
                    line.status = "started";
                    self.progress.start(index, &line.brief());
                }
            }
            Event::Done { index } => {
                if let Some(line) = transcript.changes.get_mut(index) {
                    line.status = "done";
                    self.progress.done(index, &line.brief());
                }
            }
            Event::AlsoFailed(problem) => transcript.also.push(problem),
            Event::Failed { index } => {
                if let Some(line) = transcript.changes.get_mut(index) {
                    line.status = "failed";
                    self.progress.failed(index, &line.brief());
                }
            }
        }
    }

    /// Records the report of a migration. It's printed with the plan and with the result.
    pub fn final_report(&self, report: Arc<FinalReport>) {
        self.transcript().report = Some(report);
    }

    /// Prints the header and the plan.
    pub fn plan(&self, plan: &Plan) {
        self.record_plan(plan);
        let transcript = self.transcript();
        if self.output == Output::Human {
            self.print(&header::text(&transcript, true, width()));
            if let Some(report) = &transcript.report {
                self.print(&final_report::text(report, width()));
            }
            let text = plan::text(&transcript, width(), colors_enabled());
            if !text.is_empty() {
                self.print(&text);
            }
        }
    }

    /// Prints the header and the drift that a plan would fix.
    pub fn drift(&self, plan: &Plan, resources: &[Resource]) {
        self.record_plan(plan);
        let transcript = self.transcript();
        if self.output == Output::Human {
            self.print(&header::text(&transcript, true, width()));
            let text = drift::text(&transcript.accounts, resources, width(), colors_enabled());
            self.print(&text);
            if !transcript.warnings.is_empty() {
                let warnings = problem::warnings(&transcript.warnings, width(), colors_enabled());
                self.print(&format!("\n{warnings}"));
            }
        }
    }

    /// Records the plan for the JSON document, without printing it.
    pub fn record_plan(&self, plan: &Plan) {
        let mut transcript = self.transcript();
        transcript.warnings.clone_from(&plan.warnings);
        transcript.changes = plan.changes.iter().map(Line::from).collect();
    }

    /// Prints the result of the command.
    pub fn outcome(&self, outcome: &Outcome<'_>, ended: Ended) {
        self.progress.clear();
        let transcript = self.transcript();
        for line in transcript.conflicts() {
            let text = plan::conflict(line);
            self.github.error(self.command, &text, &text);
        }
        match self.output {
            Output::Human => self.print(&self.result(&transcript, outcome)),
            Output::Json => {
                let outcome = Some(outcome);
                self.print(&json::document(
                    &self.invocation,
                    &transcript,
                    ended,
                    None,
                    outcome,
                ));
            }
        }
        match outcome {
            Outcome::Status(status) => {
                let text = status::text(&transcript.accounts, status, SUMMARY_WIDTH, false);
                let nothing = Transcript::default();
                self.github
                    .summary(self.command, &nothing, ended, Some(&text));
            }
            // A report about a user isn't for a summary that others can read.
            Outcome::Policy(_) | Outcome::User(_) => {}
            _ => self.github.summary(self.command, &transcript, ended, None),
        }
    }

    /// The result of a command, for people. A policy is JSON.
    fn result(&self, transcript: &Transcript, outcome: &Outcome<'_>) -> String {
        match outcome {
            Outcome::Policy(policy) => serde_json::to_string_pretty(policy).unwrap_or_default(),
            Outcome::Status(status) => {
                let first = status::detached(status, width(), colors_enabled());
                let header = header::text(transcript, false, width());
                let text = status::text(&transcript.accounts, status, width(), colors_enabled());
                format!("{}{header}\n{text}", first.unwrap_or_default())
            }
            Outcome::Listed(deployments) => {
                let text = deployments::text(deployments, width(), colors_enabled());
                format!("{}\n{text}", header::text(transcript, false, width()))
            }
            Outcome::User(found) => {
                let text = user::text(found, width(), colors_enabled());
                format!("{}\n{text}", header::text(transcript, false, width()))
            }
            outcome => outcome::text(transcript, outcome, self.quiet, width()),
        }
    }

    /// Prints why the command failed, and how many changes were applied.
    pub fn failure(&self, error: &anyhow::Error, ended: Ended) {
        prompt::close();
        self.progress.clear();
        let transcript = self.transcript();
        let width = Term::stderr().size_checked();
        let width = width.filter(|_| self.on_terminal);
        let width = width.map(|(_, columns)| columns.into());
        let failure = Failure {
            transcript: &transcript,
            error,
            ended,
        };
        let text = failure.text(None, false);
        let styled = failure.text(width, colors_enabled_stderr());
        self.github
            .failure(self.command, &transcript, ended, [&text, &styled]);
        if self.output == Output::Json {
            let error = Some(error);
            self.print(&json::document(
                &self.invocation,
                &transcript,
                ended,
                error,
                None,
            ));
        }
    }

    /// Whether the changes are confirmed. `yes` is `--yes` or its variable. In a CI system, running
    /// the command is the confirmation. On a terminal, the user enters it.
    ///
    /// # Errors
    /// There is no terminal for a prompt, or it was closed.
    pub fn confirm(&self, yes: Option<bool>, question: &Question) -> Result<bool> {
        if yes.unwrap_or(self.in_ci) {
            return Ok(true);
        }
        if !self.can_answer {
            return Err(Problem::usage(
                "confirmation-required",
                "changes require confirmation, but standard input or standard error isn't a terminal, and no CI system was detected",
            )
            .fix("use --yes, or set COGMIG_YES=true")
            .into());
        }
        // The plan must be visible on the terminal before it's confirmed.
        if self.output == Output::Json || !std::io::stdout().is_terminal() {
            let transcript = self.transcript();
            print_error(&header::text(&transcript, true, 80));
            if let Some(report) = &transcript.report {
                print_error(&final_report::text(report, 80));
            }
            print_error(&plan::text(&transcript, 80, colors_enabled_stderr()));
        }
        prompt::confirm(question)
    }

    /// Checks that the output was written to standard output.
    ///
    /// # Errors
    /// The first write that failed.
    pub fn check_written(&self) -> Result<()> {
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

    fn transcript(&self) -> MutexGuard<'_, Transcript> {
        self.transcript
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
