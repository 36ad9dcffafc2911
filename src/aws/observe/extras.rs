//! Reads about a user pool that only some checks need. They join a round of other reads.

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::types::ResourceServerScopeType;
use cogmig_core::call::CallError;
use cogmig_core::observed::Extras;

use crate::aws::account::Account;
use crate::aws::resources::user_pool;

/// Reads the MFA settings.
pub async fn mfa(account: &Account, pool: &str) -> Extras {
    Extras {
        mfa: Some(user_pool::mfa_config(account, pool).await),
        ..Extras::default()
    }
}

/// Reads the MFA settings, and the names that the settings of app clients may have.
pub async fn all(account: &Account, pool: &str) -> Extras {
    let (mfa, scopes, providers) = tokio::join!(
        user_pool::mfa_config(account, pool),
        scopes(account, pool),
        providers(account, pool),
    );
    Extras {
        mfa: Some(mfa),
        scopes: Some(scopes),
        providers: Some(providers),
    }
}

/// The scopes of the resource servers.
async fn scopes(account: &Account, pool: &str) -> Result<BTreeSet<String>, CallError> {
    let request = account.cognito.list_resource_servers();
    let request = request.user_pool_id(pool).max_results(50);
    let mut pages = request
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    let mut scopes = BTreeSet::new();
    let call = "cognito-idp:ListResourceServers";
    while let Some(page) = account.page(call, pages.next()).await? {
        for server in page.resource_servers() {
            let identifier = server.identifier().unwrap_or_default();
            let scope =
                |one: &ResourceServerScopeType| format!("{identifier}/{}", one.scope_name());
            scopes.extend(server.scopes().iter().map(scope));
        }
    }
    Ok(scopes)
}

/// The names of the identity providers.
async fn providers(account: &Account, pool: &str) -> Result<BTreeSet<String>, CallError> {
    let request = account.cognito.list_identity_providers();
    let request = request.user_pool_id(pool).max_results(60);
    let mut pages = request
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    let mut names = BTreeSet::new();
    let call = "cognito-idp:ListIdentityProviders";
    while let Some(page) = account.page(call, pages.next()).await? {
        let providers = page.providers().iter();
        names.extend(providers.filter_map(|one| one.provider_name().map(str::to_owned)));
    }
    Ok(names)
}
