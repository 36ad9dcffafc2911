//! The function's CloudWatch log group. Setup creates it with a retention, so the function doesn't
//! need `logs:CreateLogGroup`, and can't create it again after teardown.

use cogmig_core::call::CallError;
use cogmig_core::observed::LogGroup;
use cogmig_core::record::Tags;
use cogmig_core::resource::LogGroupCall;

use super::answer::{accept_existing, has_tags, ignore_not_found, optional};
use crate::aws::account::Account;
use crate::aws::retry;

/// What DescribeLogGroups returns.
pub struct Described {
    /// The retention in days. `None` means that events never expire.
    retention: Option<i32>,
    /// The time of its creation, in seconds since 1970.
    created: Option<i64>,
}

impl Described {
    /// The log group with its tags.
    pub fn with(self, tags: Tags) -> LogGroup {
        LogGroup {
            retention: self.retention,
            created: self.created,
            tags,
        }
    }
}

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
        LogGroupCall::Untag { keys } => {
            let arn = account.identity.arn("logs", &format!("log-group:{name}"));
            untag(account, &arn, keys).await
        }
        LogGroupCall::Delete => delete(account, name).await,
    }
}

/// The log group with this name, if it exists.
pub async fn describe(account: &Account, name: &str) -> Result<Option<Described>, CallError> {
    let request = account.logs.describe_log_groups();
    let request = request.log_group_name_prefix(name);
    let groups = account.call("logs:DescribeLogGroups", request.send());
    let groups = groups.await?;
    let mut groups = groups.log_groups().iter();
    let group = groups.find(|group| group.log_group_name() == Some(name));
    Ok(group.map(|group| Described {
        retention: group.retention_in_days(),
        created: group.creation_time().map(|time| time / 1000),
    }))
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
    let (group, tags) = tokio::try_join!(describe(account, name), tags(account, arn))?;
    Ok(group.map(|group| group.with(tags)))
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

/// Removes tags.
async fn untag(account: &Account, arn: &str, keys: &[String]) -> Result<(), CallError> {
    let request = account.logs.untag_resource().resource_arn(arn);
    let request = request.set_tag_keys(Some(keys.to_vec()));
    account
        .call("logs:UntagResource", request.send())
        .await
        .map(|_| ())
}

/// Deletes the log group and its events.
async fn delete(account: &Account, name: &str) -> Result<(), CallError> {
    retry::retry_conflicts(account, async || {
        let request = account.logs.delete_log_group().log_group_name(name);
        ignore_not_found(account.call("logs:DeleteLogGroup", request.send()).await)
    })
    .await
}
