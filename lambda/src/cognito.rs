//! The old pool as AWS gives it: its calls, and which of them may be made again.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::types::AuthFlowType;
use rules::decision::{Answer, OldUser};
use rules::reasons::{Failure, Fault};
use tokio::time::{Instant, timeout_at};

use crate::failure::of_no_user;
use crate::handler::{FIRST_BUDGET, Service};
use crate::log;
use crate::old_pool::OldPool;
use crate::settings::{OldPoolSettings, Settings};
use clients::Home;
use credentials::Role;
use meaning::{answered, failure, has_expired, lost_idle, never_connected, old_user};
use retry::{Again, Missed, patiently};
use secret::ClientSecret;
use wire::Wire;

mod clients;
mod credentials;
mod meaning;
mod retry;
mod secret;
#[cfg(test)]
mod tests;
mod wire;

/// How long the first event may be kept waiting for what is fetched before it. Lambda allows ten seconds.
const WARM_UP: Duration = Duration::from_secs(2);

/// The old pool, asked through Cognito with the credentials of the access role in its account.
pub struct Cognito {
    client: Client,
    role: Role,
    settings: OldPoolSettings,
    /// None until it was read.
    secret: Mutex<Option<ClientSecret>>,
    home: Home,
    wire: Wire,
}

/// What the process's environment makes of this function, or none when it is not what it must be.
/// It began at `began` to run.
pub async fn service_from_env(began: Instant) -> Option<Service<Cognito>> {
    let settings = Settings::from_env().map_err(log::misconfigured).ok()?;
    let pool = Cognito::new(settings.old_pool, Home::from_env(), Wire::new());
    pool.warm_up().await;
    Some(Service {
        pool,
        new_user_pool_id: settings.new_user_pool_id,
        first_answer_by: Cell::new(Some(began + FIRST_BUDGET)),
        rules: settings.rules,
    })
}

impl Cognito {
    /// Makes the clients. No call is made yet.
    fn new(settings: OldPoolSettings, home: Home, wire: Wire) -> Self {
        let role = home.role(&settings, &wire);
        Self {
            client: home.cognito(&settings, &wire, role.clone()),
            role,
            settings,
            secret: Mutex::default(),
            home,
            wire,
        }
    }

    /// Fetches the session and opens the two connections of a sign-in at once, then reads the secret over one of them.
    /// What fails now is tried again, and told, at the next event.
    async fn warm_up(&self) {
        let deadline = Instant::now() + WARM_UP;
        let all = async {
            let public = self.home.public(&self.settings).await.unwrap_or_default();
            let (session, ()) = tokio::join!(self.session(), self.wire.open(&public));
            session?;
            self.prepare(deadline).await
        };
        let _ = timeout_at(deadline, all).await;
    }

    fn known_secret(&self) -> MutexGuard<'_, Option<ClientSecret>> {
        self.secret.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn describe_secret(&self, deadline: Instant) -> Result<Option<ClientSecret>, Failure> {
        let request = self
            .client
            .describe_user_pool_client()
            .user_pool_id(&self.settings.user_pool_id)
            .client_id(&self.settings.client_id);
        let renewed = Cell::default();
        let answer = patiently(deadline, async || {
            self.attempt(&renewed, request.clone().send(), question)
                .await
        });
        let answer = answer.await.map_err(of_no_user)?;
        Ok(answer
            .user_pool_client
            .and_then(|client| client.client_secret)
            .map(ClientSecret::new))
    }

    /// One attempt at a call. What is rejected because the session has ended, early or on another clock than ours, is
    /// worth another with a new session, once; of all else `again` knows.
    async fn attempt<T, E: ProvideErrorMetadata + std::error::Error + 'static>(
        &self,
        renewed: &Cell<bool>,
        sent: impl Future<Output = Result<T, SdkError<E>>>,
        again: impl Fn(Failure, &SdkError<E>) -> Again,
    ) -> Result<T, Missed> {
        let session = self.role.held();
        let error = match sent.await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let failure = failure(&error);
        if !has_expired(&error) || renewed.replace(true) {
            let again = again(failure, &error);
            return Err(Missed { failure, again });
        }
        let (failure, again) = match self.role.instead_of(session).await {
            Ok(_) => (failure, Again::AtOnce),
            Err(_) => (Failure::Fault(Fault::Credentials), Again::Never),
        };
        Err(Missed { failure, again })
    }
}

impl OldPool for Cognito {
    /// The connections are the same: who is connected has not changed.
    fn afresh(&self) -> Self {
        Self::new(self.settings.clone(), self.home.clone(), self.wire.clone())
    }

    async fn session(&self) -> Result<(), Failure> {
        let session = self.role.session().await;
        session
            .map(drop)
            .map_err(|_| Failure::Fault(Fault::Credentials))
    }

    async fn prepare(&self, deadline: Instant) -> Result<(), Failure> {
        if self.settings.has_secret && self.known_secret().is_none() {
            let secret = self.describe_secret(deadline).await?;
            *self.known_secret() = secret;
        }
        Ok(())
    }

    async fn check_password(
        &self,
        username: &str,
        password: &str,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let hash = (self.known_secret().as_ref())
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
        // only what was rejected at the door, or never got there, is sent again; and once what was written to a
        // connection that had died while nobody used it.
        let (renewed, lost) = (Cell::default(), Cell::new(false));
        let answer = patiently(deadline, async || {
            let again = |failure, error: &_| match failure {
                Failure::Fault(Fault::Throttled) => Again::Later,
                _ if never_connected(error) => Again::Later,
                _ if lost_idle(error) && !lost.replace(true) => Again::AtOnce,
                _ => Again::Never,
            };
            let _line = self.wire.line().await;
            self.attempt(&renewed, request.clone().send(), again).await
        });
        let answer = answer.await;
        // It may have been changed: the next event reads it again.
        if let Err(Failure::Fault(Fault::SecretHash)) = answer {
            *self.known_secret() = None;
        }
        answer.map(|output| answered(&output))
    }

    async fn user(&self, username: &str, deadline: Instant) -> Result<OldUser, Failure> {
        let request = self
            .client
            .admin_get_user()
            .user_pool_id(&self.settings.user_pool_id)
            .username(username);
        let renewed = Cell::default();
        let answer = patiently(deadline, async || {
            // On its own, so that it comes to its end when nobody waits for it any more, and its connection with it
            // back to the pool: dropped, it would cost the next sign-in a handshake.
            let (line, sent) = (self.wire.line().await, request.clone().send());
            let sent = tokio::spawn(async move {
                let _line = line;
                sent.await
            });
            let sent = async {
                match sent.await {
                    Ok(answer) => answer,
                    Err(_) => Err(SdkError::timeout_error("given up")),
                }
            };
            self.attempt(&renewed, sent, question).await
        });
        answer.await.map(old_user)
    }
}

/// A question changes nothing, so it may be asked again whenever that may help.
fn question<E: std::error::Error + 'static>(failure: Failure, error: &SdkError<E>) -> Again {
    match failure {
        _ if lost_idle(error) => Again::AtOnce,
        Failure::Fault(
            Fault::Throttled | Fault::Internal | Fault::Unreachable | Fault::TimedOut,
        ) => Again::Later,
        _ => Again::Never,
    }
}
