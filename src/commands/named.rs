//! Teardown compares each pool, app client and Region that was named with the record. Without a
//! deployment there is nothing to compare.

use anyhow::{Result, bail};

use super::teardown::Reached;
use crate::account::Side;
use crate::names::Names;
use crate::observe;
use crate::pasted::region_of;
use crate::resources::function::Function;
use crate::resources::role::Role;
use crate::resources::{user_pool, user_pool_client};
use crate::settings::{Settings, SideSettings};
use crate::targets::{Record, Scope, elsewhere, other_pool, refuse_other_region};
use crate::undo;

/// Compares what was named of one side, whose account is at hand.
///
/// # Errors
/// It is not the deployment's; or what it has to be compared with could not be read.
pub async fn check(
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
    let mut record = Record::of(side, names, role, function);
    record.pool = reached.pool.clone().or(record.pool);
    let is_dedicated = role.is_some_and(|role| names.made_client(&role.tags));
    let Some(pool) = record.pool.clone() else {
        return match (&asked.pool, role) {
            (Some(given), Some(role)) if names.own(&role.tags) => bail!(
                "{} is {}, but no record says which {} user pool the deployment `{}` serves\n  try  `cogmig setup`, which writes the record again",
                asked.origins.pool,
                given.id,
                side.as_str(),
                names.deployment
            ),
            _ => Ok(()),
        };
    };
    let region = region_of(&pool).unwrap_or(&reached.account.identity.region);
    let account = &reached.account.clone().in_region(region);
    let scope = Scope {
        account,
        settings: asked,
        names,
        record,
    };
    let (there, others) = match &asked.pool {
        Some(given) if given.id != pool => {
            let (there, others) =
                tokio::join!(user_pool::list(account), observe::others(account, names));
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
    let described = async |id: &str| user_pool_client::find(account, &pool, id).await;
    scope.refuse_other_clients(&pool, &there, described).await
}

/// Compares what was named of the side whose account is not at hand, as far as the other side
/// knows: `role` is the role there. A name can't be resolved.
///
/// # Errors
/// It is not the deployment's.
pub fn check_other_side(
    settings: &Settings,
    side: Side,
    role: Option<&Role>,
    function: Option<&Function>,
) -> Result<()> {
    let (names, asked) = (&settings.names, settings.side(side));
    let tags = role.map(|role| &role.tags).filter(|tags| names.own(tags));
    if let Some(account) = tags.and_then(|tags| tags.get(undo::PEER)) {
        refuse_other_account(names, asked, account)?;
    }
    let record = Record::of(side, names, None, function);
    if let (Some(named), Some(in_use)) = (asked.clients.first(), &record.in_use)
        && named.id != *in_use
        && looks_like_client(&named.id)
    {
        bail!(
            "{} is {}, but the deployment `{}` uses the {} app client {in_use}\n  try  no --{}-client",
            asked.origins.clients,
            named.id,
            names.deployment,
            side.as_str(),
            side.as_str()
        );
    }
    let Some(recorded) = &record.pool else {
        return Ok(());
    };
    refuse_other_region(side, asked, names, recorded)?;
    if let Some(named) = &asked.pool
        && named.id != *recorded
        && region_of(&named.id).is_some()
    {
        let pools = (named.id.as_str(), recorded.as_str());
        return Err(other_pool(side, asked, names, pools, &elsewhere(side)));
    }
    Ok(())
}

fn refuse_other_account(names: &Names, asked: &SideSettings, account: &str) -> Result<()> {
    for reference in asked.pool.iter().chain(&asked.clients) {
        if let Some(other) = reference.account().filter(|other| *other != account) {
            bail!(
                "the ARN of {} names account {other}, but the deployment `{}` is a migration with account {account}",
                reference.id,
                names.deployment
            );
        }
    }
    Ok(())
}

/// Whether it can be an id, and not a name: 26 lower-case letters and digits.
fn looks_like_client(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric();
    text.len() >= 20 && text.chars().all(legal)
}
