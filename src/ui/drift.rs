//! The resources of a deployment that aren't in sync, for people.

use std::fmt::Write;

use cogmig_core::identity::Identity;
use cogmig_core::status::{Resource, State};
use console::Style;

use super::listing::{Row, by_account};
use super::reason;

/// Each resource that isn't in sync, by account, and the number of the others.
pub fn text(accounts: &[Identity], resources: &[Resource], width: usize, colors: bool) -> String {
    let differing = || resources.iter().filter(|one| one.state != State::InSync);
    let details: Vec<_> = differing()
        .map(|one| reason::drift(&one.reasons, &one.edits))
        .collect();
    let rows = differing().zip(&details);
    let rows: Vec<_> = rows.map(|(one, details)| row(one, details)).collect();
    let mut text = by_account(accounts, &rows, width, colors);
    let in_sync = match resources.len() - rows.len() {
        0 => return text,
        1 => "1 resource in sync".to_owned(),
        many => format!("{many} resources in sync"),
    };
    let green = Style::new().green().force_styling(colors);
    let _ = write!(text, "\n{}", green.apply_to(in_sync));
    text
}

fn row<'a>(one: &Resource, details: &'a [String]) -> Row<'a> {
    let (style, state) = match one.state {
        State::InSync => (Style::new().green(), "in sync"),
        State::Drifted => (Style::new().yellow(), "drifted"),
        State::Missing => (Style::new().red(), "missing"),
        State::ManualAction => (Style::new().magenta().bold(), "manual action required"),
    };
    let (kind, name) = (one.address.kind.as_str(), &one.address.name);
    Row {
        side: one.address.side,
        glyph: one.state.glyph(),
        style,
        name: format!("{kind} {name} ({state})"),
        details,
    }
}
