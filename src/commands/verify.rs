//! `cogmig verify`: what differs from what setup makes, and whether the way of a sign-in is
//! open, tried through the function itself. Nothing is changed, and nobody moves.

use anyhow::Result;
use cogmig_core::diagnosis::Broken;
use cogmig_core::outcome::{Ended, Outcome, Verified};
use cogmig_core::status;

use super::prepare::prepare;
use super::purpose::Purpose;
use super::session::Session;
use crate::aws::probe::{self, Credentials};

/// Shows what differs, and tries the way.
///
/// # Errors
/// An account cannot be read, or the function may not be invoked.
pub async fn run(session: &Session<'_>) -> Result<Ended> {
    let username = session.settings.username.as_deref();
    let who = username.map(credentials).transpose()?;
    let prepared = prepare(session, Purpose::Verify).await?;
    let (new, plan, desired) = (&prepared.deployment.new, &prepared.plan, &prepared.desired);
    session.ui.drift(plan, &status::resources(desired, plan));
    let verified = if prepared.deployment.new_side.function.is_some() {
        Verified {
            chain: probe::chain(new, desired, &Credentials::of_nobody()?, plan).await?,
            user: match &who {
                Some(who) => Some(probe::user(new, desired, who, plan).await?),
                None => None,
            },
        }
    } else {
        Verified {
            chain: Err(Broken::no_function(&desired.names.function)),
            user: None,
        }
    };
    let ended = Ended::verified(&verified, plan);
    session.ui.outcome(&Outcome::Verified(&verified), ended);
    Ok(ended)
}

/// The user, with the password from standard input: a flag would stand in the shell's
/// history and in the list of processes.
fn credentials(username: &str) -> Result<Credentials> {
    Ok(Credentials {
        username: username.to_owned(),
        password: crate::ui::password(username)?,
    })
}
