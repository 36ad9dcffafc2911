//! `cogmig list`: the deployments in the two accounts.

use anyhow::Result;
use cogmig_core::outcome::{Ended, Outcome};

use super::session::Session;
use crate::aws::observe::deployments;

/// Lists the deployments.
///
/// # Errors
/// No profile is set, or an account can't be read.
pub async fn run(session: &Session<'_>) -> Result<Ended> {
    session.settings.any_profile()?;
    let all = deployments::all(session.settings, &session.run).await?;
    session.ui.outcome(&Outcome::Listed(&all), Ended::Done);
    Ok(Ended::Done)
}
