//! The SDK clients, configured from Lambda's environment variables. In Lambda, credentials are only
//! in the environment. The SDK's default credential chain would add to the binary's size and to the
//! cold start.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_cognitoidentityprovider as cognito;
use aws_sdk_cognitoidentityprovider::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, IdentityCache, Region};

use super::connections::Connections;
use super::credentials::Role;
use super::sts::{Request, Sts};
use crate::settings::OldPoolSettings;

#[cfg(test)]
mod tests;

/// The function's credentials, Region and endpoints. Not `Debug`, because it holds access keys.
#[derive(Clone)]
pub struct Environment {
    /// The credentials of the function's execution role.
    pub credentials: Option<Credentials>,
    /// The function's Region.
    pub region: Option<String>,
    /// The endpoint of STS, if it isn't the default.
    pub sts: Option<String>,
    /// The endpoint of Cognito, if it isn't the default.
    pub cognito: Option<String>,
    /// Whether to use FIPS endpoints.
    pub fips: bool,
    /// Whether to use dual-stack endpoints.
    pub dual_stack: bool,
}

impl Environment {
    /// Reads the environment variables that Lambda sets and the SDK supports.
    pub fn from_env() -> Self {
        Self::read(|name| env::var(name).ok())
    }

    /// Reads environment variables, which `get` returns.
    fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name| get(name).filter(|value| !value.is_empty());
        let endpoint = |name| variable(name).or_else(|| variable("AWS_ENDPOINT_URL"));
        let is_true = |name| variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let keys = variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY"));
        let token = || variable("AWS_SESSION_TOKEN");
        Self {
            credentials: keys
                .map(|(id, secret)| Credentials::new(id, secret, token(), None, "env")),
            region: variable("AWS_REGION"),
            sts: endpoint("AWS_ENDPOINT_URL_STS"),
            cognito: endpoint("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"),
            fips: is_true("AWS_USE_FIPS_ENDPOINT"),
            dual_stack: is_true("AWS_USE_DUALSTACK_ENDPOINT"),
        }
    }

    /// The access role. It is assumed with the STS of the function's Region, or with that of the
    /// old pool's Region.
    pub fn role(&self, settings: &OldPoolSettings, connections: &Connections) -> Role {
        let sts = |region: &str| (region.to_owned(), self.sts(region, connections));
        let old = settings.region.as_str();
        let sts = match self.region.as_deref() {
            Some(own) if own != old => Sts::new(sts(own), Some(sts(old))),
            _ => Sts::new(sts(old), None),
        };
        let request = Request {
            role_arn: settings.role_arn.clone(),
            external_id: settings.external_id.clone(),
        };
        Role::new(Arc::new(sts), Arc::new(request))
    }

    fn sts(&self, region: &str, connections: &Connections) -> aws_sdk_sts::Client {
        let mut sts = aws_sdk_sts::config::Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .http_client(connections.clone())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(2)
                    .with_initial_backoff(Duration::from_millis(200)),
            )
            .region(Region::new(region.to_owned()))
            .use_fips(self.fips)
            .use_dual_stack(self.dual_stack);
        if let Some(credentials) = self.credentials.clone() {
            sts = sts.credentials_provider(credentials);
        }
        sts.set_endpoint_url(self.sts.clone());
        aws_sdk_sts::Client::from_conf(sts.build())
    }

    /// The Cognito client for the old pool's Region, with the credentials of the access role. SDK
    /// retries are off, because the SDK doesn't know which calls are safe to retry. The identity
    /// cache is off, because [`Role`] caches the session.
    pub fn cognito(
        &self,
        settings: &OldPoolSettings,
        connections: &Connections,
        role: Role,
    ) -> cognito::Client {
        let mut config = cognito::config::Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .http_client(connections.clone())
            .retry_config(RetryConfig::disabled())
            .identity_cache(IdentityCache::no_cache())
            .credentials_provider(role)
            .region(Region::new(settings.region.clone()))
            .use_fips(self.fips)
            .use_dual_stack(self.dual_stack);
        config.set_endpoint_url(self.cognito.clone());
        cognito::Client::from_conf(config.build())
    }

    /// The URL of the old pool's JSON Web Key Set (JWKS). It is public: a request needs no
    /// credentials and counts against no quota.
    pub async fn jwks_url(&self, settings: &OldPoolSettings) -> Option<String> {
        let params = Params::builder()
            .region(settings.region.clone())
            .set_endpoint(self.cognito.clone())
            .use_fips(self.fips)
            .use_dual_stack(self.dual_stack);
        let resolver = DefaultResolver::new();
        let endpoint = ResolveEndpoint::resolve_endpoint(&resolver, &params.build().ok()?).await;
        let url = endpoint.ok()?.url().trim_end_matches('/').to_owned();
        Some(format!(
            "{url}/{}/.well-known/jwks.json",
            settings.user_pool_id
        ))
    }
}
