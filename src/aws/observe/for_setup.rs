//! The reads that setup, plan, verify and status begin with, in as few rounds as what needs what
//! allows: first all that is found by a name of ours, then all that needs an id of an
//! account or a pool, then the app clients that were settled on and are on no record.

use anyhow::{Context, Result};
use cogmig_core::call::CallError;
use cogmig_core::cognito::client;
use cogmig_core::cognito::lossless::Object;
use cogmig_core::cognito::pool::trigger;
use cogmig_core::desired::{OldClient, Target};
use cogmig_core::event::Event;
use cogmig_core::identity::Side;
use cogmig_core::names::Names;
use cogmig_core::observed::{NewSide, OldSide, Pool, Role};
use cogmig_core::options::Settings;
use cogmig_core::package::Package;
use cogmig_core::plan::guards;
use cogmig_core::record::{self, Tags};
use cogmig_core::reference::Listed;
use cogmig_core::targets::{Scope, Selection, SideRecord, refuse_other_peer};
use tokio::task::JoinSet;

use super::First;
use crate::aws::account::{Account, Run};
use crate::aws::probe;
use crate::aws::resources::{self, role, user_pool, user_pool_client};

/// Settles which pool or app clients it is about.
pub type Settle<'a> = &'a dyn Fn(Selection) -> Result<Vec<Listed>>;

/// Both accounts, which pools and app clients it is about, and what stands.
pub struct Deployment {
    /// Where the users come from.
    pub old: Account,
    /// Where the users go.
    pub new: Account,
    /// The old pool, and the app client that passwords are checked through.
    pub old_target: Target,
    /// The new pool, and the app clients that users sign in through.
    pub new_target: Target,
    /// What stands there.
    pub old_side: OldSide,
    /// What stands here.
    pub new_side: NewSide,
    /// What is on record of both sides.
    pub records: [SideRecord; 2],
    /// Whether passwords are checked through an app client of the deployment's own.
    pub dedicated: bool,
    /// Says whether the way of a sign-in is open, where that is being tried already.
    pub trial: JoinSet<bool>,
}

impl Deployment {
    /// The app client that passwords are checked through.
    ///
    /// # Errors
    /// None was settled on.
    pub fn old_client(&self) -> Result<OldClient> {
        if self.dedicated {
            return Ok(OldClient::dedicated(&self.old_side, &self.new_side));
        }
        let client = self.old_target.clients.first();
        let client = client.context("no old app client was chosen")?;
        Ok(OldClient::applications(&client.id, &self.old_side.pool))
    }

    /// Refuses app clients that were named and that the deployment, where it exists, does not use.
    ///
    /// # Errors
    /// One was.
    pub fn refuse_other_clients(&self, settings: &Settings) -> Result<()> {
        let [old_record, new_record] = &self.records;
        for (target, record, pool) in [
            (&self.old_target, old_record, &self.old_side.pool),
            (&self.new_target, new_record, &self.new_side.pool),
        ] {
            let asked = settings.side(target.identity.side);
            if record.pool.is_none() || asked.clients.is_empty() {
                continue;
            }
            let scope = Scope {
                identity: &target.identity,
                settings: asked,
                names: &settings.names,
                record: record.clone(),
            };
            for client in &target.clients {
                scope.refuse_other_client(&client.id, pool.client(&client.id))?;
            }
        }
        Ok(())
    }
}

/// Reads both sides. Where the function of the deployment stands and has this code, it is
/// asked meanwhile to try the way of a sign-in: perhaps there is nothing else to do.
///
/// # Errors
/// An account cannot be reached or read, or a pool or an app client cannot be settled on.
pub async fn for_setup(
    settings: &Settings,
    run: &Run,
    code: Option<&Package>,
    settle: Settle<'_>,
) -> Result<Deployment> {
    let names = &settings.names;
    let ((old, old_read), (new, new_read)) = tokio::try_join!(
        Account::connect(
            Side::Old,
            settings.profile(Side::Old)?,
            run,
            async |account| { super::first(account, names).await }
        ),
        Account::connect(
            Side::New,
            settings.profile(Side::New)?,
            run,
            async |account| {
                tokio::try_join!(
                    super::first(account, names),
                    resources::by_name(account, names)
                )
            }
        ),
    )?;
    run.tell(Event::Accounts(vec![
        old.identity.clone(),
        new.identity.clone(),
    ]));
    guards::partitions(&old.identity, &new.identity)?;
    let (old_first, (new_first, by_name)) = (old_read?, new_read?);
    let function = by_name.function.as_ref();
    let old_tags = old_first.role.as_ref().map(|role| &role.tags);
    let new_tags = new_first.role.as_ref().map(|role| &role.tags);
    // Where the role lost its tags, the function may have them.
    let new_tags = new_tags
        .filter(|tags| names.own(tags))
        .or(function.map(|function| &function.tags));
    refuse_other_peer(names, (&old.identity, old_tags), &new.identity)?;
    refuse_other_peer(names, (&new.identity, new_tags), &old.identity)?;
    let mut trial = JoinSet::new();
    if let Some(pool) = code.and_then(|code| by_name.pool_of(names, code)) {
        trial.spawn(probe::probe_once(new.clone(), names.function.clone(), pool));
    }

    let rest = async {
        let rest = resources::rest(&new, names, new_first.role.as_ref()).await;
        rest.map_err(anyhow::Error::from)
    };
    let read = |account, first, side| Read {
        account,
        first,
        scope: Scope {
            identity: &account.identity,
            settings: settings.side(side),
            names,
            record: SideRecord::of(side, names, first.role.as_ref(), function),
        },
    };
    let (old_side, new_side) = (
        read(&old, &old_first, Side::Old),
        read(&new, &new_first, Side::New),
    );
    let (pools, rest) = tokio::try_join!(pools(settings, &old_side, &new_side, settle), rest)?;
    let records = [old_side.scope.record, new_side.scope.record];
    let Pools {
        old: (old_target, old_pool),
        new: (new_target, new_pool),
        dedicated,
        own_clients,
    } = pools;
    Ok(Deployment {
        old_target,
        new_target,
        old_side: OldSide {
            role: old_first.role,
            pool: old_pool,
            dedicated: own_clients,
        },
        new_side: resources::assembled(&new, new_first.role, by_name, rest, new_pool),
        old,
        new,
        records,
        dedicated,
        trial,
    })
}

