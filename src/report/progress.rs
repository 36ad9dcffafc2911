//! What moves while a command runs, on standard error: a spinner with the elapsed
//! time on a terminal, plain lines in a pipeline.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// In a pipeline, how often a wait that goes on is told.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// The progress of one command.
pub struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    running: Mutex<Running>,
}

struct Running {
    since: Instant,
    waiting_told: Duration,
}

impl Progress {
    /// On a terminal, or in plain lines; or, with `quiet`, not at all.
    pub fn new(terminal: bool, quiet: bool) -> Self {
        let style = ProgressStyle::with_template("  {spinner} {msg} [{elapsed}]")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        Self {
            bar: terminal.then(|| ProgressBar::new_spinner().with_style(style)),
            quiet,
            running: Mutex::new(Running {
                since: Instant::now(),
                waiting_told: Duration::ZERO,
            }),
        }
    }

    /// A line that stays.
    pub fn say(&self, text: &str) {
        if self.quiet {
            return;
        }
        match &self.bar {
            Some(bar) => bar.suspend(|| super::complain(text)),
            None => super::complain(text),
        }
    }

    /// A change begins.
    pub fn start(&self, what: &str) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Running {
            since: Instant::now(),
            waiting_told: Duration::ZERO,
        };
        if let Some(bar) = &self.bar {
            bar.reset_elapsed();
            bar.set_message(what.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
        }
    }

    /// Something has been waited for this long.
    pub fn waiting(&self, what: &str, since: Duration) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("waiting for {what}"));
            return;
        }
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let told = running.waiting_told;
        if told.is_zero() || since >= told + TELL_EVERY {
            running.waiting_told = since.max(Duration::from_millis(1));
            drop(running);
            self.say(&format!("  waiting for {what} [{}s]", since.as_secs()));
        }
    }

    /// A change was made.
    pub fn done(&self, what: &str) {
        self.end(what, "done");
    }

    /// A change could not be made.
    pub fn failed(&self, what: &str) {
        self.end(what, "failed");
    }

    /// Leaves nothing moving.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn end(&self, what: &str, how: &str) {
        self.clear();
        let since = self
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .since;
        self.say(&format!(
            "  {what}  {how} in {:.1}s",
            since.elapsed().as_secs_f32()
        ));
    }
}
