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
use cogmig_core::plan::Step;
use cogmig_core::record::Tags;
use cogmig_core::resource::{Address, Call, Kind};

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
