//! `cogmig policy`: the permissions that a pipeline's role needs in one of the two accounts. Calls
//! no AWS API.

use anyhow::Result;
use cogmig_core::iam::pipeline;
use cogmig_core::identity::Side;
use cogmig_core::outcome::{Ended, Outcome};

use super::session::Session;

/// Prints the policy of one side.
///
/// # Errors
/// The account, the user pool or the role in the options is invalid.
pub fn run(session: &Session<'_>, side: Side) -> Result<Ended> {
    let policy = pipeline::policy(side, session.settings)?;
    session.ui.outcome(&Outcome::Policy(&policy), Ended::Done);
    Ok(Ended::Done)
}

#[cfg(test)]
mod tests;
