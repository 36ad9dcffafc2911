//! `cogmig teardown`: finds the deployment by its names and tags, deletes it, and restores the
//! previous settings. One account alone is enough, because the other one may be closed. The report
//! of the migration comes first, because its log is deleted.

use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Result;
use cogmig_core::event::Event;
use cogmig_core::outcome::{Ended, Outcome};
use cogmig_core::plan;
use futures_util::FutureExt;

use super::report;
use super::session::Session;
use crate::aws::apply::{Accounts, apply};
use crate::aws::observe::for_teardown::for_teardown;
use crate::ui::Question;

/// Shows the changes and, unless it's a dry run, applies them.
///
/// # Errors
/// No profile is set, an account can't be read, the options don't match the deployment, `--report`
/// can't save the report, or a call fails permanently.
pub async fn run(session: &Session<'_>) -> Result<Ended> {
    let Session {
        settings, ui, run, ..
    } = session;
    let names = &settings.names;
    settings.any_profile()?;
    let deployed = for_teardown(settings, run).await?;
    for pool in deployed.observed.pools() {
        run.report(Event::Chosen(pool));
    }
    let mut plan = plan::teardown(names, &deployed.observed, settings.keep_logs);
    if plan.is_empty() {
        deployed.refuse_swapped(names).await?;
    }
    if plan.changes.is_empty() {
        let others = deployed.others(names, &mut plan.warnings).await;
        let (dry, deployment) = (settings.dry_run, names.deployment.as_str());
        let ended = if dry { Ended::Planned } else { Ended::Done };
        ui.plan(&plan);
        ui.outcome(
            &Outcome::NotDeployed {
                deployment,
                others: &others,
            },
            ended,
        );
        return Ok(ended);
    }
    let now = i64::try_from(SystemTime::UNIX_EPOCH.elapsed()?.as_secs())?;
    let report = Arc::new(report::read(&deployed, names, now).await);
    let unmigrated = report.not_migrated();
    ui.final_report(Arc::clone(&report));
    if !plan.is_empty() {
        plan.warnings.extend(unmigrated.warning());
    }
    ui.plan(&plan);
    if settings.dry_run {
        let ended = Ended::planned_teardown(&plan);
        ui.outcome(&Outcome::Planned, ended);
        return Ok(ended);
    }
    if !plan.is_empty() {
        let question = Question::teardown(&names.deployment, unmigrated);
        if !ui.confirm(settings.yes, &question)? {
            ui.outcome(&Outcome::Declined, Ended::Declined);
            return Ok(Ended::Declined);
        }
        let accounts = Accounts {
            old: deployed.old.as_ref().map(|reached| &reached.account),
            new: deployed.new.as_ref().map(|reached| &reached.account),
        };
        if let Some(path) = &settings.report {
            report::save(&report, path)?;
        }
        let no_check = || async { Ok(()) }.boxed_local();
        apply(&plan, &accounts, run, &no_check, || ()).await?;
    }
    let ended = Ended::done(&plan);
    let report = settings.report.as_deref().filter(|_| !plan.is_empty());
    ui.outcome(&Outcome::TornDown { report }, ended);
    Ok(ended)
}
