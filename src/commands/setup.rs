//! `cogmig setup`, and `cogmig plan`, which is the same stopped before any change.

use std::borrow::Cow;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{End, connect};
use crate::account::{Account, Side};
use crate::apply::{Accounts, apply};
use crate::desired::{Choices, Desired, Package, Target};
use crate::names::Names;
use crate::observe::{self, NewSide, OldSide, Pool};
use crate::report::{Outcome, Report};
use crate::resources::role::{self, Role};
use crate::resources::{user_pool, user_pool_client};
use crate::settings::Settings;
use crate::{documents, package, plan, targets, undo};

/// Shows what is to be done and, unless `dry`, does it.
///
/// # Errors
/// Whatever keeps the migration from standing.
pub async fn run(settings: &Settings, report: &Arc<Report>, dry: bool) -> Result<End> {
    let (old_profile, new_profile) = settings.both_profiles()?;
    let package = package_of(settings)?;
    let events = report.events();
    let (old, new) = tokio::try_join!(
        connect(Side::Old, &settings.old, old_profile, &events),
        connect(Side::New, &settings.new, new_profile, &events),
    )?;
    report.accounts(vec![old.identity.clone(), new.identity.clone()]);
    refuse_partitions(&old, &new)?;

    let names = &settings.names;
    let (access_role, lambda_role) = tokio::try_join!(
        role::find(&old, &names.access_role),
        role::find(&new, &names.lambda_role),
    )?;
    let old_target = targets::find(&old, &settings.old, access_role.as_ref(), report).await?;
    let new_target = targets::find(&new, &settings.new, lambda_role.as_ref(), report).await?;
    refuse_same_pool(&old_target, &new_target)?;

    let (old_ids, new_ids) = (ids(&old_target), ids(&new_target));
    let (old_pool, new_pool) = tokio::try_join!(
        observe::pool(
            &old,
            names,
            Some(&old_target.pool.id),
            &old_ids,
            access_role.as_ref()
        ),
        observe::pool(
            &new,
            names,
            Some(&new_target.pool.id),
            &new_ids,
            lambda_role.as_ref()
        ),
    )?;
    refuse_secret(&old_target, &old_pool)?;
    refuse_loop(&old, &old_pool, &new).await?;
    let external_id = external_id(access_role.as_ref())?;
    let old_side = OldSide {
        role: access_role,
        pool: old_pool,
    };
    let new_side: NewSide = observe::new_side(&new, names, lambda_role, new_pool).await?;

    let desired = Desired::new(Choices {
        names: names.clone(),
        old_client: old_target
            .clients
            .first()
            .cloned()
            .context("no old app client was chosen")?,
        old: old_target,
        new: new_target,
        external_id,
        package,
        log_retention: settings.log_retention,
        replace_trigger: settings.replace_trigger,
    });
    let plan = plan::setup(&desired, &old_side, &new_side)?;
    report.plan(&plan);
    if dry {
        report.outcome(&Outcome::Planned);
        return Ok(if plan.is_empty() {
            End::of(&plan)
        } else {
            End::Differences
        });
    }
    if !plan.is_empty() {
        if !settings.yes && !report.confirm("Make these changes?")? {
            report.outcome(&Outcome::Declined);
            return Ok(End::LookAtIt);
        }
        let accounts = Accounts {
            old: Some(&old),
            new: Some(&new),
        };
        apply(&plan, &accounts, &events).await?;
    }
    report.outcome(&Outcome::SetUp {
        new_pool: &desired.new.pool.id,
        new_region: &desired.new.identity.region,
        new_clients: desired
            .new
            .clients
            .iter()
            .map(|client| client.id.as_str())
            .collect(),
    });
    Ok(End::of(&plan))
}

fn ids(target: &Target) -> Vec<String> {
    target
        .clients
        .iter()
        .map(|client| client.id.clone())
        .collect()
}

/// The Lambda's package: a file of the user's, or the one that this build holds.
fn package_of(settings: &Settings) -> Result<Package> {
    let architecture = settings
        .architecture
        .unwrap_or_else(package::default_architecture);
    let zip: Cow<'static, [u8]> = match &settings.lambda_zip {
        Some(path) => package::read_zip(path)?.into(),
        None => package::held(architecture)
            .with_context(|| {
                format!(
                    "this build of cogmig holds no Lambda for {architecture}\n  try  --architecture {}, or --lambda-zip with one of your own",
                    package::default_architecture()
                )
            })?
            .into(),
    };
    Ok(Package {
        sha256: package::code_sha256(&zip),
        zip,
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

fn refuse_partitions(old: &Account, new: &Account) -> Result<()> {
    let (from, to) = (&old.identity.partition, &new.identity.partition);
    if from != to {
        bail!(
            "the old account is in the partition {from} and the new one in {to}: no role can be assumed from one to the other, so that the Lambda could not ask the old pool"
        );
    }
    Ok(())
}

fn refuse_same_pool(old: &Target, new: &Target) -> Result<()> {
    ensure!(
        old.pool.id != new.pool.id || old.identity.id != new.identity.id,
        "both sides are the user pool {} of account {}\n  try  --new-profile, --new-region or --new-pool",
        old.pool.id,
        old.identity.id
    );
    Ok(())
}

/// The old pool asks its own trigger about a name that it does not know. Where that one
/// moves users the other way, each pool would ask the other for ever.
async fn refuse_loop(old: &Account, pool: &Pool, new: &Account) -> Result<()> {
    let trigger = pool.described.as_ref().and_then(user_pool::trigger);
    let Some(name) = trigger.and_then(|arn| Names::function_of_any(&old.identity, arn)) else {
        return Ok(());
    };
    let role = role::find(old, name).await?;
    let peer = role.as_ref().and_then(|role| role.tags.get(undo::PEER));
    ensure!(
        peer != Some(&new.identity.id),
        "users move the other way already, into the user pool {} by {name}\n  try  the profiles the other way round, or `cogmig teardown` of that migration first",
        pool.id
    );
    Ok(())
}

fn refuse_secret(target: &Target, pool: &Pool) -> Result<()> {
    for client in &target.clients {
        if pool
            .client(&client.id)
            .is_some_and(user_pool_client::has_secret)
        {
            bail!(
                "the old app client {} has a client secret, which the Lambda does not have\n  try  --old-client with an app client without a secret; a new one can be made for this",
                client.id
            );
        }
    }
    Ok(())
}
