//! Reads that setup doesn't need: that they fail isn't an error.

use cogmig_core::call::CallError;
use futures_util::future::join_all;
use rules::decision::OldUser;

use crate::aws::account::Account;
use crate::aws::resources::{user, user_pool_client};

/// The number of secrets of each app client, or why it can't be read.
pub type Secrets = Vec<(String, Result<usize, CallError>)>;

/// Some users of a pool.
pub async fn sampled(
    account: &Account,
    pool: &str,
    wanted: bool,
) -> Result<Option<Result<Vec<OldUser>, CallError>>, CallError> {
    if !wanted {
        return Ok(None);
    }
    let page = user::page(account, pool, None).await;
    Ok(Some(page.map(|users| {
        users.into_iter().map(|listed| listed.user).collect()
    })))
}

/// The numbers of secrets of app clients, in addition to those in `known`.
pub async fn secrets(
    account: &Account,
    pool: &str,
    ids: &[String],
    known: Secrets,
) -> Result<Secrets, CallError> {
    let is_new = |id: &&String| known.iter().all(|(other, _)| other != *id);
    let counted = ids.iter().filter(is_new).map(async |id| {
        let count = user_pool_client::count_secrets(account, pool, id).await;
        (id.clone(), count)
    });
    let counted = join_all(counted).await;
    Ok(known.into_iter().chain(counted).collect())
}
