//! The header of the output: the accounts, the user pools and app clients, and the numbers of
//! users.

use cogmig_core::identity::{Identity, Side};
use cogmig_core::options::Setting;
use cogmig_core::reference::Listed;
use cogmig_core::selected::Selected;
use cogmig_core::text::on_one_line;

use super::transcript::Transcript;
use super::wrap::hanging_indent;

/// The columns of a label.
const COLUMNS: usize = 16;

/// One line for each, wrapped at a width. `has_users` adds the numbers of users.
pub fn text(transcript: &Transcript, has_users: bool, width: usize) -> String {
    let mut lines: Vec<_> = transcript.accounts.iter().map(account).collect();
    lines.extend(transcript.selected.iter().flat_map(selected));
    let options = transcript.options.iter();
    lines.extend(options.map(|(name, setting)| option(name, setting)));
    if has_users {
        lines.extend(
            transcript
                .users
                .iter()
                .map(|(side, count)| users(*side, *count)),
        );
        let sample = transcript.sample.as_ref();
        lines.extend(sample.map(|sample| ("users checked".to_owned(), sample.text())));
    }
    let lines = lines.iter().map(|(label, text)| {
        let longest = text.split(' ').map(str::len).max().unwrap_or(0);
        // On a narrow terminal, an ID doesn't fit next to its label.
        if COLUMNS + longest > width {
            format!("{label}\n{}", hanging_indent("    ", text, width))
        } else {
            hanging_indent(&format!("{label:<COLUMNS$}"), text, width)
        }
    });
    let mut lines: Vec<_> = lines.collect();
    if let [old, new] = &transcript.accounts[..]
        && old.id == new.id
    {
        let text = format!("same account, from {} to {}", old.region, new.region);
        lines.push(hanging_indent("both accounts   ", &text, width));
    }
    lines.join("\n")
}

fn account(one: &Identity) -> (String, String) {
    let Identity {
        side,
        id,
        region,
        partition,
        profile,
    } = one;
    (
        format!("{} account", side.as_str()),
        format!("{id}  {region}  (partition {partition}, profile {profile})"),
    )
}

fn selected(selected: &Selected) -> impl Iterator<Item = (String, String)> {
    let label = format!("{} {}", selected.side.as_str(), selected.what);
    let source = selected.source.label();
    selected.all.iter().map(move |Listed { id, name }| {
        let name = match name.as_str() {
            "" => String::new(),
            name => format!("  {name}"),
        };
        (label.clone(), format!("{id}{name}  ({source})"))
    })
}

fn option(name: &str, setting: &Setting) -> (String, String) {
    let (value, place) = (on_one_line(&setting.value), setting.origin.place(name));
    ("option".to_owned(), format!("{name} = {value}  ({place})"))
}

fn users(side: Side, count: u64) -> (String, String) {
    (
        format!("{} pool users", side.as_str()),
        format!("about {count} (AWS's estimate)"),
    )
}
