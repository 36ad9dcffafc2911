//! What setup, plan, verify and status begin with: both accounts, both pools, what should stand
//! and what does, and the plan between the two. Only reads.

use std::borrow::Cow;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::{env, settings as function_rules};
use tokio::task::JoinSet;

use super::look::{Looked, look};
use crate::account::{Account, Side};
use crate::cli::MfaUsers;
use crate::desired::{Choices, Desired, OldClient, Package, Target};
use crate::lossless::Object;
use crate::observe::{NewSide, OldSide, Pool};
use crate::plan::Plan;
use crate::preflight::{self, Finding, Mfa, Pools, Preflight};
use crate::report::{Event, Report};
use crate::resources::role::Role;
use crate::resources::{user_pool, user_pool_client};
use crate::settings::Settings;
use crate::targets::{Record, Scope};
use crate::{documents, package, plan};

/// Days that the function's logs are kept, unless an option says otherwise.
const LOG_RETENTION: i32 = 30;

/// Both accounts, what should stand in them, and what setup would change.
pub struct Prepared {
    /// Where the users come from.
    pub old: Account,
    /// Where the users go.
    pub new: Account,
    /// What should stand.
    pub desired: Desired,
    /// The way there.
    pub plan: Plan,
    /// What stands in the old account.
    pub old_side: OldSide,
    /// What stands in the new account.
    pub new_side: NewSide,
    /// Says whether the way of a sign-in is open, where that is being tried already.
    pub trial: JoinSet<bool>,
}

/// What it is prepared for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To set up: what nobody has decided is asked, and the way of a sign-in is tried as soon
    /// as it can be.
    Deploy,
    /// To show what would be done: the same, and nothing is tried.
    Show,
    /// To hold what exists against what setup makes: an app client that is named has to be the
    /// deployment's.
    Verify,
    /// To report what exists: the same, and what nobody has decided does not matter.
    Report,
}

impl Purpose {
    /// Whether what exists is reported, and not what setup would do.
    fn reports_existing(self) -> bool {
        matches!(self, Self::Verify | Self::Report)
    }
}

/// Reads both accounts and holds them against what is wanted.
///
/// # Errors
/// Whatever keeps a migration from standing.
pub async fn prepare(
    settings: &Settings,
    report: &Arc<Report>,
    purpose: Purpose,
) -> Result<Prepared> {
    let (old_profile, new_profile) = settings.both_profiles()?;
    let package = package_of(settings)?;
    // A package of the user's own need not know what a probe is.
    let tried =
        Some(&package).filter(|_| purpose == Purpose::Deploy && settings.lambda_zip.is_none());
    let Looked {
        old,
        new,
        old_target,
        new_target,
        old_side,
        new_side,
        records,
        dedicated,
        trial,
    } = look(settings, (old_profile, new_profile), report, tried).await?;
    if purpose.reports_existing() {
        let [old_record, new_record] = records;
        refuse_other_clients(settings, (&old, old_record), &old_side.pool, &old_target)?;
        refuse_other_clients(settings, (&new, new_record), &new_side.pool, &new_target)?;
    }
    let external_id = external_id(old_side.role.as_ref())?;
    let preflight = preflight(settings, report, purpose, &new, (&old_side, &new_side)).await?;

    let old_client = if dedicated {
        OldClient::Dedicated {
            id: standing_client(&old_side, &new_side),
        }
    } else {
        applications_client(&old_target, &old_side.pool)?
    };
    let desired = Desired::new(Choices {
        names: settings.names.clone(),
        old: old_target,
        old_client,
        new: new_target,
        external_id,
        package,
        log_retention: settings.log_retention.unwrap_or(LOG_RETENTION),
        // A command that changes nothing shows another trigger as drift.
        replace_trigger: settings.replace_trigger || purpose.reports_existing(),
        adopt: settings.adopt,
        variables: preflight.rules.to_env(),
    });
    let mut plan = plan::setup(&desired, &old_side, &new_side)?;
    plan.warnings = preflight.warnings;
    Ok(Prepared {
        old,
        new,
        desired,
        plan,
        old_side,
        new_side,
        trial,
    })
}

/// Refuses app clients that were named and that the deployment, where it exists, does not use.
fn refuse_other_clients(
    settings: &Settings,
    (account, record): (&Account, Record),
    pool: &Pool,
    target: &Target,
) -> Result<()> {
    let asked = settings.side(account.identity.side);
    if record.pool.is_none() || asked.clients.is_empty() {
        return Ok(());
    }
    let scope = Scope {
        account,
        settings: asked,
        names: &settings.names,
        record,
    };
    let mut named = target.clients.iter();
    named.try_for_each(|client| scope.refuse_other_client(&client.id, pool.client(&client.id)))
}

