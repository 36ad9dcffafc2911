//! IAM roles, with their inline and attached policies.

mod records;

use std::collections::BTreeMap;

use aws_sdk_iam::operation::list_instance_profiles_for_role::ListInstanceProfilesForRoleOutput;
use cogmig_core::call::CallError;
use cogmig_core::desired::with_client;
use cogmig_core::governance::ROOT;
use cogmig_core::iam::documents;
use cogmig_core::observed::Role;
use cogmig_core::record::Tags;
use cogmig_core::resource::RoleCall;
use serde_json::Value;

use super::answer::{accept_existing, has_tags, ignore_not_found, optional};
use super::document;
use super::iam_tags::{from_iam_tags, iam_tags};
use crate::aws::account::Account;
use crate::aws::retry::{self, BUSY, NOT_VISIBLE, PROPAGATION};

pub use records::{others, records, tags};

/// Runs a call. `client` is the id of the app client that an earlier step created.
///
/// # Errors
/// The call fails permanently.
pub async fn run(
    account: &Account,
    name: &str,
    call: &RoleCall,
    client: Option<&String>,
) -> Result<(), CallError> {
    match call {
        RoleCall::Create { .. } => create(account, name, call).await,
        RoleCall::SetBoundary { boundary } => {
            set_boundary(account, name, boundary.as_deref()).await
        }
        RoleCall::SetTrust { trust } => set_trust(account, name, trust).await,
        RoleCall::PutInline { policy, document } => {
            put_inline(account, name, policy, document).await
        }
        RoleCall::Attach { policy_arn } => attach(account, name, policy_arn).await,
        RoleCall::Tag { tags } => tag(account, name, &with_client(tags, client)).await,
        RoleCall::Untag { keys } => untag(account, name, keys).await,
        RoleCall::Detach { policy_arn } => detach(account, name, policy_arn).await,
        RoleCall::DeleteInline { policy } => delete_inline(account, name, policy).await,
        RoleCall::Delete => delete(account, name).await,
    }
}

/// The role with this name. Of its inline policies, only the document of `inline_policy` is read.
pub async fn find(
    account: &Account,
    name: &str,
    inline_policy: Option<&str>,
) -> Result<Option<Role>, CallError> {
    let iam = &account.iam;
    let document = async {
        let Some(policy) = inline_policy else {
            return Ok(None);
        };
        let request = iam.get_role_policy().role_name(name).policy_name(policy);
        let answer = optional(account.call("iam:GetRolePolicy", request.send()).await)?;
        Ok(answer.map(|answer| document::decode(answer.policy_document())))
    };
    let (role, inline, attached, document) = tokio::join!(
        account.call("iam:GetRole", iam.get_role().role_name(name).send()),
        account.call(
            "iam:ListRolePolicies",
            iam.list_role_policies().role_name(name).send()
        ),
        account.call(
            "iam:ListAttachedRolePolicies",
            iam.list_attached_role_policies().role_name(name).send(),
        ),
        document,
    );
    let (Some(role), Some(inline), Some(attached), document) = (
        optional(role)?,
        optional(inline)?,
        optional(attached)?,
        document?,
    ) else {
        return Ok(None);
    };
    let mut inline: BTreeMap<_, _> = inline
        .policy_names()
        .iter()
        .map(|policy| (policy.clone(), Value::Null))
        .collect();
    if let (Some(policy), Some(document)) = (inline_policy, document) {
        inline.insert(policy.to_owned(), document);
    }
    let role = role.role();
    let boundary = role.and_then(|role| role.permissions_boundary());
    Ok(Some(Role {
        path: role.map_or(ROOT, |role| role.path()).to_owned(),
        boundary: boundary
            .and_then(|boundary| boundary.permissions_boundary_arn())
            .map(str::to_owned),
        trust: role
            .and_then(|role| role.assume_role_policy_document())
            .map_or(Value::Null, document::decode),
        inline,
        attached: attached
            .attached_policies()
            .iter()
            .filter_map(|policy| policy.policy_arn().map(str::to_owned))
            .collect(),
        tags: role
            .map(|role| from_iam_tags(role.tags()))
            .unwrap_or_default(),
        created: role.map(|role| role.create_date().secs()),
    }))
}

