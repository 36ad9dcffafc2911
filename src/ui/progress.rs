//! Progress on standard error: on a terminal, a spinner with the elapsed time for each change in
//! progress. In a pipeline, plain lines.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::output::print_error;

/// The interval at which a long wait is printed in a pipeline.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

/// The progress of one command.
pub struct Progress {
    terminal: Option<MultiProgress>,
    quiet: bool,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    changes: BTreeMap<usize, (Instant, Option<ProgressBar>)>,
    waiting: Option<ProgressBar>,
    /// The waits that were printed, each with its duration at that time.
    reported: BTreeMap<String, Duration>,
}

impl Progress {
    /// On a terminal, in plain lines, or, with `quiet`, without any output.
    pub fn new(terminal: bool, quiet: bool) -> Self {
        Self {
            terminal: terminal.then(MultiProgress::new),
            quiet,
            running: Mutex::default(),
        }
    }

    /// Prints a line.
    pub fn print(&self, text: &str) {
        if self.quiet {
            return;
        }
        match &self.terminal {
            Some(bars) => bars.suspend(|| print_error(text)),
            None => print_error(text),
        }
    }

    /// A change is started.
    pub fn start(&self, index: usize, what: &str) {
        let bar = self.spinner(what.to_owned());
        let mut running = self.running();
        running.changes.insert(index, (Instant::now(), bar));
    }

    /// The command has waited this long.
    pub fn waiting(&self, what: &str, since: Duration) {
        let text = format!("waiting for {what}");
        let mut running = self.running();
        if self.terminal.is_some() {
            match &running.waiting {
                Some(bar) => bar.set_message(text),
                None => running.waiting = self.spinner(text),
            }
            return;
        }
        let reported = running.reported.get(what).copied().unwrap_or_default();
        if reported.is_zero() || since < reported || since >= reported + REPORT_INTERVAL {
            let duration = since.max(Duration::from_millis(1));
            running.reported.insert(what.to_owned(), duration);
            drop(running);
            self.print(&format!("  {text} [{}s]", since.as_secs()));
        }
    }

    /// The wait ended.
    pub fn waited(&self) {
        if let Some(waiting) = self.running().waiting.take() {
            waiting.finish_and_clear();
        }
    }

    /// A change was applied.
    pub fn done(&self, index: usize, what: &str) {
        self.end(index, what, "done");
    }

    /// A change failed.
    pub fn failed(&self, index: usize, what: &str) {
        self.end(index, what, "failed");
    }

    /// Removes all spinners.
    pub fn clear(&self) {
        *self.running() = Running::default();
        if let Some(bars) = &self.terminal {
            // If the terminal was closed, there is nothing to clear.
            let _ = bars.clear();
        }
    }

    fn end(&self, index: usize, what: &str, how: &str) {
        self.waited();
        let change = self.running().changes.remove(&index);
        let Some((since, bar)) = change else { return };
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        self.print(&format!(
            "  {what}  {how} in {:.1}s",
            since.elapsed().as_secs_f32()
        ));
    }

    fn spinner(&self, text: String) -> Option<ProgressBar> {
        let bars = self.terminal.as_ref()?;
        let style = ProgressStyle::with_template("  {spinner} {msg} [{elapsed}]")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = bars.add(ProgressBar::new_spinner().with_style(style));
        bar.set_message(text);
        bar.enable_steady_tick(Duration::from_millis(100));
        Some(bar)
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
