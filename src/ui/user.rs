//! The report about a user, for people. Values of attributes are printed only with `--show-values`.

use std::fmt::Write;

use cogmig_core::diagnosis::Forecast;
use cogmig_core::found::{Found, OldMatch, UserLog};
use cogmig_core::identity::Side;
use cogmig_core::reasons;
use cogmig_core::status::{Sums, Unread};
use cogmig_core::text::on_one_line;
use cogmig_core::time::period;
use cogmig_core::users::ListedUser;
use console::Style;
use rules::attributes::is_verified_in_old;
use rules::log;
use rules::reasons::{Fault, Rejection};
use rules::settings::CONTACTS;

use super::moment::{ago, moment};
use super::wrap::{fill, hanging_indent};

/// The most users that one page of ListUsers has.
const PAGE: usize = 60;

/// The columns of a label.
const COLUMNS: usize = 14;

/// The report, wrapped at a width.
pub fn text(found: &Found, width: usize, colors: bool) -> String {
    let mut page = Page {
        text: String::new(),
        found,
        width,
        colors,
    };
    page.detached();
    page.heading(&heading(Side::Old, found.old.len()));
    for (index, one) in found.old.iter().enumerate() {
        page.separate(index);
        page.user(&one.user);
        page.forecast(one);
        page.log(&one.log);
    }
    page.heading(&heading(Side::New, found.new.len()));
    for (index, one) in found.new.iter().enumerate() {
        page.separate(index);
        page.user(one);
    }
    page.result();
    page.text.trim_end().to_owned()
}

fn heading(side: Side, count: usize) -> String {
    let side = match side {
        Side::Old => "Old pool",
        Side::New => "New pool",
    };
    match count {
        0 => format!("{side}: no user with this name"),
        1 => format!("{side}: 1 user"),
        many if many >= PAGE => format!("{side}: {many} users or more"),
        many => format!("{side}: {many} users"),
    }
}

/// What the forecast or the check says of a user.
pub fn migrated(forecast: &Forecast) -> String {
    match forecast {
        Forecast::Migrated(attributes) if attributes.is_empty() => {
            "the user would be migrated, without attributes".to_owned()
        }
        Forecast::Migrated(attributes) => {
            let attributes = attributes.join(", ");
            format!("the user would be migrated, with the attributes {attributes}")
        }
        Forecast::Rejected(why) => format!("the user would be rejected: {why}"),
        Forecast::Broken(broken) => format!("unknown: {broken}. Run `cogmig verify`"),
    }
}

/// The text so far, and its layout.
struct Page<'a> {
    text: String,
    found: &'a Found,
    width: usize,
    colors: bool,
}

