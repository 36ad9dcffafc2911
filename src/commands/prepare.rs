//! What setup, plan, verify and status begin with: both accounts, both pools, what should stand
//! and what does, and the plan between the two. Only reads.

use anyhow::Result;
use cogmig_core::checks::{self, Pools};
use cogmig_core::desired::{Choices, Desired, LOG_RETENTION};
use cogmig_core::event::Event;
use cogmig_core::plan::{self, Plan};

use super::mfa;
use super::purpose::Purpose;
use super::session::Session;
use crate::aws::observe::for_setup::{Deployment, for_setup};
use crate::aws::resources::user_pool;
use crate::{embedded, random};

/// What exists, what should, and the way there.
pub struct Prepared {
    /// Both accounts, and what stands in them.
    pub deployment: Deployment,
    /// What should stand.
    pub desired: Desired,
    /// The way there.
    pub plan: Plan,
}

/// Reads both accounts and holds them against what is wanted.
///
/// # Errors
/// Whatever keeps a migration from standing.
pub async fn prepare(session: &Session<'_>, purpose: Purpose) -> Result<Prepared> {
    let settings = session.settings;
    settings.both_profiles()?;
    let package = embedded::package(settings)?;
    let reports_existing = purpose.reports_existing();
    // A package of the user's own need not know what a probe is.
    let tries = purpose == Purpose::Deploy && settings.lambda_zip.is_none();
    let code = Some(&package).filter(|_| tries);
    let read = for_setup(settings, &session.run, code, &|selection| {
        session.settle(selection)
    })
    .await?;
    if reports_existing {
        read.refuse_other_clients(settings)?;
    }
    let mut pools = Pools::of(&read.old_side, &read.new_side)?;
    for (side, count) in pools.users() {
        session.run.tell(Event::Users { side, count });
    }
    let mfa = mfa::decide(session, purpose, &pools, read.new_side.function.as_ref())?;
    if pools.sms_counts(mfa) {
        pools.sms_mfa = user_pool::has_sms_mfa(&read.new, &read.new_side.pool.id).await?;
    }
    let checked = checks::check(pools, &settings.handling, mfa);
    session.refuse(checked.refusals)?;
    let external_id = match read.old_side.external_id() {
        Some(standing) => standing.to_owned(),
        None => random::text::<32>()?,
    };
    let desired = Desired::new(Choices {
        names: settings.names.clone(),
        old: read.old_target.clone(),
        old_client: read.old_client()?,
        new: read.new_target.clone(),
        external_id,
        package,
        log_retention: settings.log_retention.unwrap_or(LOG_RETENTION),
        // A command that changes nothing shows another trigger as drift.
        replace_trigger: settings.replace_trigger || reports_existing,
        adopt: settings.adopt,
        variables: checked.rules.to_env(),
    });
    let mut plan = plan::setup(&desired, &read.old_side, &read.new_side)?;
    plan.warnings.splice(0..0, checked.warnings);
    Ok(Prepared {
        deployment: read,
        desired,
        plan,
    })
}
