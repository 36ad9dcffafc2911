//! The plan, for people.

use std::fmt::Write;

use cogmig_core::plan::Action;
use console::Style;

use super::listing::{Row, by_account};
use super::problem;
use super::transcript::{Line, Transcript};
use super::wrap::fill;

/// The changes by account, the warnings, and the numbers of changes.
pub fn text(transcript: &Transcript, width: usize, colors: bool) -> String {
    let rows: Vec<_> = transcript.changes.iter().map(row).collect();
    let mut text = by_account(&transcript.accounts, &rows, width, colors);
    if !transcript.warnings.is_empty() {
        let warnings = problem::warnings(&transcript.warnings, width, colors);
        let _ = writeln!(text, "\n{warnings}");
    }
    if !transcript.changes.is_empty() {
        let _ = write!(text, "\n{}", fill(&tally(transcript), width));
    }
    text.trim_end().to_owned()
}

fn row(line: &Line) -> Row<'_> {
    Row {
        side: line.address.side,
        glyph: line.action.glyph(),
        style: match line.action {
            Action::Create => Style::new().green(),
            Action::Update => Style::new().yellow(),
            Action::Delete => Style::new().red(),
            Action::Conflict => Style::new().magenta().bold(),
        },
        name: line.name(),
        details: &line.details,
    }
}

fn tally(transcript: &Transcript) -> String {
    let count = |action| transcript.count(action);
    let mut text = format!(
        "Plan: {} to add, {} to change, {} to delete",
        count(Action::Create),
        count(Action::Update),
        count(Action::Delete)
    );
    match count(Action::Conflict) {
        0 => {}
        1 => text.push_str(", 1 conflict"),
        many => {
            let _ = write!(text, ", {many} conflicts");
        }
    }
    text.push('.');
    text
}

/// A conflict in one line, for standard error.
pub fn conflict(line: &Line) -> String {
    let (side, name) = (line.address.side.as_str(), line.name());
    let details = line.details.join("; ");
    format!("manual action required: {name} in the {side} account: {details}")
}
