//! A step: the check before it, its call, and the checks after it. The later checks are returned as
//! a future, so they don't delay other steps.

use std::cell::OnceCell;

use anyhow::{Error, Result};
use cogmig_core::plan::Step;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::guard::{self, Others};
use super::recheck;
use crate::aws::account::Account;
use crate::aws::resources;

/// The later checks of a step whose call succeeded. It returns all errors.
pub type Rest<'a> = LocalBoxFuture<'a, Vec<Error>>;

/// Runs a step. `client` is the id of the app client that an earlier step created, and `others` are
/// the roles of other deployments.
///
/// # Errors
/// The check before it fails, a call fails permanently, or a setting differs from the request.
pub async fn run<'a>(
    account: &'a Account,
    step: &'a Step,
    client: &OnceCell<String>,
    others: &Others,
) -> Result<Option<Rest<'a>>> {
    if let Some(guard) = &step.guard
        && !guard::holds(account, guard, others).await?
    {
        return Ok(None);
    }
    let written = resources::run(account, step, client).await?;
    others.forget_after(account, &step.call).await;
    let Some(written) = written else {
        return Ok(None);
    };
    let rest = async move {
        let checked = recheck::after(account, step, &written.created);
        let (later, checked) = tokio::join!(written.later, checked);
        [later, checked]
            .into_iter()
            .filter_map(Result::err)
            .collect()
    };
    Ok(Some(rest.boxed_local()))
}
