//! IAM managed policies and their versions.

use aws_sdk_iam::operation::get_policy::GetPolicyOutput;
use aws_sdk_iam::operation::list_policy_versions::ListPolicyVersionsOutput;
use aws_sdk_iam::types::PolicyVersion;
use cogmig_core::call::CallError;
use cogmig_core::iam::documents;
use cogmig_core::observed::Policy;
use cogmig_core::record::Tags;
use cogmig_core::resource::PolicyCall;
use serde_json::Value;

use super::answer::{accept_existing, has_tags, ignore_not_found, optional};
use super::document;
use super::iam_tags::{from_iam_tags, iam_tags};
use crate::aws::account::Account;
use crate::aws::retry::{self, BUSY, NOT_VISIBLE, Transient};

/// The policy has five versions, for example because the response for one of them was lost.
const FULL: &Transient = &Transient::new(&[("LimitExceeded", "")]);

/// Runs a call.
///
/// # Errors
/// The call fails permanently.
pub async fn run(account: &Account, name: &str, call: &PolicyCall) -> Result<(), CallError> {
    let arn = &account.identity.iam_arn(&format!("policy/{name}"));
    match call {
        PolicyCall::Create {
            description,
            document,
            tags,
        } => create(account, name, description, document, tags).await,
        PolicyCall::Update { document } => update(account, arn, document).await,
        PolicyCall::Tag { tags } => tag(account, arn, tags).await,
        PolicyCall::Untag { keys } => untag(account, arn, keys).await,
        PolicyCall::Delete => delete(account, arn).await,
    }
}

/// The default version of a policy that was never updated.
const FIRST: &str = "v1";

/// Whether the policy exists.
pub async fn exists(account: &Account, arn: &str) -> Result<bool, CallError> {
    let request = account.iam.get_policy().policy_arn(arn);
    let answer = optional(account.call("iam:GetPolicy", request.send()).await)?;
    Ok(answer.is_some())
}

/// The policy with this ARN. All calls run in parallel. If the default version isn't the first one,
/// another call reads its document.
pub async fn find(account: &Account, arn: &str) -> Result<Option<Policy>, CallError> {
    let request = account.iam.get_policy().policy_arn(arn);
    let entities = account.iam.list_entities_for_policy().policy_arn(arn);
    let (answer, first, entities) = tokio::join!(
        account.call("iam:GetPolicy", request.send()),
        document(account, arn, FIRST),
        account.call("iam:ListEntitiesForPolicy", entities.send()),
    );
    let (answer, first, entities) = (optional(answer)?, first?, optional(entities)?);
    let policy = answer.as_ref().and_then(GetPolicyOutput::policy);
    let (Some(policy), Some(entities)) = (policy, entities) else {
        return Ok(None);
    };
    let document = match policy.default_version_id() {
        None | Some(FIRST) => first,
        Some(version) => document(account, arn, version).await?,
    };
    let Some(document) = document else {
        return Ok(None);
    };
    let roles = entities.policy_roles().iter().map(|role| role.role_name());
    let users = entities.policy_users().iter().map(|user| user.user_name());
    let groups = entities
        .policy_groups()
        .iter()
        .map(|group| group.group_name());
    Ok(Some(Policy {
        document,
        attached_to: roles
            .chain(users)
            .chain(groups)
            .flatten()
            .map(str::to_owned)
            .collect(),
        tags: from_iam_tags(policy.tags()),
    }))
}

async fn document(account: &Account, arn: &str, version: &str) -> Result<Option<Value>, CallError> {
    let request = account
        .iam
        .get_policy_version()
        .policy_arn(arn)
        .version_id(version);
    let answer = optional(account.call("iam:GetPolicyVersion", request.send()).await)?;
    Ok(answer.map(|answer| {
        let version = answer.policy_version();
        let document = version.and_then(PolicyVersion::document);
        document.map_or(Value::Null, document::decode)
    }))
}

