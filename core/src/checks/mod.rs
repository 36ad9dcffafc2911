//! Whether users can be migrated from the old pool to the new pool, and how: compares the settings
//! of both pools before anything is changed. Pure.

mod attributes;
mod contacts;
mod losses;
mod mfa;
mod names;
mod pools;
mod protection;
mod recovery;
mod schema;
mod senders;
mod surroundings;
#[cfg(test)]
mod tests;
mod triggers;

use rules::settings::MfaUsers;

use crate::options::UserHandling;
pub use losses::losses;
pub use mfa::undecided as undecided_mfa;
pub use names::alias_attributes;
pub use pools::{Pools, Preflight};

/// Compares the pools.
#[must_use]
pub fn check(pools: Pools<'_>, handling: &UserHandling, mfa: MfaUsers) -> Preflight {
    let mut preflight = Preflight::default();
    preflight.rules.temporary_passwords = handling.temporary_passwords;
    preflight.rules.dropped.clone_from(&handling.drops);
    attributes::check(&mut preflight, pools, handling);
    names::check(&mut preflight, pools);
    contacts::check(&mut preflight, pools);
    recovery::check(&mut preflight, pools, handling);
    mfa::check(&mut preflight, pools, mfa);
    triggers::check(&mut preflight, pools);
    protection::check(&mut preflight, pools);
    surroundings::check(&mut preflight, pools);
    preflight
}
