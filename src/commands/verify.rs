//! `cogmig verify`: reports drift, and runs the connectivity check. It changes nothing, and no user
//! is migrated.

use anyhow::Result;
use cogmig_core::cognito::pool::trigger;
use cogmig_core::diagnosis::Broken;
use cogmig_core::outcome::{Ended, Outcome, Verified};
use cogmig_core::status;

use super::prepare::{Prepared, prepare};
use super::purpose::Purpose;
use super::session::Session;
use crate::aws::probe::{self, Credentials};

/// Reports drift, and runs the connectivity check.
///
/// # Errors
/// An account can't be read, or the function can't be invoked.
pub async fn run(session: &Session<'_>) -> Result<Ended> {
    let prepared = prepare(session, Purpose::Verify).await?;
    let (plan, desired) = (&prepared.plan, &prepared.desired);
    session.ui.drift(plan, &status::resources(desired, plan));
    let verified = Verified {
        chain: check(&prepared).await?,
    };
    let ended = Ended::verified(&verified, plan);
    session.ui.outcome(&Outcome::Verified(&verified), ended);
    Ok(ended)
}

/// The connectivity check invokes the function itself, so it passes without the trigger. Without
/// the trigger, Cognito doesn't invoke the function.
async fn check(prepared: &Prepared) -> Result<Result<(), Broken>> {
    let (desired, deployment) = (&prepared.desired, &prepared.deployment);
    let name = &desired.names.function;
    let Some(function) = &deployment.new_side.function else {
        return Ok(Err(Broken::no_function(name)));
    };
    if let Some(broken) = Broken::of_state(name, &function.state) {
        return Ok(Err(broken));
    }
    let random = Credentials::random()?;
    let checked = probe::check(&deployment.new, desired, &random, &prepared.plan).await?;
    let pool = &deployment.new_side.pool;
    let attached = pool.described.as_ref().and_then(trigger);
    let function = desired.names.function_arn(&desired.new.identity);
    Ok(checked.and_then(|()| match attached {
        Some(arn) if arn == function => Ok(()),
        _ => Err(Broken::detached(&pool.id)),
    }))
}