/// Holds the two pools against each other, and says how many users there are.
async fn preflight(
    settings: &Settings,
    report: &Arc<Report>,
    purpose: Purpose,
    account: &Account,
    (old_side, new_side): (&OldSide, &NewSide),
) -> Result<Preflight> {
    let (old, new) = (described(&old_side.pool)?, described(&new_side.pool)?);
    for (side, pool) in [(Side::Old, old), (Side::New, new)] {
        if let Some(count) = user_pool::users(pool) {
            report.event(Event::Users { side, count });
        }
    }
    let mfa = mfa(settings, report, purpose, old, new_side)?;
    // Asked only where the answer counts.
    let counts = mfa == Mfa::Users(MfaUsers::Migrate) && preflight::asks_for_mfa(new);
    let sms_mfa = counts && user_pool::has_sms_mfa(account, &new_side.pool.id).await?;
    let pools = Pools {
        old,
        new,
        new_clients: &new_side.pool.clients,
        sms_mfa,
        is_first: old_side.role.is_none() && new_side.role.is_none(),
    };
    let preflight = preflight::check(pools, &settings.wishes, mfa);
    let refusals = preflight.refusals.iter().map(Finding::to_string);
    let refusals = refusals.collect::<Vec<_>>().join("\n");
    ensure!(refusals.is_empty(), "{refusals}");
    Ok(preflight)
}

fn described(pool: &Pool) -> Result<&Object> {
    let gone = || format!("the user pool {} was deleted while this ran", pool.id);
    pool.described.as_ref().with_context(gone)
}

/// What becomes of users with a second factor: as wished, as set up before, or as answered.
fn mfa(
    settings: &Settings,
    report: &Report,
    purpose: Purpose,
    old: &Object,
    new_side: &NewSide,
) -> Result<Mfa> {
    if !preflight::asks_for_mfa(old) {
        return Ok(Mfa::None);
    }
    let standing = new_side.function.as_ref();
    let recorded = standing.and_then(|function| {
        let written = function.configuration.environment.get(env::MFA_USERS)?;
        match function_rules::MfaUsers::of_code(written)? {
            function_rules::MfaUsers::Refuse => Some(MfaUsers::Refuse),
            function_rules::MfaUsers::Migrate => Some(MfaUsers::Migrate),
            function_rules::MfaUsers::None => None,
        }
    });
    if let Some(decided) = settings.wishes.mfa_users.or(recorded) {
        return Ok(Mfa::Users(decided));
    }
    if purpose == Purpose::Report {
        return Ok(Mfa::Users(MfaUsers::Refuse));
    }
    if report.can_ask() {
        let answers = [
            ("they stay in the old pool (refuse)", MfaUsers::Refuse),
            (
                "they move by their password alone (migrate)",
                MfaUsers::Migrate,
            ),
        ];
        return Report::choose("What becomes of users with a second factor?", &answers)
            .map(Mfa::Users);
    }
    bail!(
        "the old user pool has MFA on, and a second factor does not move: what becomes of its users is yours to say\n  try  --mfa-users refuse: they stay in the old pool\n  or   --mfa-users migrate: they move by their password alone; codes by SMS go on where the new pool sends them"
    )
}

/// The dedicated client that stands as it was made: of several, the one that the function
/// asks through already.
fn standing_client(old_side: &OldSide, new_side: &NewSide) -> Option<String> {
    let asked = new_side.function.as_ref();
    let asked =
        asked.and_then(|function| function.configuration.environment.get(env::OLD_CLIENT_ID));
    let fit = || {
        let clients = old_side.dedicated.iter();
        let fit = clients.filter(|(_, client)| user_pool_client::is_dedicated(client));
        fit.map(|(id, _)| id)
    };
    fit()
        .find(|id| Some(*id) == asked)
        .or_else(|| fit().next())
        .cloned()
}

fn applications_client(target: &Target, pool: &Pool) -> Result<OldClient> {
    let client = target
        .clients
        .first()
        .context("no old app client was chosen")?;
    let described = pool.client(&client.id);
    Ok(OldClient::Applications {
        id: client.id.clone(),
        has_secret: described.is_some_and(user_pool_client::has_secret),
    })
}

/// The Lambda's package: a file of the user's, or the one that this build holds.
fn package_of(settings: &Settings) -> Result<Package> {
    let architecture = settings
        .architecture
        .unwrap_or_else(package::default_architecture);
    let (zip, sha256): (Cow<'static, [u8]>, _) = if let Some(path) = &settings.lambda_zip {
        let zip = package::read_zip(path)?;
        let sha256 = package::code_sha256(&zip);
        (zip.into(), sha256)
    } else {
        let (zip, sha256) = package::held(architecture).with_context(|| {
            format!(
                "this build of cogmig holds no Lambda for {architecture}\n  try  --architecture {}, or --lambda-zip with one of your own",
                package::default_architecture()
            )
        })?;
        (zip.into(), sha256.to_owned())
    };
    Ok(Package {
        zip,
        sha256,
        architecture,
    })
}

/// The ExternalId that the trust policy asks for already, or a new one of 256 bits.
/// AWS takes 2 to 1224 of `[\w+=,.@:/-]`.
fn external_id(role: Option<&Role>) -> Result<String> {
    if let Some(standing) = role.and_then(|role| documents::external_id(&role.trust)) {
        return Ok(standing.to_owned());
    }
    let mut random = [0; 32];
    getrandom::fill(&mut random)
        .map_err(|error| anyhow::anyhow!("this machine gives no random numbers: {error}"))?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}
