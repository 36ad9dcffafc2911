//! `cogmig status`: the progress of the migration. It reads the same resources as plan, and the
//! counts of the function's log and metric. It doesn't invoke the function, so a read-only role can
//! run it on a schedule.

use std::time::SystemTime;

use anyhow::Result;
use cogmig_core::outcome::{Ended, Outcome};
use cogmig_core::status;

use super::prepare::{Prepared, prepare};
use super::purpose::Purpose;
use super::session::Session;

/// Reports the progress.
///
/// # Errors
/// An account can't be read. If only the function's log or metric can't be read, the command
/// doesn't fail.
pub async fn run(session: &Session<'_>) -> Result<Ended> {
    let Prepared {
        deployment,
        desired,
        mut plan,
        ..
    } = prepare(session, Purpose::Report).await?;
    let (old_side, new_side) = (&deployment.old_side, &deployment.new_side);
    let now = i64::try_from(SystemTime::UNIX_EPOCH.elapsed()?.as_secs())?;
    let source = deployment.sign_ins(&desired.names, now);
    let counts = source.progress(session.settings.since).await;
    plan.warnings
        .extend(status::not_created(counts.0.as_ref(), now));
    let report = status::status(&desired, &plan, (old_side, new_side), counts, now);
    let ended = Ended::of_status(&report);
    session.ui.record_plan(&plan);
    session.ui.outcome(&Outcome::Status(&report), ended);
    Ok(ended)
}
