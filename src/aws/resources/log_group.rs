//! The function's CloudWatch log group. Setup creates it with a retention, so the function doesn't
//! need `logs:CreateLogGroup`, and can't create it again after teardown.

use cogmig_core::call::CallError;
use cogmig_core::observed::LogGroup;
use cogmig_core::record::Tags;
use cogmig_core::resource::LogGroupCall;

use super::answer::{accept_existing, has_tags, ignore_not_found, optional};
use crate::aws::account::Account;
use crate::aws::retry;

/// The number of pages of a log that are read: about 25,000 of the function's lines.
const PAGES: u8 = 20;

/// 2024-01-01: CloudWatch Logs can return the newest events first only after this time.
const NEWEST_FIRST: i64 = 1_704_067_200;

/// The retention in days. `None` means that events never expire.
pub struct Retention(pub Option<i32>);

/// Runs a call.
///
/// # Errors
/// The call fails permanently.
pub async fn run(account: &Account, name: &str, call: &LogGroupCall) -> Result<(), CallError> {
    match call {
        LogGroupCall::Create { tags } => create(account, name, tags).await,
        LogGroupCall::SetRetention { days } => set_retention(account, name, *days).await,
        LogGroupCall::Tag { tags } => {
            let arn = account.identity.arn("logs", &format!("log-group:{name}"));
            tag(account, &arn, tags).await
        }
        LogGroupCall::Delete => delete(account, name).await,
    }
}

/// The retention of the log group with this name, if it exists.
pub async fn retention(account: &Account, name: &str) -> Result<Option<Retention>, CallError> {
    let request = account.logs.describe_log_groups();
    let request = request.log_group_name_prefix(name);
    let groups = account.call("logs:DescribeLogGroups", request.send());
    let groups = groups.await?;
    let mut groups = groups.log_groups().iter();
    let group = groups.find(|group| group.log_group_name() == Some(name));
    Ok(group.map(|group| Retention(group.retention_in_days())))
}

/// The tags of the log group with this ARN. Empty if it doesn't exist.
pub async fn tags(account: &Account, arn: &str) -> Result<Tags, CallError> {
    let request = account.logs.list_tags_for_resource().resource_arn(arn);
    let answer = account.call("logs:ListTagsForResource", request.send());
    let tags = optional(answer.await)?.and_then(|answer| answer.tags);
    Ok(tags.unwrap_or_default().into_iter().collect())
}

/// The log group with this name and this ARN.
pub async fn find(account: &Account, name: &str, arn: &str) -> Result<Option<LogGroup>, CallError> {
    let (retention, tags) = tokio::try_join!(retention(account, name), tags(account, arn))?;
    Ok(retention.map(|Retention(retention)| LogGroup { retention, tags }))
}

/// Creates the log group.
async fn create(account: &Account, name: &str, tags: &Tags) -> Result<(), CallError> {
    let answer = retry::retry_conflicts(account, async || {
        let request = account
            .logs
            .create_log_group()
            .log_group_name(name)
            .set_tags(Some(tags.clone().into_iter().collect()));
        account.call("logs:CreateLogGroup", request.send()).await
    })
    .await;
    accept_existing(answer, account, async || {
        let arn = account.identity.arn("logs", &format!("log-group:{name}"));
        let existing = find(account, name, &arn).await?;
        Ok(existing.map(|group| has_tags(&group.tags, tags)))
    })
    .await
}

/// Sets the retention.
async fn set_retention(account: &Account, name: &str, days: i32) -> Result<(), CallError> {
    retry::retry_conflicts(account, async || {
        let request = account
            .logs
            .put_retention_policy()
            .log_group_name(name)
            .retention_in_days(days);
        account
            .call("logs:PutRetentionPolicy", request.send())
            .await
    })
    .await
    .map(|_| ())
}

/// Adds tags, or updates their values.
async fn tag(account: &Account, arn: &str, tags: &Tags) -> Result<(), CallError> {
    let request = account
        .logs
        .tag_resource()
        .resource_arn(arn)
        .set_tags(Some(tags.clone().into_iter().collect()));
    account
        .call("logs:TagResource", request.send())
        .await
        .map(|_| ())
}

/// The events of a log group that were read.
pub struct Read {
    /// The events, the newest first.
    pub lines: Vec<String>,
    /// Whether all events were read. Reading a long log completely would take too long.
    pub complete: bool,
}

/// The events since this time (in seconds since 1970) that match a filter pattern. If there are too
/// many, only the newest are read. A page has up to 1 MB, and can be empty although others follow.
pub async fn read(
    account: &Account,
    name: &str,
    since: i64,
    pattern: &str,
) -> Result<Read, CallError> {
    let mut pages = account
        .logs
        .filter_log_events()
        .log_group_name(name)
        .start_time(since.max(NEWEST_FIRST) * 1000)
        .start_from_head(false)
        .filter_pattern(pattern)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    let mut read = Read {
        lines: Vec::new(),
        complete: true,
    };
    let mut next = None;
    for _ in 0..PAGES {
        let page = account.page("logs:FilterLogEvents", pages.next()).await?;
        let Some(page) = page else { return Ok(read) };
        let events = page.events.unwrap_or_default().into_iter();
        read.lines.extend(events.filter_map(|event| event.message));
        next = page.next_token;
    }
    read.complete = next.is_none();
    Ok(read)
}

/// Deletes the log group and its events.
async fn delete(account: &Account, name: &str) -> Result<(), CallError> {
    retry::retry_conflicts(account, async || {
        let request = account.logs.delete_log_group().log_group_name(name);
        ignore_not_found(account.call("logs:DeleteLogGroup", request.send()).await)
    })
    .await
}
