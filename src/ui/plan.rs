//! The plan, for people.

use std::fmt::Write;

use cogmig_core::identity::Side;
use cogmig_core::plan::Action;
use console::Style;

use super::problem;
use super::transcript::{Line, Transcript};

/// The plan, grouped by account, and its count.
pub fn text(told: &Transcript, width: usize, colours: bool) -> String {
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
    if !told.warnings.is_empty() {
        let warnings = problem::warnings(&told.warnings, width, colours);
        let _ = writeln!(text, "\n{warnings}");
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
