//! What stands, read with get, list and describe only.

use std::collections::BTreeMap;

use anyhow::Result;
use futures_util::future::try_join_all;

use crate::account::{Account, Identity};
use crate::error::CallError;
use crate::flows::Added;
use crate::lossless::Object;
use crate::names::Names;
use crate::resources::function::{self, Function};
use crate::resources::log_group::{self, LogGroup};
use crate::resources::policy::{self, Policy};
use crate::resources::role::{self, Role};
use crate::resources::{user_pool, user_pool_client};
use crate::undo;

/// What stands on both sides. A side is absent where its account was not named.
pub struct Observed {
    /// Where the users come from.
    pub old: Option<OldSide>,
    /// Where the users go.
    pub new: Option<NewSide>,
}

/// What stands in the old account.
#[derive(Clone)]
pub struct OldSide {
    /// `cognito-access-role`.
    pub role: Option<Role>,
    /// The user pool and its app clients.
    pub pool: Pool,
    /// The app clients of the name that a dedicated one has, in the order of their ids.
    pub dedicated: Vec<(String, Object)>,
}

/// What stands in the new account.
pub struct NewSide {
    /// Who it is.
    pub identity: Identity,
    /// The Lambda's role.
    pub role: Option<Role>,
    /// The Lambda's managed policy.
    pub policy: Option<Policy>,
    /// The Lambda's log group.
    pub log_group: Option<LogGroup>,
    /// The Lambda.
    pub function: Option<Function>,
    /// The user pool and its app clients.
    pub pool: Pool,
    /// Whether the trigger that ours took the place of has lost its function since.
    pub before_is_gone: bool,
}

/// A user pool and those of its app clients that matter.
#[derive(Clone, Default)]
pub struct Pool {
    /// Its id; empty where none is known.
    pub id: String,
    /// As Describe sends it; `None` where it is gone.
    pub described: Option<Object>,
    /// App clients by id, as Describe sends them.
    pub clients: Vec<(String, Option<Object>)>,
    /// What other deployments record of app clients: a flow goes with its last record.
    pub shared: BTreeMap<String, Added>,
}

impl Pool {
    /// An app client as it stands.
    pub fn client(&self, id: &str) -> Option<&Object> {
        self.clients
            .iter()
            .find(|(known, _)| known == id)
            .and_then(|(_, described)| described.as_ref())
    }
}

/// Reads a pool, the wanted app clients of it, and the ones that `role` records.
pub async fn pool(
    account: &Account,
    names: &Names,
    id: Option<&str>,
    wanted: &[String],
    role: Option<&Role>,
) -> Result<Pool, CallError> {
    let Some(id) = id else {
        return Ok(Pool::default());
    };
    let mut ids = wanted.to_vec();
    let recorded = role
        .into_iter()
        .flat_map(|role| undo::client_ids(&role.tags));
    ids.extend(
        recorded
            .map(str::to_owned)
            .filter(|id| !wanted.contains(id)),
    );
    let side = account.identity.side;
    let (first, own) = (Names::new(None), names.record_role(side));
    let (described, others, clients) = tokio::try_join!(
        user_pool::find(account, id),
        role::others(account, first.record_role(side), own),
        try_join_all(ids.iter().map(async |client| {
            let described = user_pool_client::find(account, id, client).await?;
            Ok::<_, CallError>((client.clone(), described))
        })),
    )?;
    Ok(Pool {
        id: id.to_owned(),
        described,
        clients,
        shared: others.iter().flat_map(undo::clients).collect(),
    })
}

/// Reads the app clients that have the name of a dedicated one. A call whose answer was
/// lost may have made one more.
pub async fn dedicated(
    account: &Account,
    names: &Names,
    pool: &str,
) -> Result<Vec<(String, Object)>, CallError> {
    let clients = user_pool_client::by_name(account, pool, &names.old_client).await?;
    let described = clients.into_iter().map(async |id| {
        let described = user_pool_client::find(account, pool, &id).await?;
        Ok::<_, CallError>(described.map(|client| (id, client)))
    });
    Ok(try_join_all(described)
        .await?
        .into_iter()
        .flatten()
        .collect())
}

/// Reads what bears our names in the new account, its role apart.
pub async fn new_side(
    account: &Account,
    names: &Names,
    role: Option<Role>,
    pool: Pool,
) -> Result<NewSide, CallError> {
    let identity = account.identity.clone();
    let (policy_arn, group_arn) = (
        names.lambda_policy_arn(&identity),
        names.log_group_arn(&identity),
    );
    let before = role
        .as_ref()
        .and_then(|role| role.tags.get(undo::TRIGGER_BEFORE));
    let before = before
        .map(|tag| undo::arn_from_tag(tag))
        .unwrap_or_default();
    let (policy, log_group, function, before_is_gone) = tokio::try_join!(
        policy::find(account, &policy_arn),
        log_group::find(account, &names.log_group, &group_arn),
        function::find(account, &names.function),
        function::is_gone(account, &before),
    )?;
    Ok(NewSide {
        identity,
        role,
        policy,
        log_group,
        function,
        pool,
        before_is_gone,
    })
}
