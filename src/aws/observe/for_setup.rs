//! The reads at the start of setup, plan, verify and status, in as few round trips as possible:
//! first resources with known names, then those that need the id of an account or a user pool, then
//! selected app clients that aren't on record.

use anyhow::{Context, Result};
use cogmig_core::call::CallError;
use cogmig_core::client_secret::ClientSecret;
use cogmig_core::cognito::client;
use cogmig_core::cognito::lossless::Object;
use cogmig_core::cognito::pool::trigger;
use cogmig_core::concurrency::Concurrency;
use cogmig_core::desired::{OldClient, Target};
use cogmig_core::event::Event;
use cogmig_core::identity::Side;
use cogmig_core::names::Names;
use cogmig_core::observed::{NewSide, OldSide, Pool, Role};
use cogmig_core::operations::Operations;
use cogmig_core::options::Settings;
use cogmig_core::plan::guards;
use cogmig_core::record::Tags;
use cogmig_core::reference::Listed;
use cogmig_core::targets::{Scope, Selection, SideRecord, refuse_other_peer};
use futures_util::future::OptionFuture;
use rules::decision::OldUser;
use tokio::task::JoinSet;

use super::sign_ins::Source;
use super::AccountScan;
use super::optional::{Secrets, sampled, secrets};
use crate::aws::account::{Account, Run};
use crate::aws::probe;
use crate::aws::resources::{self, concurrency, operations};
use crate::embedded;

/// Selects a user pool or app clients.
pub type Select<'a> = &'a dyn Fn(Selection) -> Result<Vec<Listed>>;

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

/// Both accounts, the selected user pools and app clients, and the existing resources.
pub struct Deployment {
    /// The old account.
    pub old: Account,
    /// The new account.
    pub new: Account,
    /// The old pool, and the app client that checks passwords.
    pub old_target: Target,
    /// The new pool, and the app clients that users sign in through.
    pub new_target: Target,
    /// The existing resources of the old account.
    pub old_side: OldSide,
    /// The existing resources of the new account.
    pub new_side: NewSide,
    /// The records of both sides.
    pub records: [SideRecord; 2],
    /// Whether a dedicated app client checks passwords.
    pub dedicated: bool,
    /// Some users of the old pool, if they were requested. Only a note depends on them.
    pub sample: Option<Result<Vec<OldUser>, CallError>>,
    /// The limits of concurrent executions of the new account, if they were requested. Only a note
    /// depends on them.
    pub concurrency: Option<Result<Concurrency, CallError>>,
    old_secrets: Secrets,
    /// What runs in the old and in the new pool. Only warnings depend on it.
    pub operations: [Operations; 2],
    /// The early connectivity check, if one was started. It returns whether it passed.
    pub early_check: JoinSet<bool>,
}

impl Deployment {
    /// The log and the metric of the function.
    pub fn sign_ins<'a>(&'a self, names: &'a Names, now: i64) -> Source<'a> {
        Source {
            account: &self.new,
            names,
            group: self.new_side.log_group.as_ref(),
            now,
        }
    }

    /// The app client that checks passwords.
    ///
    /// # Errors
    /// None is selected.
    pub fn old_client(&self) -> Result<OldClient> {
        if self.dedicated {
            return Ok(OldClient::dedicated(&self.old_side, &self.new_side));
        }
        let client = self.old_target.clients.first();
        let client = client.context("no old app client is selected")?;
        let has_secret = self.old_secret().is_some_and(|secret| secret.exists());
        Ok(OldClient::applications(&client.id, has_secret))
    }

