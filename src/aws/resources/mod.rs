//! One file a kind of resource: how it is found, made, changed and deleted, and what
//! has to be waited for.

mod answer;
mod document;
pub mod function;
pub mod log_group;
pub mod policy;
pub mod role;
mod update;
pub mod user_pool;
pub mod user_pool_client;
mod written;

use std::cell::OnceCell;

use anyhow::Result;
use cogmig_core::call::CallError;
use cogmig_core::names::Names;
use cogmig_core::observed::{Function, LogGroup, NewSide, Policy, Pool, Role};
use cogmig_core::package::Package;
use cogmig_core::plan::Step;
use cogmig_core::record::{self, Tags};
use cogmig_core::resource::{Address, Call, Kind};
use log_group::Retention;

use super::account::Account;
pub use written::{Made, Written};

/// Makes the call of a step. `made` is the id of the app client that was made on the way. Gives what
/// is still to be seen of it, if anything is.
///
/// # Errors
/// The call fails for good, or the setting is not as it was sent.
pub async fn run<'a>(
    account: &'a Account,
    step: &'a Step,
    made: &OnceCell<String>,
) -> Result<Option<Written<'a>>> {
    let name = step.on.name.as_str();
    match &step.call {
        Call::Role(call) => role::run(account, name, call, made.get()).await?,
        Call::Policy(call) => policy::run(account, name, call).await?,
        Call::LogGroup(call) => log_group::run(account, name, call).await?,
        Call::Function(call) => return function::run(account, name, call, made.get()).await,
        Call::Permission(call) => function::permit(account, name, call).await?,
        Call::Client(call) => return user_pool_client::run(account, name, call, made).await,
        Call::Pool(call) => return user_pool::run(account, name, call).await,
    }
    Ok(None)
}

/// The tags of a resource, where it exists and its kind bears tags.
///
/// # Errors
/// It cannot be read.
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

/// What is found by a name of ours in the new account, the role apart.
pub struct ByName {
    /// The Lambda.
    pub function: Option<Function>,
    /// Of the log group, where there is one.
    retention: Option<Retention>,
}

impl ByName {
    /// The pool that the function moves users into, where it is of this deployment and has
    /// this code.
    pub fn pool_of(&self, names: &Names, code: &Package) -> Option<String> {
        let function = self.function.as_ref()?;
        let known = names.own(&function.tags) && function.code_sha256 == code.sha256;
        function.tags.get(record::POOL).filter(|_| known).cloned()
    }
}

/// Reads it.
pub async fn by_name(account: &Account, names: &Names) -> Result<ByName, CallError> {
    let (function, retention) = tokio::try_join!(
        function::find(account, &names.function),
        log_group::retention(account, &names.log_group),
    )?;
    Ok(ByName {
        function,
        retention,
    })
}

/// What it takes the account's id, or the role, to find in the new account.
pub struct Rest {
    policy: Option<Policy>,
    log_group_tags: Tags,
    before_is_gone: bool,
}

/// Reads it.
pub async fn rest(
    account: &Account,
    names: &Names,
    role: Option<&Role>,
) -> Result<Rest, CallError> {
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
        function::is_gone(account, &before),
    )?;
    Ok(Rest {
        policy,
        log_group_tags,
        before_is_gone,
    })
}

/// The new side, of what was read.
pub fn assembled(
    account: &Account,
    role: Option<Role>,
    by_name: ByName,
    rest: Rest,
    pool: Pool,
) -> NewSide {
    let tags = rest.log_group_tags;
    NewSide {
        identity: account.identity.clone(),
        role,
        policy: rest.policy,
        log_group: by_name
            .retention
            .map(|Retention(retention)| LogGroup { retention, tags }),
        function: by_name.function,
        pool,
        before_is_gone: rest.before_is_gone,
    }
}

/// Reads what bears our names in the new account, its role apart.
pub async fn new_side(
    account: &Account,
    names: &Names,
    role: Option<Role>,
    pool: Pool,
) -> Result<NewSide, CallError> {
    let (by_name, rest) =
        tokio::try_join!(by_name(account, names), rest(account, names, role.as_ref()),)?;
    Ok(assembled(account, role, by_name, rest, pool))
}
