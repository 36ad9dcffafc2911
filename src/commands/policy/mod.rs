//! `cogmig policy`: what the role of a pipeline must be allowed in one of the two accounts. Asks
//! nothing of AWS.

use anyhow::Result;
use cogmig_core::iam::pipeline;
use cogmig_core::identity::Side;
use cogmig_core::outcome::Ended;

use super::session::Session;
use crate::ui;

/// Prints the policy of one side.
///
/// # Errors
/// What was named cannot be an account, a pool or a role; or the result cannot be written.
pub fn run(session: &Session<'_>, side: Side) -> Result<Ended> {
    ui::print_policy(&pipeline::policy(side, session.settings)?)?;
    Ok(Ended::Done)
}

#[cfg(test)]
mod tests;
