//! The progress of a migration, for people. Problems come first.

use std::fmt::Write;

use cogmig_core::identity::Identity;
use cogmig_core::status::{Log, Status, Sums, share};
use console::Style;
use rules::log;
use rules::reasons::Fault;

use super::drift;
use super::moment::{ago, moment};
use super::problem;
use super::wrap::{fill, hanging_indent};

/// The width of the bar of migrated users, in columns.
const BAR: u64 = 40;

/// The status, wrapped at a width.
pub fn text(accounts: &[Identity], status: &Status, width: usize, colors: bool) -> String {
    let mut page = Page {
        text: String::new(),
        width,
        colors,
    };
    let is_deployed = status.deployed() != "none";
    if is_deployed {
        page.detached(status);
        let drift = drift::text(accounts, &status.resources, width, colors);
        let _ = writeln!(page.text, "{drift}");
    } else {
        let deployment = &status.deployment;
        page.heading(&format!("Deployment `{deployment}` doesn't exist."));
    }
    if !status.warnings.is_empty() {
        let warnings = problem::warnings(&status.warnings, width, colors);
        let _ = writeln!(page.text, "\n{warnings}");
    }
    page.users(status);
    if is_deployed {
        page.sign_ins(status);
        page.function(status);
    }
    page.heading("Next steps before you can close the old account");
    for step in &status.next_steps {
        page.line("  - ", step);
    }
    page.text.trim_end().to_owned()
}

/// The text so far, and its layout.
struct Page {
    text: String,
    width: usize,
    colors: bool,
}

impl Page {
    fn heading(&mut self, text: &str) {
        let bold = Style::new().bold().force_styling(self.colors);
        let text = fill(text, self.width);
        let _ = writeln!(self.text, "\n{}", bold.apply_to(text));
    }

    fn line(&mut self, label: &str, text: &str) {
        let _ = writeln!(self.text, "{}", hanging_indent(label, text, self.width));
    }

    fn detached(&mut self, status: &Status) {
        if !status.attached {
            let text = "The migration trigger isn't attached to the new user pool. Users who haven't been migrated can't sign in.";
            let text = fill(text, self.width);
            let style = Style::new().red().bold().force_styling(self.colors);
            let _ = writeln!(self.text, "\n{}", style.apply_to(text));
        }
    }

    fn users(&mut self, status: &Status) {
        let about = |count: Option<u64>| match count {
            Some(count) => format!("about {count}"),
            None => "unknown".to_owned(),
        };
        let (old, new) = (status.users.old, status.users.new);
        self.heading("Users");
        if let Ok(log) = &status.log {
            self.migrated(log, old);
        } else if status.deployed() != "none" {
            let unknown = "unknown, because the function's log can't be read";
            self.line("  migrated    ", unknown);
        }
        let old = format!("{} (AWS's estimate, includes migrated users)", about(old));
        self.line("  old pool    ", &old);
        let new = format!(
            "{} (AWS's estimate, includes users who signed up there)",
            about(new)
        );
        self.line("  new pool    ", &new);
    }

    fn migrated(&mut self, log: &Log, old: Option<u64>) {
        let count = log.migrated.of;
        let least = if log.migrated.complete {
            ""
        } else {
            "at least "
        };
        let percent = old.and_then(|old| Some((old, share(count, old)?)));
        let mut text = format!("{least}{count}");
        if let Some((old, percent)) = percent {
            let _ = write!(text, " of about {old} ({percent} %)");
            self.bar(percent);
        }
        let since = moment(log.migrated_since);
        let _ = write!(text, " since {since}, counted from the function's log");
        self.line("  migrated    ", &text);
    }

    /// The percentage of migrated users as a bar.
    fn bar(&mut self, percent: u64) {
        let full = usize::try_from(percent * BAR / 100).unwrap_or_default();
        let rest = usize::try_from(BAR).unwrap_or_default() - full;
        if self.width < full + rest + 4 {
            return;
        }
        let style = Style::new().green().force_styling(self.colors);
        let full = style.apply_to("█".repeat(full)).to_string();
        let _ = writeln!(self.text, "  {full}{}", "░".repeat(rest));
    }

    fn sign_ins(&mut self, status: &Status) {
        let log = match &status.log {
            Ok(log) => log,
            Err(unread) => {
                self.heading("Sign-ins of users who aren't in the new pool");
                self.line("  unknown     ", &unread.why);
                if let Some(grant) = unread.grant {
                    let grant =
                        format!("allow {grant} in an IAM policy of the new profile's role or user");
                    self.line("  fix:        ", &grant);
                }
                return;
            }
        };
        let sums = &log.recent.of;
        self.heading(&format!(
            "Sign-ins of users who weren't in the new pool, since {}",
            moment(log.since)
        ));
        for (label, count, reasons) in [
            ("migrated", sums.migrated, String::new()),
            ("rejected", sums.rejected, reasons(sums, log::REJECTED)),
            ("failed", sums.faults, reasons(sums, log::FAULT)),
            ("throttled", sums.throttled, String::new()),
        ] {
            let separator = if reasons.is_empty() { "" } else { ": " };
            let text = format!("{count}{separator}{reasons}");
            self.line(&format!("  {label:<10}  "), &text);
        }
        if !log.recent.complete {
            let sample = "Only the newest sign-ins are counted, because there are too many.";
            self.line("              ", sample);
        }
    }

    fn function(&mut self, status: &Status) {
        self.heading("Migration trigger");
        let attached = if status.attached {
            "attached"
        } else {
            "not attached"
        };
        self.line("  state       ", attached);
        for (label, time) in [
            ("  set up      ", status.began),
            ("  changed     ", status.changed),
        ] {
            if let Some(time) = time {
                let text = format!("{}, {}", moment(time), ago(status.now, time));
                self.line(label, &text);
            }
        }
    }
}

fn reasons(sums: &Sums, outcome: &str) -> String {
    // Throttled sign-ins have a line of their own.
    let reasons = sums.reasons(outcome).into_iter();
    let reasons = reasons.filter(|(reason, _)| *reason != Fault::Throttled.code());
    let reasons = reasons.map(|(reason, count)| format!("{reason} {count}"));
    reasons.collect::<Vec<_>>().join(", ")
}
