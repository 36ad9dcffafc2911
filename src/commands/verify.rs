//! `cogmig verify`: reports drift, and runs the connectivity check. It changes nothing, and no user
//! is migrated.

use anyhow::Result;
use cogmig_core::diagnosis::Broken;
use cogmig_core::outcome::{Ended, Outcome, Verified};
use cogmig_core::status;

use super::prepare::prepare;
use super::purpose::Purpose;
use super::session::Session;
use crate::aws::probe::{self, Credentials};

/// Reports drift, and runs the connectivity check.
///
/// # Errors
/// An account can't be read, or the function can't be invoked.
pub async fn run(session: &Session<'_>) -> Result<Ended> {
    let username = session.settings.username.as_deref();
    let credentials = username.map(read_credentials).transpose()?;
    let prepared = prepare(session, Purpose::Verify).await?;
    let (new, plan, desired) = (&prepared.deployment.new, &prepared.plan, &prepared.desired);
    session.ui.drift(plan, &status::resources(desired, plan));
    let verified = if prepared.deployment.new_side.function.is_some() {
        Verified {
            chain: probe::check(new, desired, &Credentials::random()?, plan).await?,
            user: match &credentials {
                Some(credentials) => Some(probe::user(new, desired, credentials, plan).await?),
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

/// The user, with the password from standard input. A flag would be visible in the shell's history
/// and in the list of processes.
fn read_credentials(username: &str) -> Result<Credentials> {
    Ok(Credentials {
        username: username.to_owned(),
        password: crate::ui::password(username)?,
    })
}