    /// The secret of the app client that checks passwords. `None` for the dedicated one, which has
    /// no secret.
    pub fn old_secret(&self) -> Option<ClientSecret<'_>> {
        if self.dedicated {
            return None;
        }
        let id = &self.old_target.clients.first()?.id;
        let function = self.new_side.function.as_ref();
        let environment = function.map(|function| &function.configuration.environment);
        let (_, listed) = self.old_secrets.iter().find(|(listed, _)| listed == id)?;
        Some(ClientSecret {
            id,
            described: self.old_side.pool.client(id)?,
            listed,
            is_in_use: environment.is_some_and(|set| OldClient::reads_secret(set, id)),
        })
    }

    /// Fails if the options have app clients that an existing deployment doesn't use.
    ///
    /// # Errors
    /// The deployment doesn't use one of them.
    pub fn refuse_other_clients(&self, settings: &Settings) -> Result<()> {
        let [old_record, new_record] = &self.records;
        for (target, record, pool) in [
            (&self.old_target, old_record, &self.old_side.pool),
            (&self.new_target, new_record, &self.new_side.pool),
        ] {
            let options = settings.side(target.identity.side);
            if record.pool.is_none() || options.clients.is_empty() {
                continue;
            }
            let scope = Scope {
                identity: &target.identity,
                settings: options,
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

/// Reads both sides. With `checks_early`, if the deployment's function exists and has the code of
/// this build, the connectivity check runs in parallel, because there may be no changes.
///
/// # Errors
/// An account can't be read, or a user pool or an app client can't be selected.
pub async fn for_setup(
    settings: &Settings,
    run: &Run,
    early: Early,
    select: Select<'_>,
) -> Result<Deployment> {
    let names = &settings.names;
    let ((old, old_read), (new, new_read)) = tokio::try_join!(
        Account::connect(
            Side::Old,
            settings.profile(Side::Old)?,
            run,
            async |account| { super::scan(account, names).await }
        ),
        Account::connect(
            Side::New,
            settings.profile(Side::New)?,
            run,
            async |account| {
                let limits = async {
                    let read = early.samples_users.then(|| concurrency::find(account));
                    Ok(OptionFuture::from(read).await)
                };
                tokio::try_join!(
                    super::scan(account, names),
                    resources::named(account, names),
                    limits,
                )
            }
        ),
    )?;
    run.report(Event::Accounts(vec![
        old.identity.clone(),
        new.identity.clone(),
    ]));
    guards::partitions(&old.identity, &new.identity)?;
    let (old_scan, (new_scan, by_name, concurrency)) = (old_read?, new_read?);
    let function = by_name.function.as_ref();
    let old_tags = old_scan.role.as_ref().map(|role| &role.tags);
    let new_tags = new_scan.role.as_ref().map(|role| &role.tags);
    // If the role lost its tags, the function may still have them.
    let new_tags = new_tags
        .filter(|tags| names.own(tags))
        .or(function.map(|function| &function.tags));
    refuse_other_peer(names, (&old.identity, old_tags), &new.identity)?;
    refuse_other_peer(names, (&new.identity, new_tags), &old.identity)?;
    let mut early_check = JoinSet::new();
    // Another deployment package may not support the connectivity check.
    if let Some(pool) = by_name
        .pool_of(names, embedded::is_embedded)
        .filter(|_| early.checks_connectivity)
    {
        early_check.spawn(probe::probe_once(new.clone(), names.function.clone(), pool));
    }

    let dependent = async {
        let dependent = resources::dependent(&new, names, new_scan.role.as_ref()).await;
        dependent.map_err(anyhow::Error::from)
    };
    let read = |account, scan, side| Read {
        account,
        scan,
        scope: Scope {
            identity: &account.identity,
            settings: settings.side(side),
            names,
            record: SideRecord::of(side, names, scan.role.as_ref(), function),
        },
    };
    let (old_side, new_side) = (
        read(&old, &old_scan, Side::Old),
        read(&new, &new_scan, Side::New),
    );
    let ((pools, operations), dependent) = tokio::try_join!(
        pools(settings, &old_side, &new_side, early, select),
        dependent
    )?;
    let records = [old_side.scope.record, new_side.scope.record];
    let Pools {
        old: (old_target, old_pool),
        new: (new_target, new_pool),
        dedicated,
        own_clients,
        sample,
        old_secrets,
    } = pools;
    Ok(Deployment {
        old_target,
        new_target,
        old_side: OldSide {
            role: old_scan.role,
            pool: old_pool,
            dedicated: own_clients,
        },
        new_side: resources::assemble(&new, new_scan.role, by_name, dependent, new_pool),
        old,
        new,
        records,
        dedicated,
        sample,
        concurrency,
        old_secrets,
        operations,
        early_check,
    })
}

/// The first reads of one side.
struct Read<'a> {
    account: &'a Account,
    scan: &'a AccountScan,
    scope: Scope<'a>,
}

/// The selected user pools and app clients.
struct Pools {
    old: (Target, Pool),
    new: (Target, Pool),
    dedicated: bool,
    own_clients: Vec<(String, Object)>,
    sample: Option<Result<Vec<OldUser>, CallError>>,
    old_secrets: Secrets,
}

/// Selects the user pools, and reads them in parallel with what runs in them.
async fn pools(
    settings: &Settings,
    old_read: &Read<'_>,
    new_read: &Read<'_>,
    early: Early,
    select: Select<'_>,
) -> Result<(Pools, [Operations; 2])> {
    let select_pool = |read: &Read<'_>| {
        let (scope, scan) = (&read.scope, read.scan);
        only(select(scope.pool(&scan.pools, &scan.others)?)?)
    };
    let (old, new) = (old_read.account, new_read.account);
    let (old_pool, new_pool) = (select_pool(old_read)?, select_pool(new_read)?);
    guards::two_pools((&old.identity, &old_pool), (&new.identity, &new_pool))?;
    let (old_id, new_id) = (old_pool.id.clone(), new_pool.id.clone());
    let (pools, old_operations, new_operations) = tokio::join!(
        with_clients(
            settings,
            (old_read, old_pool),
            (new_read, new_pool),
            early,
            select
        ),
        operations::read(old, &old_id),
        operations::read(new, &new_id),
    );
    Ok((pools?, [old_operations, new_operations]))
}

/// Reads the user pools, and selects and reads their app clients.
async fn with_clients(
    settings: &Settings,
    (old_read, old_pool): (&Read<'_>, Listed),
    (new_read, new_pool): (&Read<'_>, Listed),
    early: Early,
    select: Select<'_>,
) -> Result<Pools> {
    let names = &settings.names;
    let (old, new) = (old_read.account, new_read.account);
    let (old_scope, new_scope) = (&old_read.scope, &new_read.scope);
    let (old_scan, new_scan) = (old_read.scan, new_read.scan);
    let (old_role, new_role) = (old_scan.role.as_ref(), new_scan.role.as_ref());
    // The recorded ones are usually selected again, and can be read before the list is known.
    let (old_recorded, new_recorded) = (
        super::with_recorded(&[], old_role),
        super::with_recorded(&[], new_role),
    );
    let (
        (old_described, old_listed, old_extras),
        old_early,
        early_secrets,
        (new_described, new_listed, new_extras),
        new_early,
        sample,
    ) = tokio::try_join!(
        super::with_list_of_clients(old, &old_pool.id, early.updates_clients),
        super::clients(old, &old_pool.id, &old_recorded),
        secrets(old, &old_pool.id, &old_recorded, Secrets::new()),
        super::with_list_of_clients(new, &new_pool.id, early.updates_clients),
        super::clients(new, &new_pool.id, &new_recorded),
        sampled(old, &old_pool.id, early.samples_users),
    )?;

    let recorded = old_role.is_some_and(|role| names.made_client(&role.tags))
        || uses_dedicated(old_scope, old_role, names, &old_listed);
    let dedicated = settings.dedicated_old_client.unwrap_or(recorded);
    let own = client::ids_of(&old_listed, &names.old_client);
    let old_clients = match (dedicated, recorded && settings.old.clients.is_empty()) {
        (true, _) => Vec::new(),
        (false, false) => select(old_scope.clients(&old_pool.id, &old_listed)?)?,
        // Another app client replaces the dedicated one.
        (false, true) => {
            let record = old_scope.record.clone().without(&own);
            let applications = Scope {
                record,
                ..*old_scope
            };
            let listed = old_listed.iter().filter(|client| !own.contains(&client.id));
            let listed: Vec<_> = listed.cloned().collect();
            select(applications.clients(&old_pool.id, &listed)?)?
        }
    };
    let new_clients = select(new_scope.clients(&new_pool.id, &new_listed)?)?;
    let selected = ids(&old_clients);
    let old_ids = super::with_recorded(&selected, old_role);
    let new_ids = super::with_recorded(&ids(&new_clients), new_role);
    let own_ids = if dedicated || recorded {
        own
    } else {
        Vec::new()
    };
    let trigger_of_old = old_described.as_ref().and_then(trigger);
    let (old_read, old_secrets, own_read, new_read, peer) = tokio::try_join!(
        super::other_clients(old, &old_pool.id, &old_ids, old_early),
        secrets(old, &old_pool.id, &selected, early_secrets),
        super::clients(old, &old_pool.id, &own_ids),
        super::other_clients(new, &new_pool.id, &new_ids, new_early),
        super::peer_of(old, trigger_of_old),
    )?;
    guards::no_loop(&old_pool, trigger_of_old, peer.as_deref(), &new.identity)?;
    let side =
        |account: &Account, pool: Listed, clients, described, read, others: &[Tags], extras| {
            let existing = Pool {
                id: pool.id.clone(),
                described,
                clients: read,
                shared: super::shared(others),
                extras,
            };
            let target = Target {
                identity: account.identity.clone(),
                pool,
                clients,
            };
            (target, existing)
        };
    Ok(Pools {
        old: side(
            old,
            old_pool,
            old_clients,
            old_described,
            old_read,
            &old_scan.others,
            old_extras,
        ),
        new: side(
            new,
            new_pool,
            new_clients,
            new_described,
            new_read,
            &new_scan.others,
            new_extras,
        ),
        dedicated,
        own_clients: super::existing(own_read),
        sample,
        old_secrets,
    })
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
