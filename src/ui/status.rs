//! How far a migration is, as text and as JSON. Pure.

use std::fmt::Write;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use cogmig_core::identity::{Identity, Side};
use cogmig_core::status::{Log, Resource, State, Status, Sums, share};
use console::Style;
use serde_json::{Value, json};

use super::problem;
use super::reason;
use super::wrap::hanging_indent;

/// For people.
pub fn text(accounts: &[Identity], status: &Status, width: usize, colours: bool) -> String {
    let mut page = Page {
        text: String::new(),
        width,
        colours,
    };
    if status.deployed() == "none" {
        page.heading(&format!(
            "Nothing of the deployment `{}` stands.",
            status.deployment
        ));
    } else {
        for side in [Side::Old, Side::New] {
            page.resources(accounts, status, side);
        }
    }
    if !status.warnings.is_empty() {
        let warnings = problem::warnings(&status.warnings, width, colours);
        let _ = writeln!(page.text, "\n{warnings}");
    }
    page.users(status);
    if status.deployed() != "none" {
        page.trigger(status);
        page.sign_ins(status);
    }
    page.heading("Left to do before the old account can be closed");
    for what in &status.next_steps {
        page.line("  - ", what);
    }
    page.text.trim_end().to_owned()
}

/// What is written so far, and how.
struct Page {
    text: String,
    width: usize,
    colours: bool,
}

impl Page {
    fn heading(&mut self, text: &str) {
        let bold = Style::new().bold().force_styling(self.colours);
        let _ = writeln!(self.text, "\n{}", bold.apply_to(text));
    }

    /// Words after a head, and under each other where they need more than one line.
    fn line(&mut self, head: &str, words: &str) {
        let _ = writeln!(self.text, "{}", hanging_indent(head, words, self.width));
    }

    fn resources(&mut self, accounts: &[Identity], status: &Status, side: Side) {
        let all = &status.resources;
        let longest = |of: fn(&Resource) -> usize| all.iter().map(of).max().unwrap_or(0);
        let (kinds, names) = (
            longest(|one| one.address.kind.as_str().len()),
            longest(|one| one.address.name.len()),
        );
        let place = accounts.iter().find(|one| one.side == side);
        let place = place.map_or(String::new(), |one| format!(" {}  {}", one.id, one.region));
        let word = if side == Side::Old { "Old" } else { "New" };
        self.heading(&format!("{word} account{place}"));
        for one in all.iter().filter(|one| one.address.side == side) {
            let colour = match one.state {
                State::InSync => Style::new(),
                State::Drifted => Style::new().yellow(),
                State::Missing => Style::new().red(),
                State::ManualAction => Style::new().magenta().bold(),
            };
            let colour = colour.force_styling(self.colours);
            let (glyph, kind, name) = (
                one.state.glyph(),
                one.address.kind.as_str(),
                &one.address.name,
            );
            let head = format!("  {glyph} {kind:kinds$}  {name:names$}");
            let said = said(one);
            let fits = head.len() + 2 + said.chars().count() <= self.width;
            let head = if fits { head.as_str() } else { head.trim_end() };
            let _ = write!(self.text, "{}", colour.apply_to(head));
            if fits {
                let _ = writeln!(self.text, "  {said}");
            } else {
                self.text.push('\n');
                self.line(&format!("    {:kinds$}  ", ""), &said);
            }
        }
    }

    fn users(&mut self, status: &Status) {
        let about = |count: Option<u64>| count.map_or("not known".into(), |n| format!("about {n}"));
        let (old, new) = (status.users.old, status.users.new);
        self.heading("Users");
        self.line("  old pool    ", &about(old));
        let new = format!("{}, with those who signed up there", about(new));
        self.line("  new pool    ", &new);
        if let Ok(log) = &status.log {
            self.line("  moved       ", &moved(log, old));
        } else if status.deployed() != "none" {
            self.line("  moved       ", "not known without the function's log");
        }
        self.line(
            "              ",
            "The pools' counts are AWS's estimates; who moves stays in the old pool too.",
        );
    }

    fn trigger(&mut self, status: &Status) {
        self.heading("Trigger");
        let attached = if status.attached {
            "is the new pool's UserMigration trigger"
        } else {
            "is not the new pool's UserMigration trigger, see above"
        };
        self.line("  function    ", attached);
        let since = match status.began {
            Some(began) => format!(
                "{}, {}: the Lambda's role was made then",
                moment(began),
                ago(status.now, began)
            ),
            None => "not known, since the Lambda's role is not there".to_owned(),
        };
        self.line("  set up      ", &since);
        if let Some(changed) = status.changed {
            let since = format!("{}, {}", moment(changed), ago(status.now, changed));
            self.line(
                "  changed     ",
                &format!("{since}: its code or configuration"),
            );
        }
    }

