//! Selects the user pools and app clients, and reads them. A user pool that an option or the record
//! has is read without a list of all user pools.

use anyhow::{Context, Result};
use cogmig_core::call::CallError;
use cogmig_core::cognito::client;
use cogmig_core::cognito::lossless::Object;
use cogmig_core::cognito::pool::trigger;
use cogmig_core::desired::Target;
use cogmig_core::names::Names;
use cogmig_core::observed::{Extras, Pool, Role};
use cogmig_core::operations::Operations;
use cogmig_core::options::Settings;
use cogmig_core::plan::guards;
use cogmig_core::record::Tags;
use cogmig_core::reference::Listed;
use cogmig_core::targets::{Scope, Selection, SideRecord};
use cogmig_core::text::on_one_line;
use rules::decision::OldUser;

use super::optional::{Secrets, sampled, secrets};
use super::{Early, Others};
use crate::aws::account::Account;
use crate::aws::resources::{operations, user_pool};

/// Selects a user pool or app clients.
pub type Select<'a> = &'a dyn Fn(Selection) -> Result<Vec<Listed>>;

/// The first reads of one side.
pub struct Read<'a> {
    account: &'a Account,
    role: Option<&'a Role>,
    /// The roles of other deployments. They're needed last, or for the fix of an error.
    others: Others,
    /// The list of user pools, if it was started.
    pools: Option<super::PoolList>,
    scope: Scope<'a>,
}

/// The selected user pools and app clients.
pub struct Pools {
    /// The old side.
    pub old: (Target, Pool),
    /// The new side.
    pub new: (Target, Pool),
    /// Whether a dedicated app client checks passwords.
    pub dedicated: bool,
    /// The dedicated app clients.
    pub own_clients: Vec<(String, Object)>,
    /// Some users of the old pool, if they were requested.
    pub sample: Option<Result<Vec<OldUser>, CallError>>,
    /// The numbers of secrets of the old app clients.
    pub old_secrets: Secrets,
    /// What runs in the old and in the new pool.
    pub operations: [Operations; 2],
}

