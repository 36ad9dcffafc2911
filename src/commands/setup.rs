//! `cogmig setup`, and `cogmig plan`, which is the same stopped before any change.

use std::pin::pin;
use std::sync::Arc;

use anyhow::Result;
use futures_util::future::{Either, select};
use tokio::sync::Notify;

use super::End;
use super::prepare::{Purpose, prepare};
use crate::apply::{Accounts, apply};
use crate::probe;
use crate::report::{Outcome, Question, Report};
use crate::settings::Settings;

/// Shows what is to be done and, unless `dry`, does it, and sees that it works.
///
/// # Errors
/// Whatever keeps the migration from standing, or sign-ins from working.
pub async fn run(settings: &Settings, report: &Arc<Report>, dry: bool) -> Result<End> {
    let purpose = if dry { Purpose::Show } else { Purpose::Deploy };
    let mut prepared = prepare(settings, report, purpose).await?;
    let plan = &prepared.plan;
    report.plan(plan);
    if dry {
        report.outcome(&Outcome::Planned);
        return Ok(if plan.is_empty() {
            End::of(plan)
        } else {
            End::Differences
        });
    }
    let probed = settings.lambda_zip.is_none();
    let tried = async {
        if probed {
            probe::until_sound(&prepared.new, &prepared.desired).await?;
        }
        Ok(())
    };
    if !plan.is_empty() {
        if !report.confirm(settings.yes, &Question::Apply)? {
            report.outcome(&Outcome::Declined);
            return Ok(End::LookAtIt);
        }
        let accounts = Accounts {
            old: Some(&prepared.old),
            new: Some(&prepared.new),
        };
        let (events, in_force) = (report.events(), Notify::new());
        let applied = apply(plan, &accounts, &events, || in_force.notify_one());
        let tried = async {
            in_force.notified().await;
            tried.await
        };
        both(applied, tried).await?;
    } else if !matches!(prepared.trial.join_next().await, Some(Ok(true))) {
        tried.await?;
    }
    let new = &prepared.desired.new;
    let clients = new.clients.iter().map(|client| client.id.as_str());
    report.outcome(&Outcome::SetUp {
        new_pool: &new.pool.id,
        new_region: &new.identity.region,
        new_clients: clients.collect(),
        probed,
    });
    Ok(End::of(plan))
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
