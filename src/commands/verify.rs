//! `cogmig verify`: what differs from what setup makes, and whether the way of a sign-in is
//! open, tried through the function itself. Nothing is changed, and nobody moves.

use std::io::{IsTerminal, Read};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use super::End;
use super::prepare::{Purpose, prepare};
use crate::error::Usage;
use crate::probe::{self, Broken, Credentials};
use crate::report::{Outcome, Report, Verified};
use crate::settings::Settings;

/// Shows what differs, and tries the way.
///
/// # Errors
/// An account cannot be read, or the function may not be invoked.
pub async fn run(settings: &Settings, report: &Arc<Report>) -> Result<End> {
    let who = settings.username.as_deref().map(credentials).transpose()?;
    let prepared = prepare(settings, report, Purpose::Verify).await?;
    let (plan, desired) = (&prepared.plan, &prepared.desired);
    report.plan(plan);
    let verified = if prepared.new_side.function.is_some() {
        Verified {
            chain: probe::chain(&prepared.new, desired, &Credentials::of_nobody()?, plan).await?,
            user: match &who {
                Some(who) => Some(probe::user(&prepared.new, desired, who, plan).await?),
                None => None,
            },
        }
    } else {
        Verified {
            chain: Err(Broken::no_function(&desired.names.function)),
            user: None,
        }
    };
    report.outcome(&Outcome::Verified(&verified));
    let sound = plan.changes.is_empty() && verified.chain.is_ok();
    Ok(if sound { End::Done } else { End::LookAtIt })
}

/// The user, with the password from standard input: a flag would stand in the shell's
/// history and in the list of processes.
fn credentials(username: &str) -> Result<Credentials> {
    ensure!(
        !username.is_empty(),
        Usage("--username needs the name that the user would type".into())
    );
    let read = || {
        let stdin = std::io::stdin();
        if stdin.is_terminal() {
            return Report::password(username);
        }
        let mut text = String::new();
        // Cognito's longest password has 256 characters.
        stdin.take(4096).read_to_string(&mut text)?;
        Ok(text)
    };
    let text: String = read().context("no password could be read from standard input")?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let password = line.strip_suffix('\r').unwrap_or(line);
    ensure!(
        !password.is_empty(),
        Usage("--username needs the user's password on standard input".into())
    );
    Ok(Credentials {
        username: username.to_owned(),
        password: password.to_owned(),
    })
}
