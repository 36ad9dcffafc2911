//! Resources by account: one line with the name of each, and its details on the next lines.

use std::fmt::Write;

use cogmig_core::identity::{Identity, Side};
use console::Style;

use super::wrap::{fill, hanging_indent};

/// One resource.
pub struct Row<'a> {
    /// Its account.
    pub side: Side,
    /// One character for what happens to it, or for its state.
    pub glyph: char,
    /// The color of its name.
    pub style: Style,
    /// Its kind and its name.
    pub name: String,
    /// Its details.
    pub details: &'a [String],
}

/// The resources of the old account, then those of the new one.
pub fn by_account(accounts: &[Identity], rows: &[Row<'_>], width: usize, colors: bool) -> String {
    let mut text = String::new();
    for side in [Side::Old, Side::New] {
        let mut rows = rows.iter().filter(|row| row.side == side).peekable();
        if rows.peek().is_none() {
            continue;
        }
        let account = accounts.iter().find(|one| one.side == side);
        let account = account.map_or(String::new(), |one| format!(" {} ({})", one.id, one.region));
        let heading = match side {
            Side::Old => format!("Old account{account}"),
            Side::New => format!("New account{account}"),
        };
        let bold = Style::new().bold().force_styling(colors);
        let _ = writeln!(text, "\n{}", bold.apply_to(fill(&heading, width)));
        rows.for_each(|row| row.write(&mut text, width, colors));
    }
    text
}

impl Row<'_> {
    fn write(&self, text: &mut String, width: usize, colors: bool) {
        let style = self.style.clone().force_styling(colors);
        let name = hanging_indent(&format!("  {} ", self.glyph), &self.name, width);
        let _ = writeln!(text, "{}", style.apply_to(name));
        let dim = Style::new().dim().force_styling(colors);
        for detail in self.details {
            let detail = hanging_indent("      ", detail, width);
            let _ = writeln!(text, "{}", dim.apply_to(detail));
        }
    }
}
