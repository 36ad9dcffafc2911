//! `cogmig setup`: shows what is to be done, does it, and sees that it works.

use std::pin::pin;

use anyhow::Result;
use cogmig_core::outcome::{Ended, Outcome};
use futures_util::future::{Either, select};
use tokio::sync::Notify;

use super::plan;
use super::prepare::prepare;
use super::purpose::Purpose;
use super::session::Session;
use crate::aws::apply::{Accounts, apply};
use crate::aws::probe;
use crate::ui::Question;

/// Sets up.
///
/// # Errors
/// Whatever keeps the migration from standing, or sign-ins from working.
pub async fn run(session: &Session<'_>) -> Result<Ended> {
    let Session { settings, ui, run } = session;
    if settings.dry_run {
        return plan::run(session).await;
    }
    let mut prepared = prepare(session, Purpose::Deploy).await?;
    let plan = &prepared.plan;
    ui.plan(plan);
    session.check_warnings(plan)?;
    // A package of the user's own need not know what a probe is.
    let probed = settings.lambda_zip.is_none();
    let tried = async {
        if probed {
            probe::wait_until_working(&prepared.deployment.new, &prepared.desired).await?;
        }
        Ok(())
    };
    if !plan.is_empty() {
        if !ui.confirm(settings.yes, &Question::Apply)? {
            ui.outcome(&Outcome::Declined, Ended::Declined);
            return Ok(Ended::Declined);
        }
        let accounts = Accounts {
            old: Some(&prepared.deployment.old),
            new: Some(&prepared.deployment.new),
        };
        let in_force = Notify::new();
        let applied = apply(plan, &accounts, run, || in_force.notify_one());
        let tried = async {
            in_force.notified().await;
            tried.await
        };
        both(applied, tried).await?;
    } else if !matches!(prepared.deployment.trial.join_next().await, Some(Ok(true))) {
        tried.await?;
    }
    let (new, ended) = (&prepared.desired.new, Ended::done(plan));
    ui.outcome(&Outcome::SetUp { new, probed }, ended);
    Ok(ended)
}

/// Brings the changes to their end while the way is tried, which begins once all are in force.
async fn both(
    applied: impl Future<Output = Result<()>>,
    tried: impl Future<Output = Result<()>>,
) -> Result<()> {
    match select(pin!(applied), pin!(tried)).await {
        Either::Left((applied, tried)) => {
            applied?;
            tried.await
        }
        Either::Right((tried, applied)) => {
            applied.await?;
            tried
        }
    }
}