/// Creates the policy.
async fn create(
    account: &Account,
    name: &str,
    description: &str,
    document: &Value,
    tags: &Tags,
) -> Result<(), CallError> {
    let answer = retry::retry_conflicts(account, async || {
        let request = account
            .iam
            .create_policy()
            .policy_name(name)
            .description(description)
            .policy_document(document.to_string())
            .set_tags(Some(iam_tags(tags)));
        account.call("iam:CreatePolicy", request.send()).await
    })
    .await;
    accept_existing(answer, account, async || {
        let arn = account.identity.iam_arn(&format!("policy/{name}"));
        let existing = find(account, &arn).await?;
        Ok(existing.map(|policy| {
            documents::same(&policy.document, document) && has_tags(&policy.tags, tags)
        }))
    })
    .await
}

/// Sets `document` as the default version. A policy can have five versions, so the oldest one that
/// isn't the default is deleted if necessary.
async fn update(account: &Account, arn: &str, document: &Value) -> Result<(), CallError> {
    let what = "IAM to create the policy version";
    retry::retry_until(account, what, &[BUSY, FULL], async || {
        let spare = spare_versions(account, arn).await?;
        if spare.len() >= 4
            && let Some(oldest) = spare.first()
        {
            delete_version(account, arn, oldest).await?;
        }
        let request = account
            .iam
            .create_policy_version()
            .policy_arn(arn)
            .policy_document(document.to_string())
            .set_as_default(true);
        account
            .call("iam:CreatePolicyVersion", request.send())
            .await
    })
    .await
    .map(|_| ())
}

/// Adds tags, or updates their values.
async fn tag(account: &Account, arn: &str, tags: &Tags) -> Result<(), CallError> {
    retry::retry_conflicts(account, async || {
        let request = account
            .iam
            .tag_policy()
            .policy_arn(arn)
            .set_tags(Some(iam_tags(tags)));
        account.call("iam:TagPolicy", request.send()).await
    })
    .await
    .map(|_| ())
}

/// Removes tags.
async fn untag(account: &Account, arn: &str, keys: &[String]) -> Result<(), CallError> {
    retry::retry_conflicts(account, async || {
        let request = account.iam.untag_policy().policy_arn(arn);
        let request = request.set_tag_keys(Some(keys.to_vec()));
        account.call("iam:UntagPolicy", request.send()).await
    })
    .await
    .map(|_| ())
}

/// Deletes a policy that isn't attached, including all its versions. IAM may still count a role
/// from which it was just detached.
async fn delete(account: &Account, arn: &str) -> Result<(), CallError> {
    for version in spare_versions(account, arn).await? {
        delete_version(account, arn, &version).await?;
    }
    retry::retry_until(
        account,
        "IAM to delete the policy",
        &[NOT_VISIBLE, BUSY],
        async || {
            let request = account.iam.delete_policy().policy_arn(arn);
            ignore_not_found(account.call("iam:DeletePolicy", request.send()).await)
        },
    )
    .await
}

async fn delete_version(account: &Account, arn: &str, version: &str) -> Result<(), CallError> {
    let request = account
        .iam
        .delete_policy_version()
        .policy_arn(arn)
        .version_id(version);
    ignore_not_found(
        account
            .call("iam:DeletePolicyVersion", request.send())
            .await,
    )
}

/// The versions that aren't the default, the oldest first.
async fn spare_versions(account: &Account, arn: &str) -> Result<Vec<String>, CallError> {
    let request = account.iam.list_policy_versions().policy_arn(arn);
    let answer = optional(account.call("iam:ListPolicyVersions", request.send()).await)?;
    let mut spare: Vec<_> = answer
        .iter()
        .flat_map(ListPolicyVersionsOutput::versions)
        .filter(|version| !version.is_default_version())
        .filter_map(|version| {
            let id = version.version_id()?.to_owned();
            let number: u64 = id.trim_start_matches('v').parse().ok()?;
            Some((number, id))
        })
        .collect();
    spare.sort();
    Ok(spare.into_iter().map(|(_, id)| id).collect())
}
