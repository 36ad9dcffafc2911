//! The clients of the SDK, made by hand out of Lambda's variables. In Lambda there are credentials in the environment
//! and nowhere else; the SDK's own search for them costs a good part of the binary and of the start.

use std::env;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_cognitoidentityprovider as cognito;
use aws_sdk_cognitoidentityprovider::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, IdentityCache, Region};

use super::credentials::Role;
use super::wire::Wire;
use crate::settings::OldPoolSettings;

#[cfg(test)]
mod tests;

/// Who the function is, and where the services are. Not `Debug`, as it holds keys.
#[derive(Clone)]
pub struct Home {
    /// Who the function itself is.
    pub credentials: Option<Credentials>,
    /// The function's own Region.
    pub region: Option<String>,
    /// STS, when it is not where it always is.
    pub sts: Option<String>,
    /// Cognito, likewise.
    pub cognito: Option<String>,
    /// Whether to ask only endpoints with validated cryptography.
    pub fips: bool,
    /// Whether to ask endpoints that have IPv6.
    pub dual_stack: bool,
}

impl Home {
    /// Reads Lambda's variables and those that the SDK knows.
    pub fn from_env() -> Self {
        Self::read(|name| env::var(name).ok())
    }

    /// Reads what `get` gives for each variable.
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

    /// The access role, to be assumed at the STS of the function's own Region.
    pub fn role(&self, settings: &OldPoolSettings, wire: &Wire) -> Role {
        let mut sts = aws_sdk_sts::config::Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .http_client(wire.clone())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(2)
                    .with_initial_backoff(Duration::from_millis(200)),
            )
            .region(self.region.clone().map(Region::new))
            .use_fips(self.fips)
            .use_dual_stack(self.dual_stack);
        if let Some(own) = self.credentials.clone() {
            sts = sts.credentials_provider(own);
        }
        sts.set_endpoint_url(self.sts.clone());
        Role::new(
            aws_sdk_sts::Client::from_conf(sts.build()),
            settings.role_arn.clone(),
            settings.external_id.clone(),
        )
    }

    /// Cognito in the old pool's Region, asked as that role. The SDK does not know which calls may be made again, so it
    /// makes none; and the role itself keeps its session.
    pub fn cognito(&self, settings: &OldPoolSettings, wire: &Wire, role: Role) -> cognito::Client {
        let mut config = cognito::config::Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .http_client(wire.clone())
            .retry_config(RetryConfig::disabled())
            .identity_cache(IdentityCache::no_cache())
            .credentials_provider(role)
            .region(Region::new(settings.region.clone()))
            .use_fips(self.fips)
            .use_dual_stack(self.dual_stack);
        config.set_endpoint_url(self.cognito.clone());
        cognito::Client::from_conf(config.build())
    }

    /// What can be read from the old pool's Cognito without credentials and counts against no quota: the keys of its
    /// tokens, which are there for everybody.
    pub async fn public(&self, settings: &OldPoolSettings) -> Option<String> {
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
