//! Reads all deployments in one or two accounts.

use anyhow::Result;
use cogmig_core::call::CallError;
use cogmig_core::cognito::pool::trigger;
use cogmig_core::deployments::{self, Deployment, NewResources, RecordRole, State};
use cogmig_core::event::Event;
use cogmig_core::identity::Side;
use cogmig_core::names::Names;
use cogmig_core::options::Settings;
use cogmig_core::reference::region_of;
use futures_util::StreamExt;
use futures_util::stream::iter;

use crate::aws::account::{Account, Run};
use crate::aws::resources::{function, policy, role, user_pool};

/// The number of deployments that are read at the same time.
const AT_ONCE: usize = 8;

/// Reads the deployments, and whether their resources exist.
///
/// # Errors
/// An account can't be read. If only the resources of a deployment can't be read, the command
/// doesn't fail.
pub async fn all(settings: &Settings, run: &Run) -> Result<Vec<Deployment>> {
    let (old, new) = tokio::try_join!(
        roles(Side::Old, settings, run),
        roles(Side::New, settings, run),
    )?;
    let account = new.as_ref().map(|(account, _)| account.clone());
    let read: Vec<_> = [old, new].into_iter().flatten().collect();
    let identities = read.iter().map(|(account, _)| account.identity.clone());
    let identities: Vec<_> = identities.collect();
    let roles = read.into_iter().map(|(_, roles)| roles);
    let roles: Vec<_> = identities.iter().zip(roles).collect();
    let deployments = deployments::of(&roles);
    run.report(Event::Accounts(identities));
    let read = deployments.into_iter().map(|deployment| {
        let account = account.clone();
        async move { with_state(deployment, account.as_ref()).await }
    });
    Ok(iter(read).buffered(AT_ONCE).collect().await)
}

/// An account, if its profile is set, and the roles with an undo record.
async fn roles(
    side: Side,
    settings: &Settings,
    run: &Run,
) -> Result<Option<(Account, Vec<RecordRole>)>> {
    if settings.side(side).profile.is_none() {
        return Ok(None);
    }
    let base = Names::new(None);
    let read = async |account: &Account| role::records(account, base.record_role(side)).await;
    let (account, roles) = Account::connect(side, settings.profile(side)?, run, read).await?;
    Ok(Some((account, roles?)))
}

/// A deployment, and whether its resources exist in the new account, if that was read.
async fn with_state(mut deployment: Deployment, new: Option<&Account>) -> Deployment {
    let new = new.filter(|_| deployment.new.exists.is_some());
    let read = match new {
        Some(account) => new_resources(&deployment, account).await.map(Some),
        None => Ok(None),
    };
    match read {
        Ok(read) => deployment.set_state(read.as_ref()),
        Err(error) => {
            let why = format!("{} failed: {}", error.call, error.word());
            deployment.state = Some(State::Unknown(why));
        }
    }
    deployment
}

async fn new_resources(
    deployment: &Deployment,
    account: &Account,
) -> Result<NewResources, CallError> {
    let (names, pool) = (deployment.names(), deployment.new.pool.as_deref());
    let region = pool.and_then(region_of);
    let account = match region {
        Some(region) => account.clone().in_region(region),
        None => account.clone(),
    };
    let arn = names.lambda_policy_arn(&account.identity);
    let pool = async {
        match pool {
            Some(pool) => user_pool::find(&account, pool).await,
            None => Ok(None),
        }
    };
    let (policy, function, pool) = tokio::try_join!(
        policy::exists(&account, &arn),
        function::find(&account, &names.function),
        pool,
    )?;
    let trigger = pool.as_ref().and_then(trigger);
    Ok(NewResources {
        policy,
        function: function.is_some(),
        trigger: trigger.is_some_and(|arn| names.is_function(&account.identity, arn)),
    })
}
