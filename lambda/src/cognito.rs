//! The calls to the old pool with the AWS SDK, and which of them can be retried.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::types::AuthFlowType;
use rules::decision::{Answer, OldUser};
use rules::probe::StsError;
use rules::reasons::{Failure, Fault};
use tokio::time::{Instant, timeout_at};

use crate::failure::{without_password, without_user};
use crate::handler::{FIRST_BUDGET, Service};
use crate::log;
use crate::old_pool::{OldPool, SignIn};
use crate::settings::{OldPoolSettings, Settings};
use clients::Environment;
use connections::Connections;
use convert::{
    is_expired_token, is_without_hash, lost_idle, never_connected, to_answer, to_failure,
    to_old_user,
};
use credentials::Role;
use retry::{FailedAttempt, Retry, with_retries};
use secret::{CachedSecret, ClientSecret};

mod clients;
mod connections;
mod convert;
mod credentials;
mod retry;
mod secret;
mod sts;
#[cfg(test)]
mod tests;

/// The time limit for the work before the first event. Lambda allows ten seconds.
const WARM_UP: Duration = Duration::from_secs(2);

/// The old pool. Calls use the credentials of the access role in the old account.
pub struct Cognito {
    client: Client,
    role: Role,
    settings: OldPoolSettings,
    secret: CachedSecret,
    environment: Environment,
    connections: Connections,
}

/// Creates the service from the process's environment variables. `None` if one is missing or
/// invalid. `began` is the time when the process started.
pub async fn service_from_env(began: Instant) -> Option<Service<Cognito>> {
    let settings = Settings::from_env().map_err(log::misconfigured).ok()?;
    let pool = Cognito::new(
        settings.old_pool,
        Environment::from_env(),
        Connections::new(),
    );
    pool.warm_up().await;
    Some(Service {
        pool: Rc::new(pool),
        new_user_pool_id: settings.new_user_pool_id,
        log_key: settings.log_key.map(Rc::new),
        first_answer_by: Cell::new(Some(began + FIRST_BUDGET)),
        rules: settings.rules,
    })
}

impl Cognito {
    /// Creates the clients, without any call.
    fn new(settings: OldPoolSettings, environment: Environment, connections: Connections) -> Self {
        let role = environment.role(&settings, &connections);
        Self::with_role(settings, environment, connections, role)
    }

    fn with_role(
        settings: OldPoolSettings,
        environment: Environment,
        connections: Connections,
        role: Role,
    ) -> Self {
        Self {
            client: environment.cognito(&settings, &connections, role.clone()),
            role,
            settings,
            secret: CachedSecret::default(),
            environment,
            connections,
        }
    }

    /// Assumes the role and opens the two connections of a sign-in at the same time. Then reads the
    /// client secret over one of them. The next event retries steps that fail here, and reports
    /// their errors.
    async fn warm_up(&self) {
        let deadline = Instant::now() + WARM_UP;
        let all = async {
            let url = self.environment.jwks_url(&self.settings).await;
            let url = url.unwrap_or_default();
            let (session, ()) = tokio::join!(self.session(), self.connections.open(&url));
            session?;
            self.prepare(deadline).await
        };
        let _ = timeout_at(deadline, all).await;
    }

    async fn describe_secret(&self, deadline: Instant) -> Result<Option<ClientSecret>, Failure> {
        let request = self
            .client
            .describe_user_pool_client()
            .user_pool_id(&self.settings.user_pool_id)
            .client_id(&self.settings.client_id);
        let renewed = Cell::default();
        let answer = with_retries(deadline, async || {
            self.attempt(&renewed, request.clone().send(), retry_read)
                .await
        });
        let answer = answer.await.map_err(without_user)?;
        Ok(answer
            .user_pool_client
            .and_then(|client| client.client_secret)
            .map(ClientSecret::new))
    }

    /// One attempt at a call. If AWS rejects the call because the session has expired (early, or by
    /// another clock), renews the session and requests one retry. For all other errors, `retry`
    /// decides.
    async fn attempt<T, E: ProvideErrorMetadata + std::error::Error + 'static>(
        &self,
        renewed: &Cell<bool>,
        sent: impl Future<Output = Result<T, SdkError<E>>>,
        retry: impl Fn(Failure, &SdkError<E>) -> Retry,
    ) -> Result<T, FailedAttempt> {
        let session = self.role.current();
        let error = match sent.await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let failure = to_failure(&error);
        if !is_expired_token(&error) || renewed.replace(true) {
            let retry = retry(failure, &error);
            return Err(FailedAttempt { failure, retry });
        }
        let (failure, retry) = match self.role.replace(session).await {
            Ok(_) => (failure, Retry::Immediately),
            Err(_) => (Failure::Fault(Fault::Credentials), Retry::Never),
        };
        Err(FailedAttempt { failure, retry })
    }
}

