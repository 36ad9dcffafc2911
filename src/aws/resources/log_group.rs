//! The Lambda's CloudWatch log group: made by us, with a retention, so that the
//! Lambda needs no right to make one and none comes back after teardown.

use cogmig_core::call::CallError;
use cogmig_core::observed::LogGroup;
use cogmig_core::record::Tags;
use cogmig_core::resource::LogGroupCall;

use super::answer::{found, gone, has_tags, made};
use crate::aws::account::Account;
use crate::aws::retry;

/// How many pages of a log are read: about 25,000 of the function's lines.
const PAGES: u8 = 20;

/// 2024-01-01: from then on CloudWatch Logs can give the newest events first.
const NEWEST_FIRST: i64 = 1_704_067_200;

/// Days that events are kept; `None` is for ever.
pub struct Retention(pub Option<i32>);

/// Makes a call.
///
/// # Errors
/// The call fails for good.
pub async fn run(account: &Account, name: &str, call: &LogGroupCall) -> Result<(), CallError> {
    match call {
        LogGroupCall::Create { tags } => create(account, name, tags).await,
        LogGroupCall::SetRetention { days } => keep(account, name, *days).await,
        LogGroupCall::Tag { tags } => {
            let arn = account.identity.arn("logs", &format!("log-group:{name}"));
            tag(account, &arn, tags).await
        }
        LogGroupCall::Delete => delete(account, name).await,
    }
}

/// How long the events of the log group of this name are kept, where there is one.
pub async fn retention(account: &Account, name: &str) -> Result<Option<Retention>, CallError> {
    let request = account.logs.describe_log_groups();
    let request = request.log_group_name_prefix(name);
    let groups = account.call("logs:DescribeLogGroups", request.send());
    let groups = groups.await?;
    let mut groups = groups.log_groups().iter();
    let group = groups.find(|group| group.log_group_name() == Some(name));
    Ok(group.map(|group| Retention(group.retention_in_days())))
}

/// The tags of the log group of this ARN, where there is one.
pub async fn tags(account: &Account, arn: &str) -> Result<Tags, CallError> {
    let request = account.logs.list_tags_for_resource().resource_arn(arn);
    let answer = account.call("logs:ListTagsForResource", request.send());
    let tags = found(answer.await)?.and_then(|answer| answer.tags);
    Ok(tags.unwrap_or_default().into_iter().collect())
}

/// The log group of this name, which has this ARN.
pub async fn find(account: &Account, name: &str, arn: &str) -> Result<Option<LogGroup>, CallError> {
    let (retention, tags) = tokio::try_join!(retention(account, name), tags(account, arn))?;
    Ok(retention.map(|Retention(retention)| LogGroup { retention, tags }))
}

/// Makes the log group.
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
    made(answer, account, async || {
        let arn = account.identity.arn("logs", &format!("log-group:{name}"));
        let stands = find(account, name, &arn).await?;
        Ok(stands.map(|group| has_tags(&group.tags, tags)))
    })
    .await
}

/// Keeps events for this many days.
async fn keep(account: &Account, name: &str, days: i32) -> Result<(), CallError> {
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

/// Adds tags, or replaces their values.
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

/// What was read of a log group.
pub struct Read {
    /// The events, the newest first.
    pub lines: Vec<String>,
    /// Whether these are all: a log can be longer than anybody wants to wait for.
    pub complete: bool,
}

/// The events since then (in seconds since 1970) that fit a filter pattern; of many, the newest.
/// A page holds 1 MB or less, and may be empty although more follow.
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
        gone(account.call("logs:DeleteLogGroup", request.send()).await)
    })
    .await
}
