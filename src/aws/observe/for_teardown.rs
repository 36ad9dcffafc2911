//! The reads at the start of teardown: the roles with the undo record, then, in the Region of their
//! pools, all resources with known names. One account alone is enough.

use anyhow::Result;
use cogmig_core::call::CallError;
use cogmig_core::cognito::lossless::Object;
use cogmig_core::deployments::{self, Deployment};
use cogmig_core::event::Event;
use cogmig_core::identity::Side;
use cogmig_core::names::Names;
use cogmig_core::observed::{NewSide, Observed, OldSide, Pool, Role};
use cogmig_core::options::Settings;
use cogmig_core::plan::guards;
use cogmig_core::problem::{Problem, Severity};
use cogmig_core::reference::region_of;
use cogmig_core::targets::refuse_other_peer;
use rules::env;

use super::reached::Reached;
use super::{Others, named};
use crate::aws::account::{Account, Run};
use crate::aws::resources::{self, function, policy, role};

/// The accounts in the options, and their existing resources.
pub struct Deployed {
    /// The old account.
    pub old: Option<Reached>,
    /// The new account.
    pub new: Option<Reached>,
    /// The existing resources.
    pub observed: Observed,
}

/// Reads the resources of a deployment, and compares the options with them.
///
/// # Errors
/// An account can't be read, or the options don't match the deployment.
pub async fn for_teardown(settings: &Settings, run: &Run) -> Result<Deployed> {
    let names = &settings.names;
    let (old, new) = tokio::try_join!(
        account(Side::Old, settings, run),
        account(Side::New, settings, run),
    )?;
    let identities = [&old, &new].into_iter().flatten();
    let identities = identities.map(|(account, ..)| account.identity.clone());
    run.report(Event::Accounts(identities.collect()));
    let (old, new) = tokio::try_join!(reach(old, names), reach(new, names))?;
    let (old, old_others) = old.unzip();
    let (new, new_others) = new.unzip();
    if let (Some(old), Some(new)) = (&old, &new) {
        // The two sides must not be of different migrations.
        let (from, to) = (&old.account.identity, &new.account.identity);
        refuse_other_peer(names, (from, old.tags()), to)?;
        refuse_other_peer(names, (to, new.tags()), from)?;
    }
    let sides = (old.as_ref().zip(old_others), new.as_ref().zip(new_others));
    let observed = observe(sides, names).await?;
    let function = observed.new.as_ref().and_then(|new| new.function.as_ref());
    let sides = (old.as_ref(), new.as_ref());
    named::check(settings, sides, function).await?;
    if let (Some(old), Some(new)) = sides {
        let (from, to) = (&old.account.identity, &new.account.identity);
        let (access, lambda) = (old.role.as_ref(), new.role.as_ref());
        guards::tags_are_kept(names, (from, access), (to, lambda), function)?;
    }
    Ok(Deployed { old, new, observed })
}

impl Deployed {
    /// The connected accounts.
    fn accounts(&self) -> impl Iterator<Item = &Account> {
        let sides = [&self.old, &self.new].into_iter().flatten();
        sides.map(|reached| &reached.account)
    }

    /// The other deployments in these accounts. The list only helps to find a mistyped name, so
    /// it's a warning and not an error if it can't be read.
    pub async fn others(&self, names: &Names, warnings: &mut Vec<Problem>) -> Vec<Deployment> {
        let mut read = Vec::new();
        for account in self.accounts() {
            let base = Names::new(None);
            let base = base.record_role(account.identity.side);
            match role::records(account, base).await {
                Ok(mut roles) => {
                    roles.retain(|role| !names.own(&role.tags));
                    read.push((&account.identity, roles));
                }
                Err(error) => {
                    let place = account.identity.place();
                    let summary = format!("can't list the deployments in the {place}");
                    let warning = Problem::new("deployments-unread", Severity::Info, summary);
                    warnings.push(warning.caused_by((&error).into()));
                }
            }
        }
        deployments::of(&read)
    }

    /// Fails if the profiles are swapped: an account has no resources of its side, but the role of
    /// the other side. Without the permission to read that role, the check is skipped.
    ///
    /// # Errors
    /// They're swapped.
    pub async fn refuse_swapped(&self, names: &Names) -> Result<()> {
        for account in self.accounts() {
            let role = names.record_role(account.identity.side.other());
            let found = role::tags(account, role).await.ok().flatten();
            guards::not_swapped(names, &account.identity, role, found.as_ref())?;
        }
        Ok(())
    }
}

/// An account, the role with the undo record, and the roles of other deployments.
type Connected = (Account, Option<Role>, Others);