impl OldPool for Cognito {
    /// Shares the connections, because they don't depend on the session.
    fn cold(&self) -> Self {
        Self::with_role(
            self.settings.clone(),
            self.environment.clone(),
            self.connections.clone(),
            self.role.cold(),
        )
    }

    fn sts_errors(&self) -> Vec<StsError> {
        self.role.errors()
    }

    async fn session(&self) -> Result<(), Failure> {
        let session = self.role.session().await;
        session
            .map(drop)
            .map_err(|_| Failure::Fault(Fault::Credentials))
    }

    async fn prepare(&self, deadline: Instant) -> Result<(), Failure> {
        if !self.settings.has_secret {
            return Ok(());
        }
        if self.secret.must_be_read() {
            let secret = self.describe_secret(deadline).await?;
            self.secret.store(secret);
        }
        // Cognito would reject the password without checking it.
        if self.secret.is_hidden() {
            return Err(Failure::Fault(Fault::SecretRotated));
        }
        Ok(())
    }

    async fn check_password(
        &self,
        sign_in: &SignIn<'_>,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let SignIn {
            username,
            password,
            metadata,
        } = sign_in;
        let hash = self.secret.hash(username, &self.settings.client_id);
        let request = self
            .client
            .admin_initiate_auth()
            .user_pool_id(&self.settings.user_pool_id)
            .client_id(&self.settings.client_id)
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", *username)
            .auth_parameters("PASSWORD", *password)
            .set_client_metadata(Some(metadata.clone()).filter(|metadata| !metadata.is_empty()));
        let request = match hash {
            Some(hash) => request.auth_parameters("SECRET_HASH", hash),
            None => request,
        };
        // Each attempt counts towards the user's lockout, and after a lost response it is unknown
        // whether Cognito checked the password. So a request is sent again only if it was throttled
        // or never sent, and once if it was written to a connection that had died while idle.
        let (renewed, lost, lacks_hash) = (Cell::default(), Cell::new(false), Cell::new(false));
        let answer = with_retries(deadline, async || {
            let retry = |failure, error: &_| match failure {
                Failure::Fault(Fault::SecretHash) => {
                    lacks_hash.set(is_without_hash(error));
                    Retry::Never
                }
                Failure::Fault(Fault::Throttled) => Retry::AfterPause,
                _ if never_connected(error) => Retry::AfterPause,
                _ if lost_idle(error) && !lost.replace(true) => Retry::Immediately,
                _ => Retry::Never,
            };
            let _slot = self.connections.slot().await;
            self.attempt(&renewed, request.clone().send(), retry).await
        });
        let answer = answer.await.map_err(|failure| match failure {
            // The app client has a secret that Cognito didn't return.
            Failure::Fault(Fault::SecretHash) if lacks_hash.get() => {
                Failure::Fault(Fault::SecretRotated)
            }
            // The secret may have changed. The next event reads it again.
            Failure::Fault(Fault::SecretHash) => {
                self.secret.reject();
                failure
            }
            _ => failure,
        });
        answer.map(|output| to_answer(&output))
    }

    async fn user(
        &self,
        username: &str,
        deadline: Instant,
        replied: &Cell<bool>,
    ) -> Result<OldUser, Failure> {
        let request = self
            .client
            .admin_get_user()
            .user_pool_id(&self.settings.user_pool_id)
            .username(username);
        let renewed = Cell::default();
        let answer = with_retries(deadline, async || {
            // In its own task, so that the request completes after the caller stops waiting, and
            // its connection returns to the pool. A dropped request would close the connection, and
            // the next sign-in would need a handshake.
            let (slot, sent) = (self.connections.slot().await, request.clone().send());
            if replied.get() {
                let (failure, retry) = (Failure::Fault(Fault::TimedOut), Retry::Never);
                return Err(FailedAttempt { failure, retry });
            }
            let sent = tokio::spawn(async move {
                let _slot = slot;
                sent.await
            });
            let sent = async {
                match sent.await {
                    Ok(answer) => answer,
                    Err(_) => Err(SdkError::timeout_error("aborted")),
                }
            };
            let retry = |failure, error: &_| {
                if replied.get() {
                    Retry::Never
                } else {
                    retry_read(failure, error)
                }
            };
            self.attempt(&renewed, sent, retry).await
        });
        answer.await.map(to_old_user).map_err(without_password)
    }
}

/// A read call changes nothing, so it is retried after every transient error.
fn retry_read<E: std::error::Error + 'static>(failure: Failure, error: &SdkError<E>) -> Retry {
    match failure {
        _ if lost_idle(error) => Retry::Immediately,
        Failure::Fault(
            Fault::Throttled | Fault::Internal | Fault::Unreachable | Fault::TimedOut,
        ) => Retry::AfterPause,
        _ => Retry::Never,
    }
}
