//! The start of setup, plan, verify and status: reads both accounts, and compares the existing with
//! the desired resources. Changes nothing.

use anyhow::Result;
use cogmig_core::checks::{self, Pools};
use cogmig_core::desired::{Choices, Desired, LOG_RETENTION};
use cogmig_core::event::Event;
use cogmig_core::options::LogUsers;
use cogmig_core::plan::{self, Plan};
use cogmig_core::problem::Problem;
use cogmig_core::sample::{self, Sample};
use rules::settings::Rules;

use super::mfa;
use super::purpose::Purpose;
use super::session::Session;
use crate::aws::observe::for_setup::{Deployment, Early, for_setup};
use crate::aws::resources::user_pool;
use crate::{embedded, random};

/// The existing resources, the desired ones, and the plan.
pub struct Prepared {
    /// Both accounts and their existing resources.
    pub deployment: Deployment,
    /// The desired resources.
    pub desired: Desired,
    /// The changes from the existing to the desired resources.
    pub plan: Plan,
}

/// Reads both accounts, runs the preflight checks, and creates the plan.
///
/// # Errors
/// An account can't be read, or setup would fail.
pub async fn prepare(session: &Session<'_>, purpose: Purpose) -> Result<Prepared> {
    let settings = session.settings;
    settings.both_profiles()?;
    let package = embedded::package(settings)?;
    let reports_existing = purpose.reports_existing();
    // A custom deployment package may not support the connectivity check.
    let checks_early = purpose == Purpose::Deploy && settings.lambda_zip.is_none();
    let code = Some(&package).filter(|_| checks_early);
    let early = Early {
        code,
        samples_users: !reports_existing,
    };
    let read = for_setup(settings, &session.run, early, &|selection| {
        session.select(selection)
    })
    .await?;
    if reports_existing {
        read.refuse_other_clients(settings)?;
    }
    let mut pools = Pools::of(&read.old_side, &read.new_side)?;
    for (side, count) in pools.users() {
        session.run.report(Event::Users { side, count });
    }
    let mfa = mfa::decide(session, purpose, &pools, read.new_side.function.as_ref())?;
    if pools.sms_counts(mfa) {
        pools.sms_mfa = user_pool::has_sms_mfa(&read.new, &read.new_side.pool.id).await?;
    }
    let checked = checks::check(pools, &settings.handling, mfa);
    let (mut refusals, mut warnings) = (checked.refusals, checked.warnings);
    if reports_existing {
        warnings.extend(checked.rejects_all);
    } else {
        refusals.extend(checked.rejects_all);
    }
    session.fail_if_any(refusals)?;
    warnings.extend(sampled(session, &read, &checked.rules));
    let external_id = match read.old_side.external_id() {
        Some(existing) => existing.to_owned(),
        None => random::text::<32>()?,
    };
    let log_user_key = match settings.log_users.unwrap_or_default() {
        LogUsers::None => None,
        LogUsers::Hash => Some(match read.new_side.log_user_key() {
            Some(existing) => existing.to_owned(),
            None => random::hex::<32>()?,
        }),
    };
    let desired = Desired::new(Choices {
        names: settings.names.clone(),
        old: read.old_target.clone(),
        old_client: read.old_client()?,
        new: read.new_target.clone(),
        external_id,
        log_user_key,
        package,
        log_retention: settings.log_retention.unwrap_or(LOG_RETENTION),
        // Verify and status report another trigger as drift.
        replace_trigger: settings.replace_trigger || reports_existing,
        adopt: settings.adopt,
        variables: checked.rules.to_env(),
    });
    let mut plan = plan::setup(&desired, &read.old_side, &read.new_side)?;
    plan.warnings.splice(0..0, warnings);
    Ok(Prepared {
        deployment: read,
        desired,
        plan,
    })
}

/// Checks the users of the old pool that were read, with the rules that the function will have.
/// Returns a warning if none can be migrated, or a note if they can't be read.
fn sampled(session: &Session<'_>, read: &Deployment, rules: &Rules) -> Option<Problem> {
    let users = match read.sample.as_ref()? {
        Ok(users) => users,
        Err(error) => {
            let grant = error.is_denied().then_some(error.call);
            let why = format!("{}: {}", error.word(), error.message);
            return Some(sample::unread(&why, grant));
        }
    };
    let aliases = read.old_side.pool.described.as_ref();
    let aliases = aliases.map(checks::alias_attributes).unwrap_or_default();
    let sample = Sample::of(rules, &aliases, users);
    let warning = sample.warning();
    session.run.report(Event::Sampled(sample));
    warning
}
