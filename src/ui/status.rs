//! The progress of a migration, for people. Problems come first.

use std::fmt::Write;

use cogmig_core::identity::Identity;
use cogmig_core::status::Status;
use console::Style;

use super::counts;
use super::drift;
use super::moment::{ago, moment};
use super::problem;
use super::wrap::{fill, hanging_indent};

/// The width of the bar of approved users, in columns.
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

/// The first line of the report, if the trigger of a deployment isn't attached.
pub fn detached(status: &Status, width: usize, colors: bool) -> Option<String> {
    if status.attached || status.deployed() == "none" {
        return None;
    }
    let text = "The migration trigger isn't attached to the new user pool. Users who haven't been migrated can't sign in.";
    let style = Style::new().red().bold().force_styling(colors);
    Some(format!("{}\n\n", style.apply_to(fill(text, width))))
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

    fn users(&mut self, status: &Status) {
        self.heading("Users");
        match &status.log {
            Ok(log) => {
                if let Some(percent) = status.percent() {
                    self.bar(percent);
                }
                let approved = counts::approved(&log.approved, log.begins);
                self.line("  approved    ", &approved);
            }
            Err(_) if status.deployed() == "none" => {}
            Err(_) => self.line(
                "  approved    ",
                "unknown, because the function's log can't be read",
            ),
        }
        match &status.metric {
            Ok(metric) if status.deployed() == "none" && metric.approvals == 0 => {}
            Err(_) if status.deployed() == "none" => {}
            metric => self.line("  approvals   ", &counts::metric(metric.as_ref())),
        }
        if let Err(unread) = &status.metric
            && let Some(fix) = unread.fix()
            && status.deployed() != "none"
        {
            self.line("  fix:        ", &fix);
        }
        let (old, new) = (status.users.old, status.users.new);
        self.line("  old pool    ", &counts::old_pool(old));
        self.line("  new pool    ", &counts::new_pool(new));
    }

    /// A percentage as a bar.
    fn bar(&mut self, percent: u64) {
        let full = usize::try_from(percent * BAR / 100).unwrap_or_default();
        let rest = usize::try_from(BAR).unwrap_or_default() - full;
        if self.width < full + rest + 36 {
            return;
        }
        let style = Style::new().green().force_styling(self.colors);
        let full = style.apply_to("█".repeat(full)).to_string();
        let rest = "░".repeat(rest);
        let _ = writeln!(
            self.text,
            "  {full}{rest} {percent} % of the old pool's users approved"
        );
    }

    fn sign_ins(&mut self, status: &Status) {
        let log = match &status.log {
            Ok(log) => log,
            Err(unread) => {
                self.heading("Sign-ins of users who aren't in the new pool");
                self.line("  unknown     ", &unread.why);
                if let Some(fix) = unread.fix() {
                    self.line("  fix:        ", &fix);
                }
                return;
            }
        };
        let sums = &log.recent;
        self.heading(&format!(
            "Sign-ins of users who aren't in the new pool, since {}",
            moment(log.since)
        ));
        for (label, text) in counts::by_result(sums) {
            self.line(&format!("  {label:<10}  "), &text);
        }
        if log.not_created.is_none() {
            let unknown = "Whether approved users were created is unknown, because the log doesn't identify users.";
            self.line("              ", unknown);
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
