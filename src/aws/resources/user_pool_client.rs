//! App clients of a user pool, read and written as raw JSON.

use std::cell::OnceCell;

use anyhow::{Error, Result};
use aws_sdk_cognitoidentityprovider::config::Builder;
use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::types::{
    ExplicitAuthFlowsType, PreventUserExistenceErrorTypes, TimeUnitsType, TokenValidityUnitsType,
};
use cogmig_core::call::CallError;
use cogmig_core::cognito::client::{ids_of, is_dedicated, with_flow, without_flow};
use cogmig_core::cognito::flows::{Added, Flow, Removal};
use cogmig_core::cognito::lossless::{self, Lost, Object};
use cogmig_core::identity::Side;
use cogmig_core::problem::Problem;
use cogmig_core::reference::Listed;
use cogmig_core::resource::ClientCall;
use cogmig_core::text::on_one_line;

use super::answer::{ignore_not_found, optional};
use super::update::{self, Edit, Setting, Updated, fail_if_lost, sent, update};
use super::written::{Created, Written};
use crate::aws::account::Account;
use crate::aws::raw::{self, Body};
use crate::aws::retry::{self, BUSY, UNANSWERED};

/// The setting that is changed.
const FLOWS: Setting = Setting {
    what: "the app client's authentication flows",
    members: lossless::CLIENT,
};

/// How setup can do without an update of an app client in the old account.
const DEDICATED: &str = "use --dedicated-old-client, which doesn't update this app client";

/// Runs a call. The request is compared with the app client afterwards. `created` is set to the id
/// of an app client that is created.
///
/// # Errors
/// The call fails permanently.
pub async fn run<'a>(
    account: &'a Account,
    name: &'a str,
    call: &'a ClientCall,
    created: &OnceCell<String>,
) -> Result<Option<Written<'a>>> {
    match call {
        ClientCall::AddFlow { pool, flow } => add_flow(account, pool, name, *flow).await,
        ClientCall::RemoveFlow { pool, added } => {
            remove_flow(account, pool, name, added).await?;
            Ok(None)
        }
        ClientCall::Create { pool } => {
            let id = create(account, pool, name).await?;
            // A plan creates at most one.
            let _ = created.set(id.clone());
            Ok(Some(Written::new(Created::Client(id), async { Ok(()) })))
        }
        ClientCall::DeleteCreated { pool, recorded } => {
            delete_own(account, pool, name, recorded.as_deref()).await?;
            Ok(None)
        }
    }
}

async fn add_flow<'a>(
    account: &'a Account,
    pool: &'a str,
    id: &'a str,
    flow: Flow,
) -> Result<Option<Written<'a>>> {
    let mut added = None;
    let updated = set_flows(account, pool, id, |described| {
        let (flows, addition) = with_flow(described, flow)?;
        added = Some(addition);
        Some(flows)
    });
    let what = format!("app client {id}");
    let alternative = (account.identity.side == Side::Old).then_some(DEDICATED);
    let updated = updated.await;
    let updated = updated.map_err(|error| named(account, id, error, alternative))?;
    let sent = sent(account, &what, updated)?;
    let (Some(sent), Some(added)) = (sent, added) else {
        return Ok(None);
    };
    let compared = async move {
        let lost = compare(account, pool, id, &sent).await?;
        fail_if_lost(account, &what, lost)
    };
    Ok(Some(Written::new(Created::Flow(added), compared)))
}

/// Removes a flow.
///
/// # Errors
/// The call fails permanently, or other settings changed.
pub async fn remove_flow(account: &Account, pool: &str, id: &str, added: &Added) -> Result<()> {
    let what = format!("app client {id}");
    let waits_for = format!("Cognito to update {what}");
    let updated = retry::uninterruptible(account, &waits_for, &[BUSY, UNANSWERED], async || {
        let without = |described: &Object| match without_flow(described, added) {
            Removal::To(flows) => Some(flows),
            Removal::Nothing | Removal::WouldOpenDefaults => None,
        };
        set_flows(account, pool, id, without).await
    });
    let updated = updated.await;
    let updated = updated.map_err(|error| named(account, id, error, None))?;
    if let Some(sent) = sent(account, &what, updated)? {
        let lost = compare(account, pool, id, &sent).await?;
        fail_if_lost(account, &what, lost)?;
    }
    Ok(())
}