async fn account(side: Side, settings: &Settings, run: &Run) -> Result<Option<Connected>> {
    if settings.side(side).profile.is_none() {
        return Ok(None);
    }
    let names = &settings.names;
    let read = async |account: &Account| {
        let others = super::start_others(account, names);
        let role = role::find_listed(account, names.record_role(side), None).await?;
        Ok((role, others))
    };
    let (account, read) = Account::connect(side, settings.profile(side)?, run, read).await?;
    let (role, others) = read?;
    Ok(Some((account, role, others)))
}

/// Switches to the Region of the recorded pool.
async fn reach(account: Option<Connected>, names: &Names) -> Result<Option<(Reached, Others)>> {
    let Some((account, role, others)) = account else {
        return Ok(None);
    };
    let pool = match account.identity.side {
        Side::Old => role.as_ref().and_then(|role| names.pool_of(&role.tags)),
        Side::New => new_pool(&account, names, role.as_ref()).await?,
    };
    let account = match pool.as_deref().and_then(region_of) {
        Some(region) => account.in_region(region),
        None => account,
    };
    let reached = Reached {
        account,
        role,
        pool,
    };
    Ok(Some((reached, others)))
}

/// The new pool, from the tags of the role, the policy or the function. If the role was deleted or
/// edited, the trigger must still be removed from the pool.
async fn new_pool(account: &Account, names: &Names, role: Option<&Role>) -> Result<Option<String>> {
    let policy = policy::find(account, &names.lambda_policy_arn(&account.identity)).await?;
    let by_role = role.and_then(|role| names.pool_of(&role.tags));
    let by_policy = policy.and_then(|policy| names.pool_of(&policy.tags));
    if let Some(pool) = guards::one_pool(names, &account.identity, by_role, by_policy)? {
        return Ok(Some(pool));
    }
    let function = function::find(account, &names.function).await?;
    Ok(function.and_then(|function| names.pool_of(&function.tags)))
}

/// A side, and the roles of other deployments in its account.
type WithOthers<'a> = Option<(&'a Reached, Others)>;

async fn observe(
    (old, new): (WithOthers<'_>, WithOthers<'_>),
    names: &Names,
) -> Result<Observed, CallError> {
    let new = async {
        let Some((reached, others)) = new else {
            return Ok(None);
        };
        let (account, role) = (&reached.account, reached.role.clone());
        let (pool, by_name, dependent) = tokio::try_join!(
            pool(reached, others),
            resources::named(account, names),
            resources::dependent(account, names, role.as_ref()),
        )?;
        let side = resources::assemble(account, role, by_name, dependent, pool);
        Ok(Some(side))
    };
    let old_side = async |(reached, others): (&Reached, Others), new: Option<&NewSide>| {
        let (pool, dedicated) = tokio::try_join!(
            old_pool(reached, others, names, new),
            dedicated(reached, names)
        )?;
        Ok(OldSide {
            role: reached.role.clone(),
            pool,
            dedicated,
        })
    };
    let is_own = |reached: &Reached| reached.tags().is_some_and(|tags| names.own(tags));
    let (old, new) = match old {
        Some(old) if is_own(old.0) => {
            tokio::try_join!(old_side(old, None), new).map(|(old, new)| (Some(old), new))?
        }
        Some(old) => {
            let new = new.await?;
            (Some(old_side(old, new.as_ref()).await?), new)
        }
        None => (None, new.await?),
    };
    Ok(Observed { old, new })
}

/// The dedicated app clients of this deployment in the old pool.
async fn dedicated(reached: &Reached, names: &Names) -> Result<Vec<(String, Object)>, CallError> {
    let recorded = reached.tags().is_some_and(|tags| names.made_client(tags));
    match &reached.pool {
        Some(pool) if recorded => super::dedicated(&reached.account, names, pool).await,
        _ => Ok(Vec::new()),
    }
}

async fn pool(reached: &Reached, others: Others) -> Result<Pool, CallError> {
    let (id, role) = (reached.pool.as_deref(), reached.role.as_ref());
    super::pool(&reached.account, id, &[], role, others).await
}

/// The old pool that the role has on record. Without a managed role, the function's configuration
/// has the app client. If its flow is already removed, no manual action is required. A failure of
/// this read is ignored.
async fn old_pool(
    reached: &Reached,
    others: Others,
    names: &Names,
    new: Option<&NewSide>,
) -> Result<Pool, CallError> {
    if reached.tags().is_some_and(|tags| names.own(tags)) {
        return pool(reached, others).await;
    }
    let function = new.and_then(|new| new.function.as_ref());
    let configured = function.and_then(|function| {
        let set = &function.configuration.environment;
        let pool = set.get(env::OLD_USER_POOL_ID)?;
        Some((region_of(pool)?, pool, set.get(env::OLD_CLIENT_ID)?))
    });
    let Some((region, pool, client)) = configured else {
        return Ok(Pool::default());
    };
    let account = reached.account.clone().in_region(region);
    let clients = [client.clone()];
    let read = super::pool(&account, Some(pool), &clients, None, others).await;
    Ok(read.unwrap_or_default())
}