/// What was read of one side in the first round.
struct Read<'a> {
    account: &'a Account,
    first: &'a First,
    scope: Scope<'a>,
}

/// The pools and app clients that were settled on, as they stand.
struct Pools {
    old: (Target, Pool),
    new: (Target, Pool),
    dedicated: bool,
    own_clients: Vec<(String, Object)>,
}

async fn pools(
    settings: &Settings,
    old_read: &Read<'_>,
    new_read: &Read<'_>,
    settle: Settle<'_>,
) -> Result<Pools> {
    let names = &settings.names;
    let (old, new) = (old_read.account, new_read.account);
    let (old_scope, new_scope) = (&old_read.scope, &new_read.scope);
    let (old_first, new_first) = (old_read.first, new_read.first);
    let (old_role, new_role) = (old_first.role.as_ref(), new_first.role.as_ref());
    let old_pool = only(settle(
        old_scope.pool(&old_first.pools, &old_first.others)?,
    )?)?;
    let new_pool = only(settle(
        new_scope.pool(&new_first.pools, &new_first.others)?,
    )?)?;
    guards::two_pools((&old.identity, &old_pool), (&new.identity, &new_pool))?;
    // Those that are on record are wanted again as a rule, and need no list to be known.
    let (old_recorded, new_recorded) = (
        super::with_recorded(&[], old_role),
        super::with_recorded(&[], new_role),
    );
    let ((old_described, old_listed), old_early, (new_described, new_listed), new_early) = tokio::try_join!(
        with_list_of_clients(old, &old_pool.id),
        super::clients(old, &old_pool.id, &old_recorded),
        with_list_of_clients(new, &new_pool.id),
        super::clients(new, &new_pool.id, &new_recorded),
    )?;

    let recorded = old_role.is_some_and(|role| names.made_client(&role.tags))
        || uses_dedicated(old_scope, old_role, names, &old_listed);
    let dedicated = settings.dedicated_old_client || (recorded && settings.old.clients.is_empty());
    let old_clients = if dedicated {
        Vec::new()
    } else {
        settle(old_scope.clients(&old_pool.id, &old_listed)?)?
    };
    let new_clients = settle(new_scope.clients(&new_pool.id, &new_listed)?)?;
    let old_ids = super::with_recorded(&ids(&old_clients), old_role);
    let new_ids = super::with_recorded(&ids(&new_clients), new_role);
    let own_ids = if dedicated || recorded {
        client::ids_of(&old_listed, &names.old_client)
    } else {
        Vec::new()
    };
    let trigger_of_old = old_described.as_ref().and_then(trigger);
    let (old_read, own_read, new_read, peer) = tokio::try_join!(
        super::other_clients(old, &old_pool.id, &old_ids, old_early),
        super::clients(old, &old_pool.id, &own_ids),
        super::other_clients(new, &new_pool.id, &new_ids, new_early),
        peer_of(old, trigger_of_old),
    )?;
    guards::no_loop(&old_pool, trigger_of_old, peer.as_deref(), &new.identity)?;
    let side = |account: &Account, pool: Listed, clients, described, read, others: &[Tags]| {
        let stands = Pool {
            id: pool.id.clone(),
            described,
            clients: read,
            shared: super::shared(others),
        };
        let target = Target {
            identity: account.identity.clone(),
            pool,
            clients,
        };
        (target, stands)
    };
    Ok(Pools {
        old: side(
            old,
            old_pool,
            old_clients,
            old_described,
            old_read,
            &old_first.others,
        ),
        new: side(
            new,
            new_pool,
            new_clients,
            new_described,
            new_read,
            &new_first.others,
        ),
        dedicated,
        own_clients: super::there(own_read),
    })
}

/// Whether the app client on record is by its name one that was made for the deployment: asked of
/// a role that lost the tags that say so.
fn uses_dedicated(old: &Scope<'_>, role: Option<&Role>, names: &Names, listed: &[Listed]) -> bool {
    let is_recorded = |client: &&Listed| old.record.clients.contains(&client.id);
    let mut recorded = listed.iter().filter(is_recorded);
    role.is_none_or(|role| !names.own(&role.tags))
        && recorded.any(|client| client.name == names.old_client)
}

async fn with_list_of_clients(
    account: &Account,
    pool: &str,
) -> Result<(Option<Object>, Vec<Listed>), CallError> {
    tokio::try_join!(
        user_pool::find(account, pool),
        user_pool_client::list(account, pool),
    )
}

fn ids(clients: &[Listed]) -> Vec<String> {
    clients.iter().map(|client| client.id.clone()).collect()
}

fn only(pools: Vec<Listed>) -> Result<Listed> {
    pools.into_iter().next().context("no user pool was chosen")
}

/// The account from which users move into the old pool already, where its trigger is of a
/// deployment.
async fn peer_of(old: &Account, trigger: Option<&str>) -> Result<Option<String>, CallError> {
    let Some(name) = trigger.and_then(|arn| Names::function_of_any(&old.identity, arn)) else {
        return Ok(None);
    };
    let tags = role::tags(old, name).await?;
    Ok(tags.and_then(|tags| tags.get(record::PEER).cloned()))
}
