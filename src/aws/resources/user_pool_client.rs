//! App clients of a user pool, read and written as raw JSON.

use aws_sdk_cognitoidentityprovider::config::Builder;
use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::types::{
    ExplicitAuthFlowsType, PreventUserExistenceErrorTypes, TimeUnitsType, TokenValidityUnitsType,
};
use serde_json::Value;

use super::{Edit, Updated, found, gone, update};
use crate::aws::account::Account;
use crate::aws::raw::{self, Body};
use crate::aws::retry::{self, BUSY, UNANSWERED};
use cogmig_core::call::CallError;
use cogmig_core::cognito::client::{ids_of, is_dedicated};
use cogmig_core::cognito::flows::{self, ADMIN_PASSWORD, Added, Flow, Removal};
use cogmig_core::cognito::lossless::{self, Lost, Object};
use cogmig_core::resource::Named;
use cogmig_core::text::on_one_line;

/// What is changed of an app client, in words.
const FLOWS: &str = "the app client's flows";

/// Every app client of a pool; `None` where the pool is gone.
pub async fn list_if_there(account: &Account, pool: &str) -> Result<Option<Vec<Named>>, CallError> {
    found(list(account, pool).await)
}

/// Every app client of a pool.
pub async fn list(account: &Account, pool: &str) -> Result<Vec<Named>, CallError> {
    let mut clients = Vec::new();
    let mut next = None;
    loop {
        let request = account
            .cognito
            .list_user_pool_clients()
            .user_pool_id(pool)
            .max_results(60)
            .set_next_token(next.take());
        let page = account
            .call("cognito-idp:ListUserPoolClients", request.send())
            .await?;
        clients.extend(page.user_pool_clients().iter().filter_map(|client| {
            Some(Named {
                id: client.client_id()?.to_owned(),
                name: on_one_line(client.client_name().unwrap_or_default()),
            })
        }));
        next = page.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok(clients);
        }
    }
}

/// The ids of the app clients of this name, in order; names need not be unique.
pub async fn by_name(account: &Account, pool: &str, name: &str) -> Result<Vec<String>, CallError> {
    let clients = list_if_there(account, pool).await?;
    Ok(ids_of(&clients.unwrap_or_default(), name))
}

/// Makes an app client that can do no more than tell whether a password is right, and gives
/// its id: no secret, one flow that needs AWS credentials, and of each token's life the
/// shortest that Cognito has (5 minutes, 60 for refresh tokens).
pub async fn create(account: &Account, pool: &str, name: &str) -> Result<String, CallError> {
    let what = format!("Cognito to make the app client {name}");
    let mut sent = false;
    retry::until_settled(account, &what, &[BUSY, UNANSWERED], async || {
        // Names are not unique: what an earlier attempt may have made is looked for.
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
        let made = account.call(call, request.send()).await?;
        let id = made
            .user_pool_client()
            .and_then(|client| client.client_id());
        id.map(str::to_owned)
            .ok_or_else(|| CallError::unreadable(account.identity.place(), call))
    })
    .await
}

/// Deletes the app clients of this name that were made here: the one on record, and any that
/// is as [`create`] makes it. Names are not unique, so that others may have it too.
pub async fn delete_own(
    account: &Account,
    pool: &str,
    name: &str,
    recorded: Option<&str>,
) -> Result<(), CallError> {
    for id in by_name(account, pool, name).await? {
        let described = find(account, pool, &id).await?;
        if recorded != Some(&id) && !described.as_ref().is_some_and(is_dedicated) {
            continue;
        }
        retry::patiently(account, async || {
            let request = account
                .cognito
                .delete_user_pool_client()
                .user_pool_id(pool)
                .client_id(&id);
            gone(
                account
                    .call("cognito-idp:DeleteUserPoolClient", request.send())
                    .await,
            )
        })
        .await?;
    }
    Ok(())
}

/// The app client as DescribeUserPoolClient sends it.
pub async fn find(account: &Account, pool: &str, id: &str) -> Result<Option<Object>, CallError> {
    let body = Body::default();
    let request = account
        .cognito
        .describe_user_pool_client()
        .user_pool_id(pool)
        .client_id(id)
        .customize()
        .interceptor(body.clone());
    let call = "cognito-idp:DescribeUserPoolClient";
    if found(account.call(call, request.send()).await)?.is_none() {
        return Ok(None);
    }
    // Taken for gone, it would be left with a trigger that nothing answers.
    let read = body.member("UserPoolClient");
    read.map(Some)
        .ok_or_else(|| CallError::unreadable(account.identity.place(), call))
}

/// Sets `ExplicitAuthFlows` to what `edit` makes of the client (`None`: leave it), and
/// nothing else: see [`super::update`].
pub async fn set_flows(
    account: &Account,
    pool: &str,
    id: &str,
    mut edit: impl FnMut(&Object) -> Option<Vec<String>>,
) -> Result<Updated, CallError> {
    let edit = |described: &Object| {
        let Some(flows) = edit(described) else {
            return Edit::Nothing;
        };
        let mut update = lossless::client_update(described);
        if flows.is_empty() {
            update.remove("ExplicitAuthFlows");
        } else {
            update.insert("ExplicitAuthFlows".into(), flows.into());
        }
        Edit::Send(update)
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
    update(account, FLOWS, describe, edit, write).await
}

/// What else of the app client is not as it was sent; `None` where it is gone.
pub async fn compare(
    account: &Account,
    pool: &str,
    id: &str,
    sent: &Object,
) -> Result<Option<Vec<Lost>>, CallError> {
    let describe = async || find(account, pool, id).await;
    super::compare(account, FLOWS, sent, describe, lossless::client_update).await
}
