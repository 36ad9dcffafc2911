//! The old pool as AWS gives it: its clients and its calls, and which of them may be made again.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::{self, SharedHttpClient};
use aws_sdk_cognitoidentityprovider::types::AuthFlowType;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout};

use crate::failure::{Failure, Fault};
use crate::handler::Service;
use crate::log;
use crate::old_pool::{Answer, OldPool, OldUser};
use crate::settings::{OldPoolSettings, Settings};
use meaning::{answered, failure, never_connected, old_user};
use retry::{Missed, patiently};
use secret::ClientSecret;

mod meaning;
mod retry;
mod secret;
#[cfg(test)]
mod tests;

/// How long the first event may be kept waiting for what is fetched before it. Lambda allows ten seconds.
const WARM_UP: Duration = Duration::from_secs(2);

/// The old pool, asked through Cognito with the credentials of the access role in its account.
pub struct Cognito {
    client: Client,
    settings: OldPoolSettings,
    secret: OnceCell<Option<ClientSecret>>,
}

/// What the process's environment makes of this function, or none when it is not what it must be.
pub async fn service_from_env() -> Option<Service<Cognito>> {
    let settings = Settings::from_env().map_err(log::misconfigured).ok()?;
    let pool = Cognito::new(settings.old_pool).await;
    // What fails now is tried again, and told, at the next event.
    let _ = timeout(WARM_UP, pool.prepare()).await;
    Some(Service {
        pool,
        new_user_pool_id: settings.new_user_pool_id,
        rules: settings.rules,
    })
}

impl Cognito {
    /// Makes the clients. No call is made yet.
    async fn new(settings: OldPoolSettings) -> Self {
        let own = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(2)
                    .with_initial_backoff(Duration::from_millis(200)),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_millis(1500))
                    .read_timeout(Duration::from_secs(3))
                    .build(),
            )
            .load()
            .await;
        let access = AssumeRoleProvider::builder(settings.role_arn.clone())
            .external_id(settings.external_id.clone())
            .session_name("cognito-migration-lambda")
            .configure(&own)
            .build()
            .await;
        let old = config::Builder::from(&own)
            .region(Region::new(settings.region.clone()))
            .credentials_provider(access)
            .build();
        Self {
            client: Client::from_conf(old),
            settings,
            secret: OnceCell::new(),
        }
    }

    async fn describe_secret(&self) -> Result<Option<ClientSecret>, Failure> {
        let request = self
            .client
            .describe_user_pool_client()
            .user_pool_id(&self.settings.user_pool_id)
            .client_id(&self.settings.client_id);
        let answer = request.send().await;
        let client = answer
            .map_err(|error| failure(&error).of_no_user())?
            .user_pool_client;
        Ok(client
            .and_then(|client| client.client_secret)
            .map(ClientSecret::new))
    }
}

impl OldPool for Cognito {
    async fn afresh(&self) -> Self {
        Self::new(self.settings.clone()).await
    }

    async fn prepare(&self) -> Result<(), Failure> {
        if self.settings.has_secret {
            self.secret
                .get_or_try_init(|| self.describe_secret())
                .await?;
        }
        Ok(())
    }

    async fn check_password(
        &self,
        username: &str,
        password: &str,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let hash = self
            .secret
            .get()
            .and_then(Option::as_ref)
            .and_then(|secret| secret.hash(username, &self.settings.client_id));
        let request = self
            .client
            .admin_initiate_auth()
            .user_pool_id(&self.settings.user_pool_id)
            .client_id(&self.settings.client_id)
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", username)
            .auth_parameters("PASSWORD", password);
        let request = match hash {
            Some(hash) => request.auth_parameters("SECRET_HASH", hash),
            None => request,
        };
        // Each counts towards the user's lock-out, and a lost answer does not say whether the password was judged. So
        // only what was refused at the door, or never got there, is sent again.
        let answer = patiently(deadline, async || {
            let attempt = request.clone().customize().config_override(once());
            attempt.send().await.map_err(|error| {
                let failure = failure(&error);
                let throttled = failure == Failure::Fault(Fault::Throttled);
                let again = throttled || never_connected(&error);
                Missed { failure, again }
            })
        });
        answer.await.map(|output| answered(&output))
    }

    async fn user(&self, username: &str, deadline: Instant) -> Result<OldUser, Failure> {
        let request = self
            .client
            .admin_get_user()
            .user_pool_id(&self.settings.user_pool_id)
            .username(username);
        let answer = patiently(deadline, async || {
            let attempt = request.clone().customize().config_override(once());
            attempt.send().await.map_err(|error| {
                let failure = failure(&error);
                let again = matches!(
                    failure,
                    Failure::Fault(
                        Fault::Throttled | Fault::Internal | Fault::Unreachable | Fault::TimedOut
                    )
                );
                Missed { failure, again }
            })
        });
        answer.await.map(old_user)
    }
}

/// The SDK does not know which calls may be made again.
fn once() -> config::Builder {
    config::Builder::new().retry_config(RetryConfig::disabled())
}

fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https()
}