impl Page<'_> {
    fn heading(&mut self, text: &str) {
        let bold = Style::new().bold().force_styling(self.colors);
        let text = fill(text, self.width);
        let _ = writeln!(self.text, "\n{}", bold.apply_to(text));
    }

    fn line(&mut self, label: &str, text: &str) {
        let label = format!("  {label:<COLUMNS$}");
        let _ = writeln!(self.text, "{}", hanging_indent(&label, text, self.width));
    }

    /// The forecast is of the function, which Cognito doesn't invoke without the trigger.
    fn detached(&mut self) {
        if self.found.deployed && !self.found.attached {
            let text = "The migration trigger isn't attached to the new user pool, so no sign-in migrates a user. Run `cogmig setup` to fix it.";
            let red = Style::new().red().bold().force_styling(self.colors);
            let text = fill(text, self.width);
            let _ = writeln!(self.text, "\n{}", red.apply_to(text));
        }
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.text.push('\n');
        }
    }

    fn user(&mut self, listed: &ListedUser) {
        let user = &listed.user;
        if self.found.show_values {
            self.line("username", &on_one_line(&user.username));
        }
        let enabled = if user.enabled { "enabled" } else { "disabled" };
        self.line("status", &format!("{}, {enabled}", listed.status));
        let verified = verified(listed).join(", ");
        let none = "no email or phone number";
        self.line(
            "verified",
            if verified.is_empty() { none } else { &verified },
        );
        for (label, time) in [("created", listed.created), ("changed", listed.changed)] {
            if let Some(time) = time {
                let text = format!("{}, {}", moment(time), ago(self.found.now, time));
                self.line(label, &text);
            }
        }
        if self.found.show_values {
            for (name, value) in &user.attributes {
                let (name, value) = (on_one_line(name), on_one_line(value));
                self.line("attribute", &format!("{name} = {value}"));
            }
        } else {
            let names: Vec<_> = user
                .attributes
                .iter()
                .map(|(name, _)| on_one_line(name))
                .collect();
            self.line("attributes", &names.join(", "));
        }
    }

    fn forecast(&mut self, one: &OldMatch) {
        let Some(forecast) = one.forecast else {
            let variable = self.found.invalid.unwrap_or_default();
            let text = format!(
                "unknown, because the variable {variable} of the function is invalid. Run `cogmig setup` to fix it"
            );
            return self.line("migration", &text);
        };
        let text = match forecast {
            Ok(()) if !self.found.new.is_empty() => {
                "none, because the new pool already has a user with this name".to_owned()
            }
            Ok(()) => {
                let text = "a sign-in with the right password would migrate the user";
                match &self.found.unknown[..] {
                    [] => text.to_owned(),
                    unknown => format!(
                        "{text}, unless one of these rejects it: {}. ListUsers doesn't show them",
                        unknown.join(", ")
                    ),
                }
            }
            Err(rejection) => format!(
                "no sign-in would migrate the user ({}): {}",
                rejection.code(),
                reasons::text(rejection)
            ),
        };
        self.line("migration", &text);
        if let Some(reset) = one.reset.filter(|_| self.found.new.is_empty()) {
            self.line("reset", &by_reset(reset, self.found.reset_depends_on_mfa));
        }
    }

    fn log(&mut self, log: &Result<UserLog, Unread>) {
        let UserLog { since, sign_ins } = match log {
            Ok(log) => log,
            Err(unread) => {
                self.line("sign-ins", &format!("unknown: {}", unread.why));
                if let Some(fix) = unread.fix() {
                    self.line("fix:", &fix);
                }
                return;
            }
        };
        let errors = "Errors before the user was read aren't included";
        self.line(
            "sign-ins",
            &format!(
                "{}, in the last {}. {errors}",
                sums(sign_ins),
                period(self.found.now - since)
            ),
        );
    }

    fn result(&mut self) {
        let found = self.found;
        self.text.push('\n');
        if let Some(check) = &found.check {
            let text = format!("Password check: {}", migrated(check));
            let _ = writeln!(self.text, "{}", fill(&text, self.width));
        }
        let note = match (found.old.is_empty(), found.new.is_empty(), found.deployed) {
            (_, false, _) => {
                "The new pool has a user with this name. Cognito doesn't invoke the migration trigger for users who exist in the new pool."
            }
            (false, true, false) => {
                "The function doesn't exist. The result is for the rules that `cogmig setup` would deploy with these options."
            }
            _ => return,
        };
        let _ = writeln!(self.text, "{}", fill(note, self.width));
    }
}

/// What the forecast says of a password reset request.
fn by_reset(forecast: Result<(), Rejection>, depends_on_mfa: bool) -> String {
    match forecast {
        Ok(()) if depends_on_mfa => {
            "a password reset request would migrate the user, unless the user has MFA that can't be migrated"
                .to_owned()
        }
        Ok(()) => "a password reset request would migrate the user".to_owned(),
        Err(rejection) => format!(
            "no password reset request would migrate the user ({})",
            rejection.code()
        ),
    }
}

/// The verified contacts of a user.
pub fn verified(listed: &ListedUser) -> Vec<&'static str> {
    let attributes = &listed.user.attributes;
    let mut contacts = CONTACTS.to_vec();
    contacts.retain(|contact| {
        let exists = attributes.iter().any(|(name, _)| name == contact);
        exists && is_verified_in_old(attributes, contact)
    });
    contacts
}

/// The sign-ins of a user, in words.
fn sums(sums: &Sums) -> String {
    let reasons = |outcome: &'static str| {
        let reasons = sums.reasons(outcome).into_iter();
        let reasons = reasons.filter(|(reason, _)| *reason != Fault::Throttled.code());
        let reasons: Vec<_> = reasons
            .map(|(reason, tally)| format!("{reason} {}", tally.lines))
            .collect();
        if reasons.is_empty() {
            String::new()
        } else {
            format!(" ({})", reasons.join(", "))
        }
    };
    format!(
        "{} approved, {} rejected{}, {} failed{}, {} throttled",
        sums.approved.lines,
        sums.rejected,
        reasons(log::REJECTED),
        sums.faults,
        reasons(log::FAULT),
        sums.throttled,
    )
}