/// The same, if the permissions may be limited to roles with a path. IAM knows no path of a role
/// that doesn't exist, so it denies the read. The list of roles then shows whether it exists.
pub async fn find_listed(
    account: &Account,
    name: &str,
    inline_policy: Option<&str>,
) -> Result<Option<Role>, CallError> {
    match find(account, name, inline_policy).await {
        Err(error) if error.is_denied() => match records::names(account, |role| role == name).await
        {
            Ok(listed) if listed.is_empty() => Ok(None),
            _ => Err(error),
        },
        read => read,
    }
}

/// Whether the role has this tag. It may take some seconds until IAM returns it.
pub async fn has_tag(account: &Account, name: &str, key: &str) -> Result<bool, CallError> {
    let what = visible(name);
    let visible = retry::until_visible(account, &what, async || {
        let request = account.iam.get_role().role_name(name);
        let answer = optional(account.call("iam:GetRole", request.send()).await)?;
        let role = answer.as_ref().and_then(|answer| answer.role());
        Ok(role.and_then(|role| role.tags().iter().any(|tag| tag.key() == key).then_some(())))
    });
    Ok(visible.await?.is_some())
}

/// Creates the role. Its trust policy may have a role that IAM hasn't propagated yet.
async fn create(account: &Account, name: &str, call: &RoleCall) -> Result<(), CallError> {
    let RoleCall::Create {
        path,
        boundary,
        description,
        trust,
        tags,
    } = call
    else {
        return Ok(());
    };
    let iam_tags = iam_tags(tags);
    let what = format!("IAM to accept the trust policy of {name}");
    let answer = retry::retry_until(account, &what, &[PROPAGATION, BUSY], async || {
        let request = account
            .iam
            .create_role()
            .role_name(name)
            .path(path)
            .set_permissions_boundary(boundary.clone())
            .description(description)
            .assume_role_policy_document(trust.to_string())
            .set_tags(Some(iam_tags.clone()));
        account.call("iam:CreateRole", request.send()).await
    })
    .await;
    accept_existing(answer, account, async || {
        let existing = find(account, name, None).await?;
        Ok(existing.map(|role| {
            documents::same(&role.trust, trust)
                && has_tags(&role.tags, tags)
                && role.path == *path
                && role.boundary == *boundary
        }))
    })
    .await
}

/// Sets the permissions boundary, or deletes it.
async fn set_boundary(
    account: &Account,
    name: &str,
    boundary: Option<&str>,
) -> Result<(), CallError> {
    retry::retry_conflicts(account, async || {
        let Some(boundary) = boundary else {
            let request = account
                .iam
                .delete_role_permissions_boundary()
                .role_name(name);
            let answer = account.call("iam:DeleteRolePermissionsBoundary", request.send());
            return ignore_not_found(answer.await);
        };
        let request = account
            .iam
            .put_role_permissions_boundary()
            .role_name(name)
            .permissions_boundary(boundary);
        let answer = account.call("iam:PutRolePermissionsBoundary", request.send());
        answer.await.map(|_| ())
    })
    .await
}

/// Updates the trust policy.
async fn set_trust(account: &Account, name: &str, trust: &Value) -> Result<(), CallError> {
    let what = format!("IAM to accept the trust policy of {name}");
    retry::retry_until(
        account,
        &what,
        &[PROPAGATION, NOT_VISIBLE, BUSY],
        async || {
            let request = account
                .iam
                .update_assume_role_policy()
                .role_name(name)
                .policy_document(trust.to_string());
            account
                .call("iam:UpdateAssumeRolePolicy", request.send())
                .await
        },
    )
    .await
    .map(|_| ())
}

