//! `cogmig plan`: setup without applying the changes.

use anyhow::Result;
use cogmig_core::outcome::{Ended, Outcome};

use super::prepare::prepare;
use super::purpose::Purpose;
use super::session::Session;

/// Shows the changes of setup.
///
/// # Errors
/// An account can't be read, setup would fail, or a warning is as severe as `--fail-on`.
pub async fn run(session: &Session<'_>) -> Result<Ended> {
    let plan = prepare(session, Purpose::Show).await?.plan;
    let ended = Ended::planned(&plan);
    session.ui.plan(&plan);
    session.check_warnings(&plan)?;
    session.ui.outcome(&Outcome::Planned, ended);
    Ok(ended)
}
