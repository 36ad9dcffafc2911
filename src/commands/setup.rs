//! `cogmig setup`: shows the changes, applies them, and runs the connectivity check.

use std::pin::pin;

use anyhow::Result;
use cogmig_core::options::PackageSource;
use cogmig_core::outcome::{Ended, Outcome};
use futures_util::FutureExt;
use futures_util::future::{Either, select};
use tokio::sync::Notify;

use super::plan;
use super::prepare::prepare;
use super::purpose::Purpose;
use super::session::Session;
use crate::aws::apply::{Accounts, apply};
use crate::aws::probe;
use crate::aws::resources::function;
use crate::ui::Question;

/// What a failed connectivity check means before the trigger is attached, and after it.
const NOT_ATTACHED: &str = "the trigger wasn't attached, because no user could be migrated";
const COMPLETE: &str = "setup is complete, but no user can be migrated";

/// Sets up the migration.
///
/// # Errors
/// An account can't be read, a change fails, or the connectivity check fails.
pub async fn run(session: &Session<'_>) -> Result<Ended> {
    let Session {
        settings, ui, run, ..
    } = session;
    if settings.dry_run {
        return plan::run(session).await;
    }
    let mut prepared = prepare(session, Purpose::Deploy).await?;
    let plan = &prepared.plan;
    ui.plan(plan);
    let allowed = session.allows_warnings(plan)?;
    // A custom deployment package may not support the connectivity check.
    let probed = prepared.settings.package == PackageSource::Embedded;
    let (new, desired) = (&prepared.deployment.new, &prepared.desired);
    let check = |consequence| async move {
        if probed {
            return probe::wait_until_working(new, desired, consequence).await;
        }
        function::until_active(new, &desired.names.function).await
    };
    if !plan.is_empty() {
        if !allowed || !ui.confirm(settings.yes, &Question::Apply)? {
            ui.outcome(&Outcome::Declined, Ended::Declined);
            return Ok(Ended::Declined);
        }
        let accounts = Accounts {
            old: Some(&prepared.deployment.old),
            new: Some(&prepared.deployment.new),
        };
        let written = Notify::new();
        let before_trigger = || check(NOT_ATTACHED).boxed_local();
        let applied = apply(plan, &accounts, run, &before_trigger, || {
            written.notify_one();
        });
        if plan.checks_connectivity() {
            applied.await?;
        } else {
            let check = async {
                written.notified().await;
                check(COMPLETE).await
            };
            both(applied, check).await?;
        }
    } else if !matches!(
        prepared.deployment.early_check.join_next().await,
        Some(Ok(true))
    ) {
        check(COMPLETE).await?;
    }
    let (new, ended) = (&prepared.desired.new, Ended::done(plan));
    ui.outcome(&Outcome::SetUp { new, probed }, ended);
    Ok(ended)
}

/// Completes the changes while the connectivity check runs, which starts when the calls of all
/// changes have succeeded.
async fn both(
    applied: impl Future<Output = Result<()>>,
    check: impl Future<Output = Result<()>>,
) -> Result<()> {
    match select(pin!(applied), pin!(check)).await {
        Either::Left((applied, check)) => {
            applied?;
            check.await
        }
        Either::Right((checked, applied)) => {
            applied.await?;
            checked
        }
    }
}
