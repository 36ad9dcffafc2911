//! Reads the existing resources, only with get, list and describe calls.

pub mod deployments;
mod extras;
pub mod for_setup;
pub mod for_teardown;
mod later;
mod metric;
mod named;
mod optional;
mod pools;
mod query;
mod reached;
pub mod sign_ins;

use std::collections::BTreeMap;

use anyhow::Result;
use cogmig_core::call::CallError;
use cogmig_core::cognito::flows::Added;
use cogmig_core::cognito::lossless::Object;
use cogmig_core::governance::ROOT;
use cogmig_core::identity::Side;
use cogmig_core::names::Names;
use cogmig_core::observed::{Extras, Pool, Role};
use cogmig_core::record::{self, Tags};
use cogmig_core::reference::Listed;
use futures_util::future::try_join_all;

use crate::aws::account::Account;
use crate::aws::resources::{role, user_pool, user_pool_client};
use later::Later;

/// What is read early, in parallel with other reads.
#[derive(Clone, Copy)]
pub struct Early {
    /// Whether the connectivity check runs, if the deployment's function has the code of this
    /// build.
    pub checks_connectivity: bool,
    /// Whether a page of the old pool's users is read, and the limits of the new account.
    pub samples_users: bool,
    /// Whether everything is read on which an update of app clients depends.
    pub updates_clients: bool,
}

/// The reads in an account that don't need its id.
pub struct AccountScan {
    /// The role with the undo record.
    pub role: Option<Role>,
    /// The tags of the roles of other deployments. An account can have many of them.
    pub others: Others,
    /// The user pools in the account's Region, if they're read early. An account can have thousands
    /// of them.
    pub pools: Option<PoolList>,
}

/// The list of user pools in progress, or the error of the calls that opened connections for it.
pub type PoolList = Result<Later<Vec<Listed>>, CallError>;

/// The tags of the roles of other deployments.
pub type Others = Later<Vec<Tags>>;

/// Reads them. `lists_pools` is whether the user pool may have to be found in a list: then the first
/// page is read early, and connections for the next reads are opened.
pub async fn scan(
    account: &Account,
    names: &Names,
    lists_pools: bool,
) -> Result<AccountScan, CallError> {
    let side = account.identity.side;
    let inline = (side == Side::Old).then_some(names.access_policy.as_str());
    let others = start_others(account, names);
    let pools = lists_pools.then(|| {
        let account = account.clone();
        let list = async move { user_pool::list(&account).await };
        Later::start("cognito-idp:ListUserPools", list)
    });
    let connect = async {
        match pools {
            Some(pools) => Some(user_pool::connect(account).await.map(|()| pools)),
            None => None,
        }
    };
    let name = names.record_role(side);
    let role = async {
        match names.role_path.as_str() {
            ROOT => role::find(account, name, inline).await,
            _ => role::find_listed(account, name, inline).await,
        }
    };
    let (role, pools) = tokio::join!(role, connect);
    let role = role?;
    Ok(AccountScan {
        role,
        others,
        pools,
    })
}

/// Starts to read the tags of the roles of other deployments.
pub fn start_others(account: &Account, names: &Names) -> Others {
    let (account, names) = (account.clone(), names.clone());
    Later::start(
        "iam:ListRoles",
        async move { others(&account, &names).await },
    )
}

/// The tags of the roles of other deployments.
pub async fn others(account: &Account, names: &Names) -> Result<Vec<Tags>, CallError> {
    let (side, first) = (account.identity.side, Names::new(None));
    role::others(account, first.record_role(side), names.record_role(side)).await
}

/// Reads a pool and the list of its app clients, which is empty if it doesn't exist.
pub async fn with_list_of_clients(
    account: &Account,
    pool: &str,
    updates_clients: bool,
) -> Result<(Option<Object>, Vec<Listed>, Extras), CallError> {
    let extras = async {
        Ok(if updates_clients {
            extras::all(account, pool).await
        } else {
            extras::mfa(account, pool).await
        })
    };
    let (described, clients, extras) = tokio::try_join!(
        user_pool::find(account, pool),
        user_pool_client::list_if_exists(account, pool),
        extras,
    )?;
    Ok((described, clients.unwrap_or_default(), extras))
}

