//! Text for people. Pure: each function gives what is to be printed.

use std::fmt::{Display, Write};
use std::iter;

use console::Style;

use super::{Line, Outcome, Told, Verified};
use crate::account::{Identity, Side};
use crate::deployments::Deployment;
use crate::error::on_one_line;
use crate::plan::Action;
use crate::resources::user_pool::Named;
use crate::targets::Found;

/// What a result is about: the accounts, the pools and app clients, and how many users there
/// are.
pub fn header(told: &Told) -> String {
    let mut lines = accounts(&told.accounts);
    let chosen = told.chosen.iter();
    lines.extend(chosen.map(|(side, what, named, how)| self::chosen(*side, what, named, *how)));
    lines.extend(told.users.iter().map(|(side, count)| users(*side, *count)));
    lines.join("\n")
}

/// Who the accounts are, one line per account, and what follows from that.
fn accounts(identities: &[Identity]) -> Vec<String> {
    let mut lines: Vec<_> = identities
        .iter()
        .map(|one| {
            format!(
                "{} account     {}  {}  (partition {}, profile {})",
                one.side.as_str(),
                one.id,
                one.region,
                one.partition,
                one.profile
            )
        })
        .collect();
    if let [old, new] = identities
        && old.id == new.id
    {
        lines.push(format!(
            "one account on both sides: a move from {} to {}",
            old.region, new.region
        ));
    }
    lines
}

/// Which pool or app client was settled on, and why that one.
fn chosen(side: Side, what: &str, named: &Named, how: Found) -> String {
    let named = if named.name.is_empty() {
        named.id.clone()
    } else {
        format!("{}  {}", named.id, named.name)
    };
    format!("{} {what:<10}  {named}  ({})", side.as_str(), how.as_str())
}

/// How many users a pool has.
fn users(side: Side, count: u64) -> String {
    format!(
        "{} users       about {count}, by AWS's estimate",
        side.as_str()
    )
}

