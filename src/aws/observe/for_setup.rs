//! The reads at the start of setup, plan, verify and status, in as few round trips as possible:
//! first resources with known names, then those that need the id of an account or a user pool, then
//! selected app clients that aren't on record.

use anyhow::{Context, Result};
use cogmig_core::call::CallError;
use cogmig_core::client_secret::ClientSecret;
use cogmig_core::concurrency::Concurrency;
use cogmig_core::desired::{OldClient, Target};
use cogmig_core::event::Event;
use cogmig_core::identity::Side;
use cogmig_core::names::Names;
use cogmig_core::observed::{NewSide, OldSide};
use cogmig_core::operations::Operations;
use cogmig_core::options::Settings;
use cogmig_core::plan::guards;
use cogmig_core::reference::region_of;
use cogmig_core::targets::{Scope, SideRecord, refuse_other_peer};
use futures_util::future::OptionFuture;
use rules::decision::OldUser;
use tokio::task::JoinSet;

use super::Early;
use super::optional::Secrets;
use super::pools::{self, Pools, Read, Select};
use super::sign_ins::Source;
use crate::aws::account::{Account, Run};
use crate::aws::probe;
use crate::aws::resources::{self, concurrency};
use crate::embedded;

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
    // A first setup may have to find the user pool in a list.
    let lists_pools = |side| {
        let given = settings.side(side).pool.as_ref();
        early.samples_users && given.is_none_or(|given| region_of(&given.id).is_none())
    };
    let ((old, old_read), (new, new_read)) = tokio::try_join!(
        Account::connect(
            Side::Old,
            settings.profile(Side::Old)?,
            run,
            async |account| { super::scan(account, names, lists_pools(Side::Old)).await }
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
                    super::scan(account, names, lists_pools(Side::New)),
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
    let (old_role, new_role) = (old_scan.role.as_ref(), new_scan.role.as_ref());
    let old_record = SideRecord::of(Side::Old, names, old_role, function);
    let new_record = SideRecord::of(Side::New, names, new_role, function);
    let records = [old_record.clone(), new_record.clone()];
    let started = (old_scan.others, old_scan.pools);
    let old_side = Read::new(&old, settings, (old_role, old_record), started);
    let started = (new_scan.others, new_scan.pools);
    let new_side = Read::new(&new, settings, (new_role, new_record), started);
    let (pools, dependent) = tokio::try_join!(
        pools::read(settings, old_side, new_side, early, select),
        dependent
    )?;
    let Pools {
        old: (old_target, old_pool),
        new: (new_target, new_pool),
        dedicated,
        own_clients,
        sample,
        old_secrets,
        operations,
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