impl<'a> Read<'a> {
    /// The options and the record of a side, and the reads that were started.
    pub fn new(
        account: &'a Account,
        settings: &'a Settings,
        (role, record): (Option<&'a Role>, SideRecord),
        (others, pools): (Others, Option<super::PoolList>),
    ) -> Self {
        let scope = Scope {
            identity: &account.identity,
            settings: settings.side(account.identity.side),
            names: &settings.names,
            record,
        };
        // A list that isn't needed is stopped here.
        let pools = pools.filter(|_| scope.pool_id().is_none());
        Self {
            account,
            role,
            others,
            pools,
            scope,
        }
    }

    /// The user pool from the list, if an option or the record has no id. Otherwise the options are
    /// only compared with the record.
    async fn find_in_list(&mut self, select: Select<'_>) -> Result<Option<Listed>> {
        if let Some(id) = self.scope.pool_id() {
            let id = id.to_owned();
            let name = String::new();
            self.selection(&[Listed { id, name }]).await?;
            return Ok(None);
        }
        let pools = match self.pools.take() {
            Some(Ok(pools)) => pools.get(self.account).await?,
            Some(Err(error)) => {
                let place = self.account.identity.place();
                return Err(CallError { place, ..error }.into());
            }
            None => user_pool::list(self.account).await?,
        };
        only(select(self.selection(&pools).await?)?).map(Some)
    }

    /// The selected user pool, now that it's read.
    async fn selected(
        &mut self,
        listed: Option<Listed>,
        described: Option<&Object>,
        select: Select<'_>,
    ) -> Result<Listed> {
        if let Some(listed) = listed {
            return Ok(listed);
        }
        let id = self.scope.pool_id().unwrap_or_default();
        let listed = |described: &Object| {
            let name = described.get("Name").and_then(|name| name.as_str());
            Listed {
                id: id.to_owned(),
                name: on_one_line(name.unwrap_or_default()),
            }
        };
        let pools = match described {
            Some(described) => vec![listed(described)],
            None if self.scope.record.pool.is_some() => Vec::new(),
            // The error lists those that exist.
            None => user_pool::list(self.account).await?,
        };
        only(select(self.selection(&pools).await?)?)
    }

    /// Selects from these. The roles of other deployments are needed only for the fix of an error.
    async fn selection(&mut self, pools: &[Listed]) -> Result<Selection> {
        if let Ok(selection) = self.scope.pool(pools, &[]) {
            return Ok(selection);
        }
        let others = super::start_others(self.account, self.scope.names);
        let others = std::mem::replace(&mut self.others, others);
        let others = others.get(self.account).await.unwrap_or_default();
        Ok(self.scope.pool(pools, &others)?)
    }

    /// The id of the user pool that is read.
    fn id<'s>(&'s self, listed: Option<&'s Listed>) -> &'s str {
        let listed = listed.map(|pool| pool.id.as_str());
        listed.or(self.scope.pool_id()).unwrap_or_default()
    }
}

/// Selects and reads the user pools and app clients of both sides.
///
/// # Errors
/// One can't be selected or read.
pub async fn read(
    settings: &Settings,
    mut old_read: Read<'_>,
    mut new_read: Read<'_>,
    early: Early,
    select: Select<'_>,
) -> Result<Pools> {
    let names = &settings.names;
    let (old, new) = (old_read.account, new_read.account);
    let (old_role, new_role) = (old_read.role, new_read.role);
    let old_listed = old_read.find_in_list(select).await?;
    let new_listed = new_read.find_in_list(select).await?;
    let (old_id, new_id) = (
        old_read.id(old_listed.as_ref()),
        new_read.id(new_listed.as_ref()),
    );
    let recorded = super::with_recorded(&[], old_role);
    let (old_first, new_first, early_secrets, sample) = tokio::try_join!(
        First::read(old, old_id, old_role, early),
        First::read(new, new_id, new_role, early),
        secrets(old, old_id, &recorded, Secrets::new()),
        sampled(old, old_id, early.samples_users),
    )?;
    let (old_described, new_described) =
        (old_first.described.as_ref(), new_first.described.as_ref());
    let old_pool = old_read.selected(old_listed, old_described, select).await?;
    let new_pool = new_read.selected(new_listed, new_described, select).await?;
    guards::two_pools((&old.identity, &old_pool), (&new.identity, &new_pool))?;
    let (old_scope, new_scope) = (&old_read.scope, &new_read.scope);

    let recorded = old_role.is_some_and(|role| names.made_client(&role.tags))
        || uses_dedicated(old_scope, old_role, names, &old_first.listed);
    let dedicated = settings.dedicated_old_client.unwrap_or(recorded);
    let own = client::ids_of(&old_first.listed, &names.old_client);
    let replaced = if recorded { &own[..] } else { &[] };
    let old_clients = if dedicated {
        Vec::new()
    } else {
        select(applications(
            old_scope,
            &old_pool.id,
            &old_first.listed,
            replaced,
        )?)?
    };
    let new_clients = select(new_scope.clients(&new_pool.id, &new_first.listed)?)?;
    let selected = ids(&old_clients);
    let old_ids = super::with_recorded(&selected, old_role);
    let new_ids = super::with_recorded(&ids(&new_clients), new_role);
    let own_ids = if dedicated || recorded {
        own
    } else {
        Vec::new()
    };
    let trigger_of_old = old_first.described.as_ref().and_then(trigger);
    let (old_read_clients, old_secrets, own_read, new_read_clients, peer, old_others, new_others) =
        tokio::try_join!(
            super::other_clients(old, &old_pool.id, &old_ids, old_first.clients),
            secrets(old, &old_pool.id, &selected, early_secrets),
            super::clients(old, &old_pool.id, &own_ids),
            super::other_clients(new, &new_pool.id, &new_ids, new_first.clients),
            super::peer_of(old, trigger_of_old),
            old_read.others.get(old),
            new_read.others.get(new),
        )?;
    guards::no_loop(&old_pool, trigger_of_old, peer.as_deref(), &new.identity)?;
    let existing = |pool: &Listed, described, clients, others: &[Tags], extras| Pool {
        id: pool.id.clone(),
        described,
        clients,
        shared: super::shared(others),
        extras,
    };
    let old_existing = existing(
        &old_pool,
        old_first.described,
        old_read_clients,
        &old_others,
        old_first.extras,
    );
    let new_existing = existing(
        &new_pool,
        new_first.described,
        new_read_clients,
        &new_others,
        new_first.extras,
    );
    Ok(Pools {
        old: (target(old, old_pool, old_clients), old_existing),
        new: (target(new, new_pool, new_clients), new_existing),
        dedicated,
        own_clients: super::existing(own_read),
        sample,
        old_secrets,
        operations: [old_first.operations, new_first.operations],
    })
}

/// The reads of one side that need only the id of the user pool.
struct First {
    described: Option<Object>,
    listed: Vec<Listed>,
    extras: Extras,
    clients: Vec<(String, Option<Object>)>,
    operations: Operations,
}

impl First {
    /// The recorded app clients are usually selected again, and can be read before the list is
    /// known.
    async fn read(
        account: &Account,
        id: &str,
        role: Option<&Role>,
        early: Early,
    ) -> Result<Self, CallError> {
        let recorded = super::with_recorded(&[], role);
        let ((described, listed, extras), clients, operations) = tokio::try_join!(
            super::with_list_of_clients(account, id, early.updates_clients),
            super::clients(account, id, &recorded),
            async { Ok(operations::read(account, id).await) },
        )?;
        Ok(Self {
            described,
            listed,
            extras,
            clients,
            operations,
        })
    }
}

/// Selects the app client of an application. It may replace the dedicated app clients `replaced`.
fn applications(
    scope: &Scope<'_>,
    pool: &str,
    listed: &[Listed],
    replaced: &[String],
) -> cogmig_core::problem::Result<Selection> {
    if replaced.is_empty() || !scope.settings.clients.is_empty() {
        return scope.clients(pool, listed);
    }
    let applications = Scope {
        record: scope.record.clone().without(replaced),
        ..*scope
    };
    let listed = listed
        .iter()
        .filter(|client| !replaced.contains(&client.id));
    applications.clients(pool, &listed.cloned().collect::<Vec<_>>())
}

fn target(account: &Account, pool: Listed, clients: Vec<Listed>) -> Target {
    Target {
        identity: account.identity.clone(),
        pool,
        clients,
    }
}

/// Whether the recorded app client has the name of the dedicated one. This is for a role that lost
/// the tag that records it.
fn uses_dedicated(old: &Scope<'_>, role: Option<&Role>, names: &Names, listed: &[Listed]) -> bool {
    let is_recorded = |client: &&Listed| old.record.clients.contains(&client.id);
    let mut recorded = listed.iter().filter(is_recorded);
    role.is_none_or(|role| !names.own(&role.tags))
        && recorded.any(|client| client.name == names.old_client)
}

fn ids(clients: &[Listed]) -> Vec<String> {
    clients.iter().map(|client| client.id.clone()).collect()
}

fn only(pools: Vec<Listed>) -> Result<Listed> {
    pools.into_iter().next().context("no user pool is selected")
}
