//! What becomes of users with a second factor is somebody's decision: an option, what was set up
//! before, or an answer.

use anyhow::Result;
use cogmig_core::checks::{Pools, recorded_mfa, undecided_mfa};
use cogmig_core::observed::Function;
use rules::settings::MfaUsers;

use super::purpose::Purpose;
use super::session::Session;
use crate::ui;

/// Decides it; of a pool that has none there is nothing to decide.
///
/// # Errors
/// Nobody has decided, and nobody can be asked.
pub fn decide(
    session: &Session<'_>,
    purpose: Purpose,
    pools: &Pools<'_>,
    function: Option<&Function>,
) -> Result<MfaUsers> {
    if !pools.old_asks_for_mfa() {
        return Ok(MfaUsers::None);
    }
    let asked = session.settings.handling.mfa_users;
    if let Some(decided) = asked.or(function.and_then(recorded_mfa)) {
        return Ok(decided);
    }
    if purpose == Purpose::Report {
        return Ok(MfaUsers::Refuse);
    }
    if session.ui.can_ask() {
        let answers = [
            ("they stay in the old pool (refuse)", MfaUsers::Refuse),
            (
                "they move by their password alone (migrate)",
                MfaUsers::Migrate,
            ),
        ];
        return ui::choose("What becomes of users with a second factor?", &answers);
    }
    Err(undecided_mfa().into())
}