/// Writes an inline policy.
async fn put_inline(
    account: &Account,
    name: &str,
    policy: &str,
    document: &Value,
) -> Result<(), CallError> {
    retry::retry_until(account, &visible(name), &[NOT_VISIBLE, BUSY], async || {
        let request = account
            .iam
            .put_role_policy()
            .role_name(name)
            .policy_name(policy)
            .policy_document(document.to_string());
        account.call("iam:PutRolePolicy", request.send()).await
    })
    .await
    .map(|_| ())
}

/// Attaches a managed policy.
async fn attach(account: &Account, name: &str, policy_arn: &str) -> Result<(), CallError> {
    retry::retry_until(account, &visible(name), &[NOT_VISIBLE, BUSY], async || {
        let request = account
            .iam
            .attach_role_policy()
            .role_name(name)
            .policy_arn(policy_arn);
        account.call("iam:AttachRolePolicy", request.send()).await
    })
    .await
    .map(|_| ())
}

/// Adds tags, or updates their values.
async fn tag(account: &Account, name: &str, tags: &Tags) -> Result<(), CallError> {
    retry::retry_conflicts(account, async || {
        let request = account
            .iam
            .tag_role()
            .role_name(name)
            .set_tags(Some(iam_tags(tags)));
        account.call("iam:TagRole", request.send()).await
    })
    .await
    .map(|_| ())
}

/// Removes tags.
async fn untag(account: &Account, name: &str, keys: &[String]) -> Result<(), CallError> {
    retry::retry_conflicts(account, async || {
        let request = account.iam.untag_role().role_name(name);
        let request = request.set_tag_keys(Some(keys.to_vec()));
        ignore_not_found(account.call("iam:UntagRole", request.send()).await)
    })
    .await
}

/// Detaches a managed policy.
async fn detach(account: &Account, name: &str, policy_arn: &str) -> Result<(), CallError> {
    retry::retry_conflicts(account, async || {
        let request = account
            .iam
            .detach_role_policy()
            .role_name(name)
            .policy_arn(policy_arn);
        ignore_not_found(account.call("iam:DetachRolePolicy", request.send()).await)
    })
    .await
}

/// Deletes an inline policy.
async fn delete_inline(account: &Account, name: &str, policy: &str) -> Result<(), CallError> {
    retry::retry_conflicts(account, async || {
        let request = account
            .iam
            .delete_role_policy()
            .role_name(name)
            .policy_name(policy);
        ignore_not_found(account.call("iam:DeleteRolePolicy", request.send()).await)
    })
    .await
}

/// Deletes a role without policies. If others added it to instance profiles, it's removed from them
/// first, because IAM requires this.
async fn delete(account: &Account, name: &str) -> Result<(), CallError> {
    let what = format!("IAM to delete {name}");
    retry::retry_until(account, &what, &[NOT_VISIBLE, BUSY], async || {
        let request = account.iam.delete_role().role_name(name);
        let answer = ignore_not_found(account.call("iam:DeleteRole", request.send()).await);
        // The permission to list instance profiles is only needed in this rare case.
        if answer
            .as_ref()
            .is_err_and(|error| error.is("DeleteConflict"))
        {
            remove_from_instance_profiles(account, name).await?;
        }
        answer
    })
    .await
}

async fn remove_from_instance_profiles(account: &Account, name: &str) -> Result<(), CallError> {
    let request = account
        .iam
        .list_instance_profiles_for_role()
        .role_name(name);
    let answer = account.call("iam:ListInstanceProfilesForRole", request.send());
    let profiles = optional(answer.await)?;
    let profiles = profiles.iter();
    for profile in profiles.flat_map(ListInstanceProfilesForRoleOutput::instance_profiles) {
        let request = account
            .iam
            .remove_role_from_instance_profile()
            .instance_profile_name(profile.instance_profile_name())
            .role_name(name);
        let answer = account.call("iam:RemoveRoleFromInstanceProfile", request.send());
        ignore_not_found(answer.await)?;
    }
    Ok(())
}

fn visible(name: &str) -> String {
    format!("IAM to return {name}")
}
