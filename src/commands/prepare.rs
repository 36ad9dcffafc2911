//! The start of setup, plan, verify and status: reads both accounts, and compares the existing with
//! the desired resources. Changes nothing.

use std::borrow::Cow;
use std::mem::take;

use anyhow::Result;
use cogmig_core::checks::{self, Pools, Preflight};
use cogmig_core::concurrency;
use cogmig_core::desired::{Choices, Desired, LOG_RETENTION};
use cogmig_core::event::Event;
use cogmig_core::observed::{Function, NewSide};
use cogmig_core::options::{LogUsers, Origins, PackageSource, REMEMBERED, Settings, default_of};
use cogmig_core::package::Package;
use cogmig_core::plan::{self, Plan, runnable};
use cogmig_core::problem::{Problem, Severity};
use cogmig_core::remembered;
use cogmig_core::sample::{self, Sample};
use cogmig_core::status::Unread;
use rules::env;
use rules::settings::Rules;

use super::mfa;
use super::purpose::Purpose;
use super::session::Session;
use crate::aws::observe::Early;
use crate::aws::observe::for_setup::{Deployment, for_setup};
use crate::{embedded, random};

/// The existing resources, the desired ones, and the plan.
pub struct Prepared {
    /// The options, with those that the deployment remembers.
    pub settings: Settings,
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
    session.settings.both_profiles()?;
    check_package(session.settings)?;
    let reports_existing = purpose.reports_existing();
    let early = Early {
        checks_connectivity: purpose == Purpose::Deploy,
        samples_users: !reports_existing,
        updates_clients: !reports_existing,
    };
    let read = for_setup(session.settings, &session.run, early, &|selection| {
        session.select(selection)
    })
    .await?;
    let (old, old_side) = (&read.old.identity, &read.old_side);
    let names = &session.settings.names;
    let function = read.new_side.function.as_ref();
    if let Some(function) = function.filter(|function| names.own(&function.tags)) {
        runnable::is_readable(&names.function, &read.new.identity.place(), function)?;
    }
    let deployed = remembered::options(names, (old, old_side), &read.new_side, read.dedicated);
    let settings = session.sources.with_deployed(&deployed)?;
    let (package, unknown) = match (embedded::package(&settings), function) {
        (Ok(package), _) => (package, None),
        (Err(_), Some(function)) if reports_existing => {
            (deployed_package(function, &settings), Some(unknown_code()))
        }
        (Err(error), _) => return Err(error),
    };
    if !reports_existing {
        is_deployed(&settings, &package, function)?;
        if let Some(function) = function {
            runnable::is_changeable(&names.function, function, &package)?;
        }
    }
    session.run.report(Event::Options(effective(&settings)));
    if reports_existing {
        read.refuse_other_clients(&settings)?;
    }
    let pools = Pools::of(old, &read.old_side, &read.new_side)?;
    for (side, count) in pools.users() {
        session.run.report(Event::Users { side, count });
    }
    let mfa = mfa::decide(session, &settings, purpose, &pools, &read.new_side)?;
    let mut checked = checks::check(pools, &settings.handling, mfa);
    let (refusals, mut warnings) = findings(&mut checked, &read, reports_existing);
    session.fail_if_any(refusals)?;
    if let Some(function) = &read.new_side.function {
        let environment = &function.configuration.environment;
        let schemas = (pools.old, pools.new);
        warnings.extend(checks::losses(schemas, environment, &checked.rules));
    }
    warnings.extend(remembered::lost(
        &settings.names,
        &read.new_side,
        &settings.origins,
    ));
    warnings.extend(unknown);
    warnings.extend(custom_code(&settings.package));
    warnings.extend(sampled(session, &read, &checked.rules));
    warnings.extend(running(&read));
    warnings.extend(concurrency(&read));
    let desired = desired(&settings, &read, &checked.rules, package, reports_existing)?;
    let mut plan = plan::setup(&desired, &read.old_side, &read.new_side)?;
    let leftovers = plan::leftovers(&mut plan, &desired, &read.old_side, &read.new_side);
    session.fail_if_any(leftovers)?;
    plan.warnings.splice(0..0, warnings);
    Ok(Prepared {
        settings,
        deployment: read,
        desired,
        plan,
    })
}

/// The desired resources, with the secrets of the existing ones or with new ones.
fn desired(
    settings: &Settings,
    read: &Deployment,
    rules: &Rules,
    package: Package,
    reports_existing: bool,
) -> Result<Desired> {
    let external_id = match read.old_side.external_id() {
        Some(existing) => existing.to_owned(),
        None => random::text::<32>()?,
    };
    let mut variables = rules.to_env();
    if settings.package != PackageSource::Embedded {
        let sha256 = package.sha256.clone();
        variables.insert(env::CUSTOM_PACKAGE_SHA256.to_owned(), sha256);
    }
    let boundaries = [
        settings.old.boundary_in(&read.old.identity)?,
        settings.new.boundary_in(&read.new.identity)?,
    ];
    let function = read.new_side.function.as_ref();
    variables.extend(remembered::requirements(settings, &boundaries, function));
    Ok(Desired::new(Choices {
        names: settings.names.clone(),
        old: read.old_target.clone(),
        old_client: read.old_client()?,
        new: read.new_target.clone(),
        external_id,
        log_user_key: log_user_key(settings, &read.new_side)?,
        package,
        log_retention: settings.log_retention.unwrap_or(LOG_RETENTION),
        // Verify and status report another trigger as drift.
        replace_trigger: settings.replace_trigger || reports_existing,
        adopt: settings.adopt,
        boundaries,
        tags: settings.tags.clone(),
        variables,
    }))
}

