//! The old pool as AWS gives it: its clients, and the turning of what the SDK says into our own closed sets of words.

use std::env::{self, VarError};
use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::{self, SharedHttpClient};
use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::operation::admin_initiate_auth::AdminInitiateAuthOutput;
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, UserStatusType};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::failure::{Failure, Fault, Refusal};
use crate::handler::{OldPool, OldUser};

#[cfg(test)]
mod tests;

/// The shortest time between a throttled password call and its one repetition.
const PAUSE: Duration = Duration::from_millis(200);

/// The old pool, asked through Cognito with the credentials of the access role in its account.
pub struct Cognito {
    client: Client,
    user_pool_id: String,
    client_id: String,
}

impl Cognito {
    /// Makes the clients from the function's environment. No call is made yet.
    ///
    /// # Errors
    ///
    /// When a variable that setup writes is not there.
    pub async fn from_env() -> Result<Self, String> {
        let read = |name| env::var(name).map_err(|_: VarError| format!("{name} is not set"));
        let (user_pool_id, client_id) = (read("OLD_USER_POOL_ID")?, read("OLD_CLIENT_ID")?);
        let (role, external_id) = (read("OLD_ROLE_ARN")?, read("OLD_EXTERNAL_ID")?);
        let old_region = Region::new(read("OLD_USER_POOL_REGION")?);

        let own = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(2)
                    .with_initial_backoff(PAUSE),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_millis(1500))
                    .read_timeout(Duration::from_secs(3))
                    .build(),
            )
            .load()
            .await;
        let access = AssumeRoleProvider::builder(role)
            .external_id(external_id)
            .session_name("cognito-migration-lambda")
            .configure(&own)
            .build()
            .await;
        let old = config::Builder::from(&own)
            .region(old_region)
            .credentials_provider(access)
            .build();
        Ok(Self {
            client: Client::from_conf(old),
            user_pool_id,
            client_id,
        })
    }

    /// One password call, sent once: each counts towards the user's lock-out, and a lost answer does not say whether
    /// the password was judged.
    async fn send_password(&self, username: &str, password: &str) -> Result<(), Failure> {
        let answer = self
            .client
            .admin_initiate_auth()
            .user_pool_id(&self.user_pool_id)
            .client_id(&self.client_id)
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", username)
            .auth_parameters("PASSWORD", password)
            .customize()
            .config_override(config::Builder::new().retry_config(RetryConfig::disabled()))
            .send()
            .await;
        proved(&answer.map_err(|error| failure(&error))?).map_err(Failure::Refused)
    }
}

impl OldPool for Cognito {
    async fn check_password(&self, username: &str, password: &str) -> Result<(), Failure> {
        match self.send_password(username, password).await {
            // Refused at the door, so the password was not judged.
            Err(Failure::Fault(Fault::Throttled)) => {
                tokio::time::sleep(PAUSE + jitter(PAUSE)).await;
                self.send_password(username, password).await
            }
            answer => answer,
        }
    }

    async fn user(&self, username: &str) -> Result<OldUser, Failure> {
        let request = self
            .client
            .admin_get_user()
            .user_pool_id(&self.user_pool_id)
            .username(username);
        let user = request.send().await.map_err(|error| failure(&error))?;
        Ok(OldUser {
            enabled: user.enabled,
            confirmed: user.user_status == Some(UserStatusType::Confirmed),
            has_mfa: !user.user_mfa_setting_list().is_empty()
                || user
                    .preferred_mfa_setting()
                    .is_some_and(|kind| !kind.is_empty())
                || !user.mfa_options().is_empty(),
            attributes: user
                .user_attributes
                .unwrap_or_default()
                .into_iter()
                .map(|attribute| (attribute.name, attribute.value.unwrap_or_default()))
                .collect(),
        })
    }
}

fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https()
}

/// Whether tokens came, and nothing more is asked for. No challenge proves enough to go without its second half.
fn proved(answer: &AdminInitiateAuthOutput) -> Result<(), Refusal> {
    match (&answer.authentication_result, &answer.challenge_name) {
        (Some(_), None) => Ok(()),
        (_, Some(_)) => Err(Refusal::Challenge),
        (None, None) => Err(Refusal::UnknownAnswer),
    }
}

/// What an error of the SDK means. Its own text stays here: it may quote the request.
fn failure<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E>) -> Failure {
    if let SdkError::ServiceError(service) = error {
        let (code, message) = (service.err().code(), service.err().message());
        let status = service.raw().status().as_u16();
        return Failure::of_service(
            code.unwrap_or_default(),
            message.unwrap_or_default(),
            status,
        );
    }
    let mut sources = std::iter::successors(error.source(), |&source| source.source());
    Failure::Fault(match error {
        _ if sources.any(<dyn Error>::is::<CredentialsError>) => Fault::Credentials,
        SdkError::TimeoutError(_) => Fault::TimedOut,
        SdkError::DispatchFailure(dispatch) if dispatch.is_timeout() => Fault::TimedOut,
        SdkError::DispatchFailure(_) => Fault::Unreachable,
        _ => Fault::Internal,
    })
}

/// Up to `most`, so that environments throttled at once do not come back at once. The clock is random enough for that.
fn jitter(most: Duration) -> Duration {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    most.mul_f64(f64::from(now.subsec_micros() % 1000) / 1000.0)
}
