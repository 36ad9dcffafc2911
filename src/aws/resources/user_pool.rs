//! Cognito user pools, read and written as raw JSON.

use anyhow::Result;
use aws_sdk_cognitoidentityprovider::config::Builder;
use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use cogmig_core::call::CallError;
use cogmig_core::cognito::lossless::{self, Lost, Object};
use cogmig_core::cognito::pool;
use cogmig_core::reference::Listed;
use cogmig_core::resource::PoolCall;
use cogmig_core::text::on_one_line;
use serde_json::{Value, json};

use super::answer::optional;
use super::update::{self, Edit, Setting, Updated, fail_if_lost, sent, update};
use super::written::{Created, Written};
use crate::aws::account::Account;
use crate::aws::raw::{self, Body};
use crate::aws::retry::{self, UPDATE};

/// The setting that is changed.
const TRIGGER: Setting = Setting {
    what: "the user pool's trigger",
    members: lossless::POOL,
};

/// Runs a call. The request is compared with the user pool afterwards.
///
/// # Errors
/// The call fails permanently, or others changed the trigger in the meantime.
pub async fn run<'a>(
    account: &'a Account,
    id: &'a str,
    call: &PoolCall,
) -> Result<Option<Written<'a>>> {
    let PoolCall::SetTrigger { from, to } = call;
    let what = format!("user pool {id}");
    let updated = set_trigger(account, id, from.as_deref(), to.as_deref()).await?;
    let sent = sent(account, &what, updated)?;
    let compared = async move {
        match sent {
            Some(sent) => fail_if_lost(account, &what, compare(account, id, &sent).await?),
            None => Ok(()),
        }
    };
    Ok(Some(Written::new(Created::Nothing, compared)))
}

/// Restores the previous trigger if `own` is attached. Returns whether it was attached.
///
/// # Errors
/// It can't be restored, or other settings changed.
pub async fn restore_trigger(
    account: &Account,
    id: &str,
    own: Option<&str>,
    before: Option<&str>,
) -> Result<bool> {
    let what = format!("Cognito to restore the trigger of user pool {id}");
    let updated = retry::uninterruptible(account, &what, UPDATE, async || {
        set_trigger(account, id, own, before).await
    });
    let Updated::Sent(sent) = updated.await? else {
        return Ok(false);
    };
    let lost = compare(account, id, &sent).await?;
    fail_if_lost(account, &format!("user pool {id}"), lost)?;
    Ok(true)
}

/// All user pools in the account's Region.
pub async fn list(account: &Account) -> std::result::Result<Vec<Listed>, CallError> {
    let request = account.cognito.list_user_pools().max_results(60);
    let mut pages = request
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    let mut pools = Vec::new();
    let call = "cognito-idp:ListUserPools";
    while let Some(page) = account.page(call, pages.next()).await? {
        pools.extend(page.user_pools().iter().filter_map(|pool| {
            Some(Listed {
                id: pool.id()?.to_owned(),
                name: on_one_line(pool.name().unwrap_or_default()),
            })
        }));
    }
    Ok(pools)
}

/// Opens connections in addition to that of [`list`]. The next reads of the user pool and its app
/// clients run in parallel, and opening connections then would cost one or two more round trips.
pub async fn connect(account: &Account) -> std::result::Result<(), CallError> {
    let open = async || {
        let request = account.cognito.list_user_pools().max_results(1);
        account
            .call("cognito-idp:ListUserPools", request.send())
            .await
    };
    tokio::try_join!(open(), open())?;
    Ok(())
}

/// The user pool as DescribeUserPool returns it.
pub async fn find(account: &Account, id: &str) -> std::result::Result<Option<Object>, CallError> {
    let body = Body::default();
    let request = account
        .cognito
        .describe_user_pool()
        .user_pool_id(id)
        .customize()
        .interceptor(body.clone());
    let call = "cognito-idp:DescribeUserPool";
    if optional(account.call(call, request.send()).await)?.is_none() {
        return Ok(None);
    }
    // If it counted as deleted, its trigger wouldn't be removed.
    let read = body.member("UserPool");
    read.map(Some)
        .ok_or_else(|| CallError::unreadable(account.identity.place(), call))
}

/// The MFA settings of the user pool as GetUserPoolMfaConfig returns them.
pub async fn mfa_config(account: &Account, id: &str) -> std::result::Result<Object, CallError> {
    let body = Body::default();
    let request = account
        .cognito
        .get_user_pool_mfa_config()
        .user_pool_id(id)
        .customize()
        .interceptor(body.clone());
    let call = "cognito-idp:GetUserPoolMfaConfig";
    account.call(call, request.send()).await?;
    let read = body.object();
    read.ok_or_else(|| CallError::unreadable(account.identity.place(), call))
}

/// Replaces the UserMigration trigger `from` with `to`, and changes no other setting: see
/// [`update`].
async fn set_trigger(
    account: &Account,
    id: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> std::result::Result<Updated, CallError> {
    let edit = |described: &Object| {
        let current = pool::trigger(described);
        if current == to {
            return Edit::Nothing;
        }
        if current != from {
            return Edit::ChangedByOthers(current.unwrap_or("not set").to_owned());
        }
        let mut edited = described.clone();
        let triggers = edited.entry("LambdaConfig").or_insert_with(|| json!({}));
        if triggers.is_null() {
            *triggers = json!({});
        }
        if let Value::Object(triggers) = triggers {
            match to {
                Some(arn) => triggers.insert("UserMigration".into(), arn.into()),
                None => triggers.remove("UserMigration"),
            };
        }
        Edit::To(edited)
    };
    let write = async |update: &Object| {
        let request = account
            .cognito
            .update_user_pool()
            .user_pool_id(id)
            .customize()
            .config_override(Builder::new().retry_config(RetryConfig::disabled()))
            .mutate_request(raw::replace(update));
        let answer = account.call("cognito-idp:UpdateUserPool", request.send());
        answer.await.map(|_| ())
    };
    let describe = async || find_with_mfa(account, id).await;
    update(account, &TRIGGER, describe, edit, write).await
}

/// The settings that differ. `None` if the user pool no longer exists.
async fn compare(
    account: &Account,
    id: &str,
    expected: &Object,
) -> std::result::Result<Option<Vec<Lost>>, CallError> {
    let describe = async || find_with_mfa(account, id).await;
    update::compare(account, &TRIGGER, expected, describe).await
}

/// The user pool with its MFA settings, which DescribeUserPool doesn't return. They are left out
/// if they can't be read: that must not prevent that the trigger is restored.
async fn find_with_mfa(
    account: &Account,
    id: &str,
) -> std::result::Result<Option<Object>, CallError> {
    let (described, mfa) = tokio::join!(find(account, id), mfa_config(account, id));
    let Some(described) = described? else {
        return Ok(None);
    };
    Ok(Some(lossless::with_mfa(described, mfa.ok())))
}