/// The plan, grouped by account, and its count.
pub fn plan(told: &Told, width: usize, colours: bool) -> String {
    let style = |style: Style| style.force_styling(colours);
    let kinds = told
        .changes
        .iter()
        .map(|line| line.kind.len())
        .max()
        .unwrap_or(0);
    let names = told
        .changes
        .iter()
        .map(|line| line.name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for side in [Side::Old, Side::New] {
        let lines: Vec<_> = told
            .changes
            .iter()
            .filter(|line| line.side == side)
            .collect();
        if lines.is_empty() {
            continue;
        }
        let place = told.accounts.iter().find(|one| one.side == side);
        let place = place.map_or(String::new(), |one| format!(" {}  {}", one.id, one.region));
        let heading = format!(
            "{} account{place}",
            if side == Side::Old { "Old" } else { "New" }
        );
        let _ = writeln!(text, "\n{}", style(Style::new().bold()).apply_to(heading));
        for line in lines {
            let colour = style(match line.action {
                Action::Create => Style::new().green(),
                Action::Update => Style::new().yellow(),
                Action::Delete => Style::new().red(),
                Action::Leave => Style::new().magenta().bold(),
            });
            let head = format!(
                "  {} {:kinds$}  {:names$}",
                line.action.glyph(),
                line.kind,
                line.name
            );
            let fits = head.len() + 2 + line.why.chars().count() <= width;
            let (head, gap) = match (line.why.is_empty(), fits) {
                (true, _) => (head.trim_end().to_owned(), String::new()),
                (false, true) => (head, "  ".to_owned()),
                (false, false) => (head.trim_end().to_owned(), format!("\n    {:kinds$}  ", "")),
            };
            let _ = writeln!(
                text,
                "{}{gap}{}",
                colour.apply_to(head),
                style(Style::new().dim()).apply_to(&line.why)
            );
        }
    }
    for note in &told.notes {
        let _ = write!(text, "\n{}", hang("note:    ", note, width));
    }
    let warning = style(Style::new().yellow().bold())
        .apply_to("warning:")
        .to_string();
    for finding in &told.warnings {
        let what = hang(&format!("{warning} "), &finding.what, width);
        let remedy = hang("  try    ", &finding.remedy, width);
        let _ = write!(text, "\n{what}\n{remedy}");
    }
    if !(told.notes.is_empty() && told.warnings.is_empty()) {
        text.push('\n');
    }
    let count = |action| {
        told.changes
            .iter()
            .filter(|line| line.action == action)
            .count()
    };
    let _ = write!(
        text,
        "\n{} to create, {} to change, {} to delete",
        count(Action::Create),
        count(Action::Update),
        count(Action::Delete)
    );
    match count(Action::Leave) {
        0 => text.push('.'),
        left => {
            let _ = write!(text, ", {left} to be looked at.");
        }
    }
    text
}

/// A label and a text beside it, in lines of this width.
pub fn hang(label: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(textwrap::core::display_width(label));
    let options = whole_words(width).initial_indent(label);
    textwrap::fill(text, options.subsequent_indent(&indent))
}

/// What is to be copied stays in one piece: an ARN, `--new-pool`.
fn whole_words<'a>(width: usize) -> textwrap::Options<'a> {
    textwrap::Options::new(width)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

/// The lines of an error in this width: what stands beside a label goes on beside it.
pub fn reflow(text: &str, width: usize) -> String {
    let lines = text.lines().map(|line| {
        let indented = line.strip_prefix("  ").unwrap_or_default();
        let label = indented.find("  ").map_or("", |end| &indented[..end]);
        let beside = indented[label.len()..].trim_start();
        if label.is_empty() || beside.is_empty() {
            return textwrap::fill(line, whole_words(width));
        }
        let label = &line[..line.len() - beside.len()];
        hang(label, beside, width)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A change in a few words, for progress.
pub fn brief(line: &Line) -> String {
    format!("{} {} {}", line.action.glyph(), line.kind, line.name)
}

/// Something that a person must look at, for standard error.
pub fn left(line: &Line) -> String {
    let Line {
        side,
        kind,
        name,
        why,
        ..
    } = line;
    format!("look at: {} {kind} {name} {why}", side.as_str())
}

/// The end of a command.
pub fn outcome(told: &Told, outcome: &Outcome<'_>, quiet: bool) -> String {
    if let Outcome::Verified(verified) = outcome {
        return self::verified(told, verified);
    }
    let nothing = told.changes.iter().all(|line| line.action == Action::Leave);
    let left = told.changes.iter().any(|line| line.action == Action::Leave);
    let mut text = match outcome {
        _ if nothing && left => {
            "Nothing more to do, but for what is marked ! above: look at it.".to_owned()
        }
        Outcome::Planned | Outcome::SetUp { .. } if nothing => {
            "Nothing to do: everything stands as it should.".to_owned()
        }
        Outcome::NotDeployed {
            deployment, others, ..
        } => not_deployed(told, deployment, others),
        Outcome::Planned => "Nothing was changed.".to_owned(),
        Outcome::SetUp { probed: true, .. } => {
            "Done, and tried: old users can sign in to the new pool with their old passwords."
                .to_owned()
        }
        Outcome::SetUp { .. } => {
            "Done. Whether users can sign in was not tried, since the package is your own."
                .to_owned()
        }
        Outcome::TornDown if left => "Done, but for what is marked ! above: look at it.".to_owned(),
        Outcome::TornDown if told.accounts.len() == 1 => {
            "Done: this account is as it was before setup. The other one was not looked at."
                .to_owned()
        }
        Outcome::TornDown if !told.notes.is_empty() => {
            "Done, and see the notes above. Users who moved stay.".to_owned()
        }
        Outcome::TornDown => {
            "Done: everything is as it was before setup. Users who moved stay.".to_owned()
        }
        Outcome::Declined => "Cancelled. No changes were made.".to_owned(),
        Outcome::Verified(_) | Outcome::Status(_) => String::new(),
    };
    if let Outcome::SetUp {
        new_pool,
        new_region,
        new_clients,
        ..
    } = outcome
        && !quiet
        && !nothing
    {
        let _ = write!(
            text,
            "\n\nWhat the application has to do\n  Region      {new_region}\n  user pool   {new_pool}"
        );
        for client in new_clients {
            let _ = write!(text, "\n  app client  {client}");
        }
        let _ = write!(
            text,
            "\n  auth flow   USER_PASSWORD_AUTH, since SRP never fires the trigger"
        );
    }
    format!("\n{text}")
}

/// Nothing of the deployment exists; those that do are named, since its name may be mistyped.
fn not_deployed(told: &Told, deployment: &str, others: &[Deployment]) -> String {
    let place = match told.accounts.len() {
        1 => "this account",
        _ => "these accounts",
    };
    let mut text = format!("Nothing to do: deployment `{deployment}` doesn't exist in {place}.");
    if others.is_empty() {
        return text;
    }
    let _ = write!(text, "\n\nDeployments in {place}");
    let longest = others.iter().map(|one| one.name.len()).max().unwrap_or(0);
    for Deployment {
        name,
        old_pool,
        new_pool,
    } in others
    {
        let pools = [("old", old_pool), ("new", new_pool)];
        let pools = pools.iter().filter_map(|(side, pool)| {
            let pool = pool.as_ref()?;
            Some(format!("{side} user pool {pool}"))
        });
        let pools = pools.collect::<Vec<_>>().join(", ");
        let _ = write!(text, "\n  {name:longest$}  {pools}");
    }
    text
}

/// What verify found, a line a question.
fn verified(told: &Told, verified: &Verified) -> String {
    let drift = match told.changes.len() {
        0 => "none: everything stands as setup makes it".to_owned(),
        1 => "one resource differs, see above: `cogmig setup` with the options of before mends it"
            .to_owned(),
        many => format!(
            "{many} resources differ, see above: `cogmig setup` with the options of before mends them"
        ),
    };
    let chain = match &verified.chain {
        Ok(()) => "works: the function can ask the old pool whether a password is right".to_owned(),
        Err(broken) => broken.to_string().replace('\n', "\n       "),
    };
    let mut text = format!("\ndrift  {drift}\nchain  {chain}");
    if let Some(user) = &verified.user {
        let _ = write!(text, "\nuser   {user}");
    }
    text
}

/// What failed, and what stands now.
pub fn failure(told: &Told, error: &anyhow::Error, colours: bool) -> String {
    let style = Style::new().red().bold().force_styling(colours);
    let errors = iter::once(error).chain(&told.also).map(|error| {
        let mut text = format!("{} {}", style.apply_to("error:"), printable(error));
        for cause in error.chain().skip(1) {
            let _ = write!(text, "\n  because     {}", printable(cause));
        }
        text
    });
    let mut text = errors.collect::<Vec<_>>().join("\n\n");
    let done = told
        .changes
        .iter()
        .filter(|line| line.status == "done")
        .count();
    if told
        .changes
        .iter()
        .any(|line| ["started", "done", "failed"].contains(&line.status))
    {
        let all = told
            .changes
            .iter()
            .filter(|line| line.action != Action::Leave)
            .count();
        let _ = write!(
            text,
            "\n\n{done} of {all} changes were made and stand. Run the same command again to continue, or `cogmig teardown` to put everything back."
        );
    }
    if told.changes.iter().any(|line| line.status == "started") {
        text.push_str(" What was in hand may be half-made.");
    }
    text
}

/// The lines of an error, in which what others wrote moves no cursor.
fn printable(error: &(impl Display + ?Sized)) -> String {
    let text = error.to_string();
    let lines: Vec<_> = text.lines().map(on_one_line).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_goes_on_beside_its_label() {
        let text = "error: iam:CreateRole failed in the new account 222222222222 (eu-central-1, profile `new`)\n  AWS says    AccessDenied: not authorized to perform: iam:CreateRole on resource: arn:aws:iam::222222222222:role/cognito-migration-lambda\n  try         --new-profile";
        assert_eq!(
            reflow(text, 60),
            "error: iam:CreateRole failed in the new account 222222222222\n(eu-central-1, profile `new`)\n  AWS says    AccessDenied: not authorized to perform:\n              iam:CreateRole on resource:\n              arn:aws:iam::222222222222:role/cognito-migration-lambda\n  try         --new-profile"
        );
    }
}
