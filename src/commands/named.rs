//! What was named is what is touched: teardown holds each pool, app client and Region that was
//! named against what is on record. Of a deployment that does not exist, nothing is.

use anyhow::{Result, ensure};

use super::teardown::Reached;
use crate::account::Side;
use crate::names::Names;
use crate::observe;
use crate::pasted::region_of;
use crate::resources::function::Function;
use crate::resources::{user_pool, user_pool_client};
use crate::settings::{Settings, SideSettings};
use crate::targets::{Record, Scope};

/// Holds what was named of one side against its record.
///
/// # Errors
/// It is not the deployment's; or what it has to be compared with could not be read.
pub async fn hold(
    settings: &Settings,
    side: Side,
    reached: Option<&Reached>,
    function: Option<&Function>,
) -> Result<()> {
    let asked = match side {
        Side::Old => &settings.old,
        Side::New => &settings.new,
    };
    let role = reached.and_then(|reached| reached.role.as_ref());
    let mut record = Record::of(side, &settings.names, role, function);
    let Some(reached) = reached else {
        return by_id(side, asked, &settings.names, &record);
    };
    record.pool = reached.pool.clone().or(record.pool);
    let Some(pool) = record.pool.clone() else {
        return Ok(());
    };
    let account = &reached.account;
    let scope = Scope {
        account,
        settings: asked,
        names: &settings.names,
        record,
    };
    let by_its_id = |named: &str| named == pool;
    let (there, others) = match &asked.pool {
        Some(named) if !by_its_id(&named.id) => tokio::try_join!(
            user_pool::list(account),
            observe::others(account, &settings.names)
        )?,
        _ => Default::default(),
    };
    scope.refuse_other_pool(&there, &others)?;
    if asked.clients.is_empty() {
        return Ok(());
    }
    let there = user_pool_client::list(account, &pool).await?;
    for client in scope.named_clients(&pool, &there)? {
        let described = user_pool_client::find(account, &pool, &client.id).await?;
        scope.refuse_other_client(&client.id, described.as_ref())?;
    }
    Ok(())
}

/// The same where the account is not at hand: the function knows the pool of the other side. A
/// name tells nothing there.
fn by_id(side: Side, asked: &SideSettings, names: &Names, record: &Record) -> Result<()> {
    let (Some(pool), Some(recorded)) = (&asked.pool, &record.pool) else {
        return Ok(());
    };
    let side = side.as_str();
    ensure!(
        pool.id == *recorded || region_of(&pool.id).is_none(),
        "{} is {}, but the deployment `{}` serves the {side} user pool {recorded}\n  try  --suffix for another deployment, or no --{side}-pool",
        asked.origins.pool,
        pool.id,
        names.deployment
    );
    Ok(())
}