/// The errors and the warnings of the preflight checks. Why no user can be migrated is an error,
/// but only a warning for a report about what exists.
fn findings(
    checked: &mut Preflight,
    read: &Deployment,
    reports_existing: bool,
) -> (Vec<Problem>, Vec<Problem>) {
    let mut refusals = take(&mut checked.refusals);
    let mut warnings = take(&mut checked.warnings);
    let secret = read.old_secret().and_then(|secret| secret.problem());
    if reports_existing {
        warnings.extend(take(&mut checked.blockers));
        warnings.extend(secret.filter(|problem| problem.severity > Severity::Info));
    } else {
        refusals.extend(take(&mut checked.blockers));
        match secret {
            Some(problem) if problem.severity == Severity::Error => refusals.push(problem),
            note => warnings.extend(note),
        }
    }
    (refusals, warnings)
}

/// The key of the log's hash of users: the existing one, or a new one.
fn log_user_key(settings: &Settings, new: &NewSide) -> Result<Option<String>> {
    Ok(match settings.log_users.unwrap_or_default() {
        LogUsers::None => None,
        LogUsers::Hash => Some(match new.log_user_key() {
            Some(existing) => existing.to_owned(),
            None => random::hex::<32>()?,
        }),
    })
}

/// Checks a deployment package from a file, or for an architecture, before any call.
fn check_package(settings: &Settings) -> Result<()> {
    match &settings.package {
        PackageSource::Embedded if settings.architecture.is_none() => Ok(()),
        PackageSource::Deployed(_) => Ok(()),
        PackageSource::Embedded | PackageSource::File(_) => embedded::package(settings).map(|_| ()),
    }
}

/// Checks that the function still has the deployment package that it keeps.
fn is_deployed(settings: &Settings, package: &Package, function: Option<&Function>) -> Result<()> {
    let has = |function: &Function| {
        let architecture = package.architecture.as_str();
        function.code_sha256 == package.sha256 && function.architecture == architecture
    };
    let is_deployed = matches!(settings.package, PackageSource::Deployed(_));
    if !is_deployed || function.is_some_and(has) {
        return Ok(());
    }
    let name = &settings.names.function;
    let summary =
        format!("function {name} was deployed with --lambda-zip, but now has another package");
    let problem = Problem::error("package-lost", summary);
    let problem = problem.fix("use --lambda-zip FILE to deploy the package again");
    Err(problem
        .fix("use --lambda-zip none to deploy the package in this build")
        .into())
}

/// The function's own package, without its zip file.
fn deployed_package(function: &Function, settings: &Settings) -> Package {
    let architecture = settings.architecture;
    Package {
        sha256: function.code_sha256.clone(),
        zip: Cow::default(),
        architecture: architecture.unwrap_or_else(embedded::default_architecture),
    }
}

/// The report can't compare the function's code.
fn unknown_code() -> Problem {
    let summary = "this build of cogmig has no deployment package for the architecture of the function, so its code isn't compared";
    Problem::new("code-not-compared", Severity::Warning, summary)
        .fix("use the build of cogmig that deployed the function")
}

/// Nothing but the function itself says that an earlier setup deployed this package.
fn custom_code(package: &PackageSource) -> Option<Problem> {
    let PackageSource::Deployed(sha256) = package else {
        return None;
    };
    let summary = format!(
        "the function runs a deployment package that isn't part of this build of cogmig, with CodeSha256 {sha256}. cogmig can't check what it does with passwords"
    );
    let warning = Problem::new("custom-package", Severity::Security, summary)
        .fix("compare CodeSha256 with that of your package")
        .fix("use --lambda-zip none to deploy the package in this build");
    Some(warning)
}

/// The options that a deployment remembers, without those that have their default.
fn effective(settings: &Settings) -> Origins {
    let is_default = |option: &str, value: &str| {
        let architecture = embedded::default_architecture().as_str();
        default_of(option) == Some(value) || option == "architecture" && value == architecture
    };
    let mut origins = settings.origins.clone();
    origins.retain(|option, setting| {
        REMEMBERED.iter().any(|(name, _)| *name == option) && !is_default(option, &setting.value)
    });
    origins
}

/// A warning if the new account runs few functions at the same time, or a note if this can't be
/// read.
fn concurrency(read: &Deployment) -> Option<Problem> {
    match read.concurrency.as_ref()? {
        Ok(limits) => {
            let function = read.new_side.function.as_ref();
            limits.warning(function.and_then(|function| function.reserved))
        }
        Err(error) => {
            let Unread { why, grant } = error.into();
            Some(concurrency::unread(&why, grant))
        }
    }
}

/// What runs in both pools, and blocks setup or sign-ins.
fn running(read: &Deployment) -> impl Iterator<Item = Problem> {
    let accounts = [
        (&read.old.identity, &read.old_side.pool),
        (&read.new.identity, &read.new_side.pool),
    ];
    let both = accounts.into_iter().zip(&read.operations);
    both.flat_map(|((account, pool), operations)| operations.problems(account, &pool.id))
}

/// Checks the users of the old pool that were read, with the rules that the function will have.
/// Returns a warning if none can be migrated, or a note if they can't be read.
fn sampled(session: &Session<'_>, read: &Deployment, rules: &Rules) -> Option<Problem> {
    let users = match read.sample.as_ref()? {
        Ok(users) => users,
        Err(error) => {
            let Unread { why, grant } = error.into();
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
