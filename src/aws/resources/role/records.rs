//! The roles with the undo records of deployments.

use aws_sdk_iam::types::Role as IamRole;
use cogmig_core::call::CallError;
use cogmig_core::deployments::RecordRole;
use cogmig_core::record::Tags;
use futures_util::stream::{StreamExt, TryStreamExt, iter};

use crate::aws::account::Account;
use crate::aws::resources::answer::optional;
use crate::aws::resources::iam_tags::from_iam_tags;

/// The largest page of roles. By default, IAM returns 100.
const PAGE: i32 = 1000;
/// The number of other deployments' roles that are read at the same time. IAM throttles more.
const AT_ONCE: usize = 75;

/// The tags of the roles of other deployments: their names start with `base`, and `own` is
/// excluded.
pub async fn others(account: &Account, base: &str, own: &str) -> Result<Vec<Tags>, CallError> {
    let records = records_except(account, base, Some(own)).await?;
    Ok(records.into_iter().map(|role| role.tags).collect())
}

/// The roles with the undo records of all deployments: their names start with `base`.
pub async fn records(account: &Account, base: &str) -> Result<Vec<RecordRole>, CallError> {
    records_except(account, base, None).await
}

async fn records_except(
    account: &Account,
    base: &str,
    except: Option<&str>,
) -> Result<Vec<RecordRole>, CallError> {
    let is_other = |name: &str| name.starts_with(base) && Some(name) != except;
    let names = names(account, is_other).await?;
    let reads: Vec<_> = names.iter().map(|name| record(account, name)).collect();
    let records: Vec<_> = iter(reads).buffered(AT_ONCE).try_collect().await?;
    Ok(records.into_iter().flatten().collect())
}

/// The names of the account's roles for which `is_wanted` is true.
pub async fn names(
    account: &Account,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<String>, CallError> {
    let mut pages = account
        .iam
        .list_roles()
        .max_items(PAGE)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    let mut names = Vec::new();
    while let Some(page) = account.page("iam:ListRoles", pages.next()).await? {
        let listed = page.roles().iter().map(IamRole::role_name);
        names.extend(listed.filter(|name| is_wanted(name)).map(str::to_owned));
    }
    Ok(names)
}

async fn record(account: &Account, name: &str) -> Result<Option<RecordRole>, CallError> {
    let request = account.iam.get_role().role_name(name);
    let answer = optional(account.call("iam:GetRole", request.send()).await)?;
    let role = answer.as_ref().and_then(|answer| answer.role());
    Ok(role.map(|role| RecordRole {
        name: name.to_owned(),
        tags: from_iam_tags(role.tags()),
        created: Some(role.create_date().secs()),
    }))
}

/// The tags of the role with this name.
pub async fn tags(account: &Account, name: &str) -> Result<Option<Tags>, CallError> {
    Ok(record(account, name).await?.map(|role| role.tags))
}
