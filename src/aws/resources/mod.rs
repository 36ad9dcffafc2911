//! One file per kind of resource: how it's read, created, updated and deleted, and the waits that
//! this requires.

mod answer;
pub mod concurrency;
mod document;
pub mod function;
mod iam_tags;
pub mod invoke;
pub mod log_group;
pub mod operations;
pub mod policy;
pub mod role;
mod update;
pub mod user;
pub mod user_pool;
pub mod user_pool_client;
mod written;

use std::cell::OnceCell;

use anyhow::Result;
use cogmig_core::call::CallError;
use cogmig_core::names::Names;
use cogmig_core::observed::{Function, NewSide, Policy, Pool, Role};
use cogmig_core::plan::Step;
use cogmig_core::record::{self, Tags};
use cogmig_core::resource::{Address, Call, Kind};
use log_group::Described;

use super::account::Account;
pub use written::{Created, Written};

/// Runs the call of a step. `client` is the id of the app client that an earlier step created.
/// Returns the later checks of the call, if it has any.
///
/// # Errors
/// The call fails permanently, or the setting differs from the request.
pub async fn run<'a>(
    account: &'a Account,
    step: &'a Step,
    client: &OnceCell<String>,
) -> Result<Option<Written<'a>>> {
    let name = step.on.name.as_str();
    match &step.call {
        Call::Role(call) => role::run(account, name, call, client.get()).await?,
        Call::Policy(call) => policy::run(account, name, call).await?,
        Call::LogGroup(call) => log_group::run(account, name, call).await?,
        Call::Function(call) => return function::run(account, name, call, client.get()).await,
        Call::Permission(call) => function::permit(account, name, call).await?,
        Call::Client(call) => return user_pool_client::run(account, name, call, client).await,
        Call::Pool(call) => return user_pool::run(account, name, call).await,
    }
    Ok(None)
}

/// The tags of a resource, if it exists. Kinds without tags have none.
///
/// # Errors
/// It can't be read.
pub async fn tags(account: &Account, address: &Address) -> Result<Option<Tags>, CallError> {
    let (identity, name) = (&account.identity, &address.name);
    match address.kind {
        Kind::Role => role::tags(account, name).await,
        Kind::Policy => {
            let arn = identity.iam_arn(&format!("policy/{name}"));
            Ok(policy::find(account, &arn).await?.map(|one| one.tags))
        }
        Kind::LogGroup => {
            let arn = identity.arn("logs", &format!("log-group:{name}"));
            let group = log_group::find(account, name, &arn).await?;
            Ok(group.map(|one| one.tags))
        }
        Kind::Function => Ok(function::find(account, name).await?.map(|one| one.tags)),
        Kind::Permission | Kind::AppClient | Kind::UserPool => Ok(Some(Tags::new())),
    }
}

/// The resources of the new account that are read by name, except for the role.
pub struct NamedResources {
    /// The function.
    pub function: Option<Function>,
    /// The log group, if it exists.
    log_group: Option<Described>,
}

impl NamedResources {
    /// The new pool of the function, if the deployment manages the function, its code is known, and
    /// Lambda runs it.
    pub fn pool_of(&self, names: &Names, is_known: impl Fn(&str) -> bool) -> Option<String> {
        let function = self.function.as_ref()?;
        let is_current = names.own(&function.tags)
            && is_known(&function.code_sha256)
            && function.state.blocker().is_none();
        let pool = function.tags.get(record::POOL);
        pool.filter(|_| is_current).cloned()
    }
}

/// Reads them.
pub async fn named(account: &Account, names: &Names) -> Result<NamedResources, CallError> {
    let (function, log_group) = tokio::try_join!(
        function::find(account, &names.function),
        log_group::describe(account, &names.log_group),
    )?;
    Ok(NamedResources {
        function,
        log_group,
    })
}

/// The resources of the new account that are read with the account's id or the role.
pub struct DependentResources {
    policy: Option<Policy>,
    log_group_tags: Tags,
    before_is_gone: bool,
}

/// Reads them.
pub async fn dependent(
    account: &Account,
    names: &Names,
    role: Option<&Role>,
) -> Result<DependentResources, CallError> {
    let identity = &account.identity;
    let policy_arn = names.lambda_policy_arn(identity);
    let group_arn = names.log_group_arn(identity);
    let before = role.and_then(|role| role.tags.get(record::TRIGGER_BEFORE));
    let before = before
        .map(|tag| record::arn_from_tag(tag))
        .unwrap_or_default();
    let (policy, log_group_tags, before_is_gone) = tokio::try_join!(
        policy::find(account, &policy_arn),
        log_group::tags(account, &group_arn),
        function::is_deleted(account, &before),
    )?;
    Ok(DependentResources {
        policy,
        log_group_tags,
        before_is_gone,
    })
}

/// Combines the reads of the new side.
pub fn assemble(
    account: &Account,
    role: Option<Role>,
    by_name: NamedResources,
    dependent: DependentResources,
    pool: Pool,
) -> NewSide {
    let tags = dependent.log_group_tags;
    NewSide {
        identity: account.identity.clone(),
        role,
        policy: dependent.policy,
        log_group: by_name.log_group.map(|group| group.with(tags)),
        function: by_name.function,
        pool,
        before_is_gone: dependent.before_is_gone,
    }
}
