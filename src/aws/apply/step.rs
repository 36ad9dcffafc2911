//! A step: its guard, its call, and what is seen of both afterwards. What can only be judged
//! afterwards is handed back, so that it holds nothing up.

use std::cell::OnceCell;

use anyhow::{Error, Result};
use cogmig_core::plan::Step;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::{guard, recheck};
use crate::aws::account::Account;
use crate::aws::resources;

/// What is still to be seen of a step that is in force. Of several things that are wrong
/// each is told.
pub type Rest<'a> = LocalBoxFuture<'a, Vec<Error>>;

/// Brings a step into force. `made` is the id of the app client that was made on the way.
///
/// # Errors
/// Its guard does not hold, a call fails for good, or a setting is not as it was sent.
pub async fn run<'a>(
    account: &'a Account,
    step: &'a Step,
    made: &OnceCell<String>,
) -> Result<Option<Rest<'a>>> {
    if let Some(guard) = &step.guard
        && !guard::holds(account, guard).await?
    {
        return Ok(None);
    }
    let Some(written) = resources::run(account, step, made).await? else {
        return Ok(None);
    };
    let rest = async move {
        let kept = recheck::after(account, step, &written.made);
        let (later, kept) = tokio::join!(written.later, kept);
        [later, kept].into_iter().filter_map(Result::err).collect()
    };
    Ok(Some(rest.boxed_local()))
}