/// Reads a pool, the given app clients, and those that `role` has on record.
pub async fn pool(
    account: &Account,
    id: Option<&str>,
    given: &[String],
    role: Option<&Role>,
    others: Others,
) -> Result<Pool, CallError> {
    let Some(id) = id else {
        return Ok(Pool::default());
    };
    let ids = with_recorded(given, role);
    // Teardown only updates the new user pool.
    let extras = async {
        Ok(match account.identity.side {
            Side::Old => Extras::default(),
            Side::New => extras::mfa(account, id).await,
        })
    };
    let (described, others, clients, extras) = tokio::try_join!(
        user_pool::find(account, id),
        others.get(account),
        clients(account, id, &ids),
        extras,
    )?;
    Ok(Pool {
        id: id.to_owned(),
        described,
        clients,
        shared: shared(&others),
        extras,
    })
}

/// The given app clients, and those that a role has on record.
pub fn with_recorded(given: &[String], role: Option<&Role>) -> Vec<String> {
    let recorded = role.into_iter();
    let recorded = recorded.flat_map(|role| record::client_ids(&role.tags));
    let mut ids = given.to_vec();
    ids.extend(recorded.map(str::to_owned).filter(|id| !given.contains(id)));
    ids
}

/// The app clients that other deployments have on record.
pub fn shared(others: &[Tags]) -> BTreeMap<String, Added> {
    others.iter().flat_map(record::clients).collect()
}

/// Reads app clients.
pub async fn clients(
    account: &Account,
    pool: &str,
    ids: &[String],
) -> Result<Vec<(String, Option<Object>)>, CallError> {
    let described = ids.iter().map(async |id| {
        let described = user_pool_client::find(account, pool, id).await?;
        Ok::<_, CallError>((id.clone(), described))
    });
    try_join_all(described).await
}

/// Reads the app clients that aren't in `read`.
pub async fn other_clients(
    account: &Account,
    pool: &str,
    ids: &[String],
    read: Vec<(String, Option<Object>)>,
) -> Result<Vec<(String, Option<Object>)>, CallError> {
    let is_new = |id: &&String| read.iter().all(|(other, _)| other != *id);
    let others: Vec<_> = ids.iter().filter(is_new).cloned().collect();
    let mut all = clients(account, pool, &others).await?;
    all.extend(read.into_iter().filter(|(id, _)| ids.contains(id)));
    all.sort_by_key(|(id, _)| ids.iter().position(|other| other == id));
    Ok(all)
}

/// Reads the app clients with the name of the dedicated one. There can be several, because a call
/// without a response may have created another one.
pub async fn dedicated(
    account: &Account,
    names: &Names,
    pool: &str,
) -> Result<Vec<(String, Object)>, CallError> {
    let ids = user_pool_client::by_name(account, pool, &names.old_client).await?;
    Ok(existing(clients(account, pool, &ids).await?))
}

/// The app clients that exist.
pub fn existing(clients: Vec<(String, Option<Object>)>) -> Vec<(String, Object)> {
    let clients = clients.into_iter();
    clients
        .filter_map(|(id, client)| Some((id, client?)))
        .collect()
}

/// The account from which users are migrated to the old pool, if its trigger is the function of a
/// deployment.
async fn peer_of(old: &Account, trigger: Option<&str>) -> Result<Option<String>, CallError> {
    let Some(name) = trigger.and_then(|arn| Names::function_of_any(&old.identity, arn)) else {
        return Ok(None);
    };
    let tags = role::tags(old, name).await?;
    Ok(tags.and_then(|tags| tags.get(record::PEER).cloned()))
}