    fn sign_ins(&mut self, status: &Status) {
        self.heading("Sign-ins by which users move");
        let log = match &status.log {
            Ok(log) => log,
            Err(unread) => {
                self.line("  not known   ", &unread.why);
                if let Some(grant) = unread.grant {
                    let grant = format!("grant {grant} to the credentials of the new profile");
                    self.line("  fix:        ", &grant);
                }
                return;
            }
        };
        let sums = &log.recent.of;
        let mut since = format!("{}, by the function's log", moment(log.since));
        if !log.recent.complete {
            since.push_str("; a sample, the newest of more than can be counted here");
        }
        self.line("  since       ", &since);
        for (what, count, outcome) in [
            ("moved", sums.migrated, None),
            ("rejected", sums.rejected, Some("rejected")),
            ("faults", sums.faults + sums.throttled, Some("fault")),
        ] {
            let reasons = outcome.map(|outcome| reasons(sums, outcome));
            let reasons = reasons.filter(|reasons| !reasons.is_empty());
            let reasons = reasons.map_or(String::new(), |reasons| format!(": {reasons}"));
            self.line(&format!("  {what:<10}  "), &format!("{count}{reasons}"));
        }
    }
}

/// What is said of a resource.
fn said(one: &Resource) -> String {
    let why = reason::why(&one.reasons, &one.edits);
    match (one.state, why.as_str()) {
        (State::InSync, _) => "as it should be".to_owned(),
        (State::Missing, "") => "missing".to_owned(),
        (State::Missing, why) => format!("missing, {why}"),
        (State::Drifted, why) => format!("differs: {why}"),
        (State::ManualAction, why) => why.to_owned(),
    }
}

fn moved(log: &Log, old: Option<u64>) -> String {
    let count = log.migrated.of;
    let least = if log.migrated.complete {
        ""
    } else {
        "at least "
    };
    let percent = old.and_then(|old| Some((old, share(count, old)?)));
    let share = percent.map_or(String::new(), |(old, percent)| {
        format!(" of about {old} ({percent} %)")
    });
    let since = moment(log.migrated_since);
    format!("{least}{count}{share}, by the function's log since {since}")
}

fn reasons(sums: &Sums, outcome: &str) -> String {
    let reasons = sums.reasons(outcome).into_iter();
    let reasons = reasons.map(|(reason, count)| format!("{reason} {count}"));
    reasons.collect::<Vec<_>>().join(", ")
}

fn stamp(seconds: i64) -> String {
    let time = DateTime::from_secs(seconds).fmt(Format::DateTime);
    time.unwrap_or_else(|_| seconds.to_string())
}

/// To the minute.
fn moment(seconds: i64) -> String {
    let stamp = stamp(seconds);
    let minute = stamp.get(..16).unwrap_or(&stamp);
    format!("{} UTC", minute.replace('T', " "))
}

fn ago(now: i64, then: i64) -> String {
    let minutes = (now - then).max(0) / 60;
    let (count, what) = match minutes {
        0..120 => (minutes, "minute"),
        120..2880 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s} ago")
}

/// For programs, its members in a stable order.
pub fn json(status: &Status) -> Value {
    let log = status.log.as_ref();
    let unread = log.err();
    json!({
        "deployment": status.deployment,
        "deployed": status.deployed(),
        "resources": status.resources.iter().map(|one| json!({
            "side": one.address.side.as_str(),
            "kind": one.address.kind.as_str(),
            "name": one.address.name,
            "state": one.state.as_str(),
            "why": reason::why(&one.reasons, &one.edits),
        })).collect::<Vec<_>>(),
        "users": {
            "old_estimate": status.users.old,
            "new_estimate": status.users.new,
            "moved": log.ok().map(|log| json!({
                "count": log.migrated.of,
                "complete": log.migrated.complete,
                "since": stamp(log.migrated_since),
                "percent": status.users.old.and_then(|old| share(log.migrated.of, old)),
            })),
        },
        "trigger": {
            "attached": status.attached,
            "set_up": status.began.map(stamp),
            "changed": status.changed.map(stamp),
        },
        "sign_ins": log.ok().map(sign_ins),
        "unread": unread.map(|unread| json!({
            "message": unread.why,
            "grant": unread.grant,
        })),
        "next_steps": status.next_steps,
    })
}

fn sign_ins(log: &Log) -> Value {
    let sums = &log.recent.of;
    json!({
        "since": stamp(log.since),
        "complete": log.recent.complete,
        "migrated": sums.migrated,
        "rejected": sums.rejected,
        "throttled": sums.throttled,
        "faults": sums.faults,
        "reasons": sums.reasons.iter().map(|((outcome, reason), count)| json!({
            "outcome": outcome,
            "reason": reason,
            "count": count,
        })).collect::<Vec<_>>(),
    })
}