/// Adds the app client to an error that its owner has to fix there, and an alternative to that.
fn named(account: &Account, id: &str, error: CallError, alternative: Option<&str>) -> Error {
    if !error.is_reference_gone() {
        return error.into();
    }
    let summary = format!(
        "app client {id} in the {} wasn't changed, because one of its settings refers to something that no longer exists",
        account.identity.place()
    );
    let problem = Problem::error("app-client-reference-gone", summary);
    let problem = problem.caused_by((&error).into());
    alternative.into_iter().fold(problem, Problem::fix).into()
}

/// All app clients of a user pool. `None` if the user pool doesn't exist.
pub async fn list_if_exists(
    account: &Account,
    pool: &str,
) -> std::result::Result<Option<Vec<Listed>>, CallError> {
    optional(list(account, pool).await)
}

/// All app clients of a user pool.
pub async fn list(account: &Account, pool: &str) -> std::result::Result<Vec<Listed>, CallError> {
    let request = account.cognito.list_user_pool_clients();
    let request = request.user_pool_id(pool).max_results(60);
    let mut pages = request
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    let mut clients = Vec::new();
    let call = "cognito-idp:ListUserPoolClients";
    while let Some(page) = account.page(call, pages.next()).await? {
        clients.extend(page.user_pool_clients().iter().filter_map(|client| {
            Some(Listed {
                id: client.client_id()?.to_owned(),
                name: on_one_line(client.client_name().unwrap_or_default()),
            })
        }));
    }
    Ok(clients)
}

/// The number of secrets of an app client.
pub async fn count_secrets(
    account: &Account,
    pool: &str,
    id: &str,
) -> std::result::Result<usize, CallError> {
    let request = account.cognito.list_user_pool_client_secrets();
    let request = request.user_pool_id(pool).client_id(id);
    let call = "cognito-idp:ListUserPoolClientSecrets";
    let listed = account.call(call, request.send()).await?;
    Ok(listed.client_secrets().len())
}

/// The ids of the app clients with this name, sorted. Names aren't unique.
pub async fn by_name(
    account: &Account,
    pool: &str,
    name: &str,
) -> std::result::Result<Vec<String>, CallError> {
    let clients = list_if_exists(account, pool).await?;
    Ok(ids_of(&clients.unwrap_or_default(), name))
}

/// Creates an app client that only checks passwords, and returns its id. It has no client secret,
/// one authentication flow that requires AWS credentials, and the shortest token lifetimes (5
/// minutes, and 60 minutes for refresh tokens).
async fn create(
    account: &Account,
    pool: &str,
    name: &str,
) -> std::result::Result<String, CallError> {
    let what = format!("Cognito to create app client {name}");
    let mut sent = false;
    retry::retry_until(account, &what, &[BUSY, UNANSWERED], async || {
        // Names aren't unique, so an app client that an earlier attempt created must be reused.
        if std::mem::replace(&mut sent, true)
            && let Some(id) = by_name(account, pool, name).await?.into_iter().next()
        {
            return Ok(id);
        }
        let minutes = TimeUnitsType::Minutes;
        let units = TokenValidityUnitsType::builder()
            .access_token(minutes.clone())
            .id_token(minutes.clone())
            .refresh_token(minutes)
            .build();
        let call = "cognito-idp:CreateUserPoolClient";
        let request = account
            .cognito
            .create_user_pool_client()
            .user_pool_id(pool)
            .client_name(name)
            .generate_secret(false)
            .explicit_auth_flows(ExplicitAuthFlowsType::AllowAdminUserPasswordAuth)
            .supported_identity_providers("COGNITO")
            .prevent_user_existence_errors(PreventUserExistenceErrorTypes::Enabled)
            .enable_token_revocation(true)
            .access_token_validity(5)
            .id_token_validity(5)
            .refresh_token_validity(60)
            .token_validity_units(units)
            .customize()
            .config_override(Builder::new().retry_config(RetryConfig::disabled()));
        let created = account.call(call, request.send()).await?;
        let id = created
            .user_pool_client()
            .and_then(|client| client.client_id());
        id.map(str::to_owned)
            .ok_or_else(|| CallError::unreadable(account.identity.place(), call))
    })
    .await
}

