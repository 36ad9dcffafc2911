//! How users with MFA are handled. This has no default: it's set by an option, by an earlier setup,
//! or on the prompt.

use anyhow::Result;
use cogmig_core::checks::{Pools, undecided_mfa};
use cogmig_core::observed::NewSide;
use cogmig_core::options::Settings;
use rules::settings::MfaUsers;

use super::purpose::Purpose;
use super::session::Session;
use crate::ui;

/// Selects it. If the old pool doesn't use MFA, there is nothing to select.
///
/// # Errors
/// It isn't set, and there is no terminal for a prompt. Or the rules for these users depend on SMS
/// MFA in the new pool, and its settings couldn't be read.
pub fn decide(
    session: &Session<'_>,
    settings: &Settings,
    purpose: Purpose,
    pools: &Pools<'_>,
    new: &NewSide,
) -> Result<MfaUsers> {
    let mfa = select(session, settings, purpose, pools)?;
    match &new.pool.extras.mfa {
        Some(Err(error)) if pools.sms_counts(mfa) => Err(error.clone().into()),
        _ => Ok(mfa),
    }
}

fn select(
    session: &Session<'_>,
    settings: &Settings,
    purpose: Purpose,
    pools: &Pools<'_>,
) -> Result<MfaUsers> {
    if !pools.old_asks_for_mfa() {
        return Ok(MfaUsers::None);
    }
    if let Some(selected) = settings.handling.mfa_users {
        return Ok(selected);
    }
    // Drift is reported against what exists. If nothing exists, the report must not depend on it.
    if purpose.reports_existing() {
        return Ok(MfaUsers::Refuse);
    }
    if session.ui.can_prompt() {
        let answers = [
            ("Don't migrate them (refuse)", MfaUsers::Refuse),
            (
                "Migrate them after a check of their password alone (migrate)",
                MfaUsers::Migrate,
            ),
        ];
        return ui::choose(
            "MFA enrollment can't be migrated. Choose how to handle users with MFA",
            &answers,
        );
    }
    Err(undecided_mfa().into())
}
