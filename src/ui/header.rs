//! What a result is about.

use cogmig_core::identity::{Identity, Side};
use cogmig_core::reference::Listed;
use cogmig_core::selected::Selected;

use super::transcript::Transcript;

/// What a result is about: the accounts, the pools and app clients, and how many users there
/// are.
pub fn text(told: &Transcript) -> String {
    let mut lines = accounts(&told.accounts);
    lines.extend(told.chosen.iter().flat_map(chosen));
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

/// Which pool or app clients were settled on, and why those.
fn chosen(selected: &Selected) -> impl Iterator<Item = String> {
    let (side, what, source) = (
        selected.side.as_str(),
        selected.what,
        selected.source.label(),
    );
    selected.all.iter().map(move |Listed { id, name }| {
        let named = if name.is_empty() {
            id.clone()
        } else {
            format!("{id}  {name}")
        };
        format!("{side} {what:<10}  {named}  ({source})")
    })
}

/// How many users a pool has.
fn users(side: Side, count: u64) -> String {
    format!(
        "{} users       about {count}, by AWS's estimate",
        side.as_str()
    )
}
