//! Teardown compares the user pools, app clients and Regions in the options with the record.
//! Without a deployment, there is nothing to compare.

use anyhow::Result;
use cogmig_core::identity::Side;
use cogmig_core::observed::Function;
use cogmig_core::options::Settings;
use cogmig_core::reference::region_of;
use cogmig_core::targets::{Scope, SideRecord, other_side, record_is_missing};

use super::reached::Reached;
use crate::aws::resources::{user_pool, user_pool_client};

/// Compares the options of each side. Errors of the old side come first.
///
/// # Errors
/// The options don't match the deployment, or it can't be read.
pub async fn check(
    settings: &Settings,
    (old, new): (Option<&Reached>, Option<&Reached>),
    function: Option<&Function>,
) -> Result<()> {
    let check = async |side, here: Option<&Reached>, there: Option<&Reached>| {
        if let Some(reached) = here {
            return check_side(settings, reached, function).await;
        }
        let role = there.and_then(|there| there.role.as_ref());
        Ok(other_side::check(settings, side, role, function)?)
    };
    let (of_old, of_new) = tokio::join!(check(Side::Old, old, new), check(Side::New, new, old));
    of_old.and(of_new)
}

/// Compares the options of one side, whose account is connected.
///
/// # Errors
/// The options don't match the deployment, or it can't be read.
async fn check_side(
    settings: &Settings,
    reached: &Reached,
    function: Option<&Function>,
) -> Result<()> {
    let (names, side) = (&settings.names, reached.account.identity.side);
    let options = settings.side(side);
    if options.pool.is_none() && options.region.is_none() && options.clients.is_empty() {
        return Ok(());
    }
    let role = reached.role.as_ref();
    let mut record = SideRecord::of(side, names, role, function);
    record.pool = reached.pool.clone().or(record.pool);
    let is_dedicated = role.is_some_and(|role| names.made_client(&role.tags));
    let Some(pool) = record.pool.clone() else {
        return match (&options.pool, role) {
            (Some(given), Some(role)) if names.own(&role.tags) => {
                Err(record_is_missing(side, options, names, &given.id).into())
            }
            _ => Ok(()),
        };
    };
    let region = region_of(&pool).unwrap_or(&reached.account.identity.region);
    let account = &reached.account.clone().in_region(region);
    let scope = Scope {
        identity: &account.identity,
        settings: options,
        names,
        record,
    };
    let (existing, others) = match &options.pool {
        Some(given) if given.id != pool => {
            let (existing, others) =
                tokio::join!(user_pool::list(account), super::others(account, names));
            // The other deployments are only for the remedy.
            (existing?, others.unwrap_or_default())
        }
        _ => Default::default(),
    };
    scope.refuse_other_pool(&existing, &others)?;
    // With a dedicated app client, the deployment doesn't change the application's app client.
    if options.clients.is_empty() || (is_dedicated && side == Side::Old) {
        return Ok(());
    }
    let Some(existing) = user_pool_client::list_if_exists(account, &pool).await? else {
        return Ok(());
    };
    let given = scope.named_clients(&pool, &existing)?;
    for id in &given.missing {
        scope.refuse_other_client(id, None)?;
    }
    for id in &given.existing {
        let described = user_pool_client::find(account, &pool, id).await?;
        scope.refuse_other_client(id, described.as_ref())?;
    }
    Ok(())
}