/// Deletes the app clients with this name that setup created: the recorded one, and others with the
/// settings of [`create`]. Names aren't unique, so other app clients can have the same name.
pub async fn delete_own(
    account: &Account,
    pool: &str,
    name: &str,
    recorded: Option<&str>,
) -> std::result::Result<(), CallError> {
    for id in by_name(account, pool, name).await? {
        let described = find(account, pool, &id).await?;
        if recorded != Some(&id) && !described.as_ref().is_some_and(is_dedicated) {
            continue;
        }
        retry::retry_conflicts(account, async || {
            let request = account
                .cognito
                .delete_user_pool_client()
                .user_pool_id(pool)
                .client_id(&id);
            ignore_not_found(
                account
                    .call("cognito-idp:DeleteUserPoolClient", request.send())
                    .await,
            )
        })
        .await?;
    }
    Ok(())
}

/// The app client as DescribeUserPoolClient returns it.
pub async fn find(
    account: &Account,
    pool: &str,
    id: &str,
) -> std::result::Result<Option<Object>, CallError> {
    let body = Body::default();
    let request = account
        .cognito
        .describe_user_pool_client()
        .user_pool_id(pool)
        .client_id(id)
        .customize()
        .interceptor(body.clone());
    let call = "cognito-idp:DescribeUserPoolClient";
    if optional(account.call(call, request.send()).await)?.is_none() {
        return Ok(None);
    }
    // If it counted as deleted, its flow wouldn't be removed.
    let read = body.member("UserPoolClient");
    read.map(Some)
        .ok_or_else(|| CallError::unreadable(account.identity.place(), call))
}

/// Sets `ExplicitAuthFlows` to the result of `edit` (`None` means no change), and changes no other
/// setting: see [`update`].
async fn set_flows(
    account: &Account,
    pool: &str,
    id: &str,
    mut edit: impl FnMut(&Object) -> Option<Vec<String>>,
) -> std::result::Result<Updated, CallError> {
    let edit = |described: &Object| {
        let Some(flows) = edit(described) else {
            return Edit::Nothing;
        };
        let mut edited = described.clone();
        if flows.is_empty() {
            edited.remove("ExplicitAuthFlows");
        } else {
            edited.insert("ExplicitAuthFlows".into(), flows.into());
        }
        Edit::To(edited)
    };
    let write = async |update: &Object| {
        let request = account
            .cognito
            .update_user_pool_client()
            .user_pool_id(pool)
            .client_id(id)
            .customize()
            .config_override(Builder::new().retry_config(RetryConfig::disabled()))
            .mutate_request(raw::replace(update));
        let answer = account.call("cognito-idp:UpdateUserPoolClient", request.send());
        answer.await.map(|_| ())
    };
    let describe = async || find(account, pool, id).await;
    update(account, &FLOWS, describe, edit, write).await
}

/// The settings that differ. `None` if the app client no longer exists.
async fn compare(
    account: &Account,
    pool: &str,
    id: &str,
    expected: &Object,
) -> std::result::Result<Option<Vec<Lost>>, CallError> {
    let describe = async || find(account, pool, id).await;
    update::compare(account, &FLOWS, expected, describe).await
}
