//! The reads that setup, plan, verify and status begin with, in as few rounds as what needs what
//! allows: first all that is found by a name of ours, then all that needs an id of an
//! account or a pool, then the app clients that were settled on and are on no record.

use std::sync::Arc;

use anyhow::{Result, ensure};
use tokio::task::JoinSet;

use super::connect;
use crate::account::{Account, Side};
use crate::desired::{Package, Target};
use crate::error::CallError;
use crate::lossless::Object;
use crate::names::Names;
use crate::observe::{self, First, NewSide, OldSide, Pool};
use crate::report::Report;
use crate::resources::role::{self, Role};
use crate::resources::user_pool::{self, Named};
use crate::resources::user_pool_client;
use crate::settings::Settings;
use crate::targets::{Record, Scope, refuse_other_peer};
use crate::undo::Tags;
use crate::{probe, undo};

/// Both accounts, which pools and app clients it is about, and what stands.
pub struct Looked {
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
    pub records: [Record; 2],
    /// Whether passwords are checked through an app client of the deployment's own.
    pub dedicated: bool,
    /// Says whether the way of a sign-in is open, where that is being tried already.
    pub trial: JoinSet<bool>,
}

/// Looks at both sides. Where the function of the deployment stands and has this code, it is
/// asked meanwhile to try the way of a sign-in: perhaps there is nothing else to do.
///
/// # Errors
/// An account cannot be reached or read, or a pool or an app client cannot be settled on.
pub async fn look(
    settings: &Settings,
    (old_profile, new_profile): (&str, &str),
    report: &Arc<Report>,
    code: Option<&Package>,
) -> Result<Looked> {
    let (names, events) = (&settings.names, report.events());
    let ((old, old_read), (new, new_read)) = tokio::try_join!(
        connect(
            Side::Old,
            &settings.old,
            old_profile,
            &events,
            async |account| observe::first(account, names).await
        ),
        connect(
            Side::New,
            &settings.new,
            new_profile,
            &events,
            async |account| {
                tokio::try_join!(
                    observe::first(account, names),
                    observe::by_name(account, names)
                )
            }
        ),
    )?;
    report.accounts(vec![old.identity.clone(), new.identity.clone()]);
    refuse_partitions(&old, &new)?;
    let (old_first, (new_first, by_name)) = (old_read?, new_read?);
    let function = by_name.function.as_ref();
    let old_tags = old_first.role.as_ref().map(|role| &role.tags);
    let new_tags = new_first.role.as_ref().map(|role| &role.tags);
    // Where the role lost its tags, the function may have them.
    let new_tags = new_tags
        .filter(|tags| names.own(tags))
        .or(function.map(|function| &function.tags));
    refuse_other_peer(names, (&old, old_tags), &new)?;
    refuse_other_peer(names, (&new, new_tags), &old)?;
    let mut trial = JoinSet::new();
    if let Some(pool) = code.and_then(|code| by_name.pool_of(names, code)) {
        trial.spawn(probe::glance(new.clone(), names.function.clone(), pool));
    }

    let rest = async {
        let rest = observe::rest(&new, names, new_first.role.as_ref()).await;
        rest.map_err(anyhow::Error::from)
    };
    let scope = |account, settings, role: &Option<Role>| Scope {
        account,
        settings,
        names,
        record: Record::of(account.identity.side, names, role.as_ref(), function),
    };
    let (old_scope, new_scope) = (
        scope(&old, &settings.old, &old_first.role),
        scope(&new, &settings.new, &new_first.role),
    );
    let (pools, rest) = tokio::try_join!(
        pools(
            settings,
            (&old_scope, &old_first),
            (&new_scope, &new_first),
            report
        ),
        rest,
    )?;
    let (old_record, new_record) = (old_scope.record, new_scope.record);
    let Pools {
        old: (old_target, old_pool),
        new: (new_target, new_pool),
        dedicated,
        own_clients,
    } = pools;
    Ok(Looked {
        old_target,
        new_target,
        old_side: OldSide {
            role: old_first.role,
            pool: old_pool,
            dedicated: own_clients,
        },
        new_side: NewSide::new(&new, new_first.role, by_name, rest, new_pool),
        old,
        new,
        records: [old_record, new_record],
        dedicated,
        trial,
    })
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
    (old_scope, old_first): (&Scope<'_>, &First),
    (new_scope, new_first): (&Scope<'_>, &First),
    report: &Arc<Report>,
) -> Result<Pools> {
    let names = &settings.names;
    let (old, new) = (old_scope.account, new_scope.account);
    let (old_role, new_role) = (old_first.role.as_ref(), new_first.role.as_ref());
    let old_pool = old_scope.pool(&old_first.pools, &old_first.others, report)?;
    let new_pool = new_scope.pool(&new_first.pools, &new_first.others, report)?;
    refuse_same_pool((old, &old_pool), (new, &new_pool))?;
    // Those that are on record are wanted again as a rule, and need no list to be known.
    let (old_recorded, new_recorded) = (
        observe::with_recorded(&[], old_role),
        observe::with_recorded(&[], new_role),
    );
    let ((old_described, old_listed), old_early, (new_described, new_listed), new_early) = tokio::try_join!(
        with_list_of_clients(old, &old_pool.id),
        observe::clients(old, &old_pool.id, &old_recorded),
        with_list_of_clients(new, &new_pool.id),
        observe::clients(new, &new_pool.id, &new_recorded),
    )?;

    let recorded = old_role.is_some_and(|role| names.made_client(&role.tags))
        || uses_dedicated(old_scope, old_role, names, &old_listed);
    let dedicated = settings.dedicated_old_client || (recorded && settings.old.clients.is_empty());
    let old_clients = if dedicated {
        Vec::new()
    } else {
        old_scope.clients(&old_pool.id, &old_listed, report)?
    };
    let new_clients = new_scope.clients(&new_pool.id, &new_listed, report)?;
    let old_ids = observe::with_recorded(&ids(&old_clients), old_role);
    let new_ids = observe::with_recorded(&ids(&new_clients), new_role);
    let own_ids = if dedicated || recorded {
        user_pool_client::ids_of(&old_listed, &names.old_client)
    } else {
        Vec::new()
    };
    let trigger = old_described.as_ref().and_then(user_pool::trigger);
    let (old_read, own_read, new_read, peer) = tokio::try_join!(
        observe::other_clients(old, &old_pool.id, &old_ids, old_early),
        observe::clients(old, &old_pool.id, &own_ids),
        observe::other_clients(new, &new_pool.id, &new_ids, new_early),
        peer_of(old, trigger),
    )?;
    refuse_loop(&old_pool, trigger, peer.as_deref(), new)?;
    let side = |account: &Account, pool: Named, clients, described, read, others: &[Tags]| {
        let stands = Pool {
            id: pool.id.clone(),
            described,
            clients: read,
            shared: observe::shared(others),
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
        own_clients: observe::there(own_read),
    })
}

/// Whether the app client on record is by its name one that was made for the deployment: asked of
/// a role that lost the tags that say so.
fn uses_dedicated(old: &Scope<'_>, role: Option<&Role>, names: &Names, listed: &[Named]) -> bool {
    let is_recorded = |client: &&Named| old.record.clients.contains(&client.id);
    let mut recorded = listed.iter().filter(is_recorded);
    role.is_none_or(|role| !names.own(&role.tags))
        && recorded.any(|client| client.name == names.old_client)
}

async fn with_list_of_clients(
    account: &Account,
    pool: &str,
) -> Result<(Option<Object>, Vec<Named>), CallError> {
    tokio::try_join!(
        user_pool::find(account, pool),
        user_pool_client::list(account, pool),
    )
}

fn ids(clients: &[Named]) -> Vec<String> {
    clients.iter().map(|client| client.id.clone()).collect()
}

fn refuse_partitions(old: &Account, new: &Account) -> Result<()> {
    let (from, to) = (&old.identity.partition, &new.identity.partition);
    ensure!(
        from == to,
        "the old account is in the partition {from} and the new one in {to}: no role can be assumed from one to the other, so that the Lambda could not ask the old pool"
    );
    Ok(())
}

fn refuse_same_pool(
    (old, old_pool): (&Account, &Named),
    (new, new_pool): (&Account, &Named),
) -> Result<()> {
    ensure!(
        old_pool.id != new_pool.id || old.identity.id != new.identity.id,
        "both sides are the user pool {} of account {}\n  try  --new-profile, --new-region or --new-pool",
        old_pool.id,
        old.identity.id
    );
    Ok(())
}

/// The account from which users move into the old pool already, where its trigger is of a
/// deployment.
async fn peer_of(old: &Account, trigger: Option<&str>) -> Result<Option<String>, CallError> {
    let Some(name) = trigger.and_then(|arn| Names::function_of_any(&old.identity, arn)) else {
        return Ok(None);
    };
    let tags = role::tags(old, name).await?;
    Ok(tags.and_then(|tags| tags.get(undo::PEER).cloned()))
}

/// The old pool asks its own trigger about a name that it does not know. Where that one
/// moves users the other way, each pool would ask the other for ever.
fn refuse_loop(
    pool: &Named,
    trigger: Option<&str>,
    peer: Option<&str>,
    new: &Account,
) -> Result<()> {
    ensure!(
        peer != Some(&new.identity.id),
        "users move the other way already, into the user pool {} by {}\n  try  the profiles the other way round, or `cogmig teardown` of that migration first",
        pool.id,
        trigger
            .and_then(|arn| arn.rsplit(':').next())
            .unwrap_or_default()
    );
    Ok(())
}
