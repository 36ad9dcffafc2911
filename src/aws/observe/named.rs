//! Teardown compares each pool, app client and Region that was named with the record. Without a
//! deployment there is nothing to compare.

use anyhow::Result;
use cogmig_core::identity::Side;
use cogmig_core::observed::Function;
use cogmig_core::options::Settings;
use cogmig_core::reference::region_of;
use cogmig_core::targets::{Scope, SideRecord, other_side, record_is_missing};

use super::reached::Reached;
use crate::aws::resources::{user_pool, user_pool_client};

/// Compares what was named of each side, the old one first.
///
/// # Errors
/// It is not the deployment's; or what it has to be compared with could not be read.
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

/// Compares what was named of one side, whose account is at hand.
///
/// # Errors
/// It is not the deployment's; or what it has to be compared with could not be read.
async fn check_side(
    settings: &Settings,
    reached: &Reached,
    function: Option<&Function>,
) -> Result<()> {
    let (names, side) = (&settings.names, reached.account.identity.side);
    let asked = settings.side(side);
    if asked.pool.is_none() && asked.region.is_none() && asked.clients.is_empty() {
        return Ok(());
    }
    let role = reached.role.as_ref();
    let mut record = SideRecord::of(side, names, role, function);
    record.pool = reached.pool.clone().or(record.pool);
    let is_dedicated = role.is_some_and(|role| names.made_client(&role.tags));
    let Some(pool) = record.pool.clone() else {
        return match (&asked.pool, role) {
            (Some(given), Some(role)) if names.own(&role.tags) => {
                Err(record_is_missing(side, asked, names, &given.id).into())
            }
            _ => Ok(()),
        };
    };
    let region = region_of(&pool).unwrap_or(&reached.account.identity.region);
    let account = &reached.account.clone().in_region(region);
    let scope = Scope {
        identity: &account.identity,
        settings: asked,
        names,
        record,
    };
    let (there, others) = match &asked.pool {
        Some(given) if given.id != pool => {
            let (there, others) =
                tokio::join!(user_pool::list(account), super::others(account, names));
            // The others are only for the remedy.
            (there?, others.unwrap_or_default())
        }
        _ => Default::default(),
    };
    scope.refuse_other_pool(&there, &others)?;
    // The application's client is not touched where the deployment has one of its own.
    if asked.clients.is_empty() || (is_dedicated && side == Side::Old) {
        return Ok(());
    }
    let Some(there) = user_pool_client::list_if_there(account, &pool).await? else {
        return Ok(());
    };
    let asked_clients = scope.named_clients(&pool, &there)?;
    for id in &asked_clients.missing {
        scope.refuse_other_client(id, None)?;
    }
    for id in &asked_clients.existing {
        let described = user_pool_client::find(account, &pool, id).await?;
        scope.refuse_other_client(id, described.as_ref())?;
    }
    Ok(())
}
