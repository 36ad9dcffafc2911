//! The session of the access role. The role is assumed before the first event, and the session is
//! renewed in the background of later events. An event waits for STS only if the session has
//! expired, for example after Lambda has frozen the execution environment for a long time.
//! Expiration is checked with the system clock, because it continues during a freeze.

use std::fmt;
use std::sync::{Arc, Mutex as Cell};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result, future};
use rules::probe::StsError;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::{AbortHandle, JoinHandle};

use super::sts::{NotAssumed, Request, Sts};

#[cfg(test)]
mod tests;

/// A renewal starts if the session is valid for less than this. A session is valid for one hour.
const RENEW_BEFORE: Duration = Duration::from_mins(15);

/// A renewal older than this was interrupted by a freeze, and its response may never come.
const FROZEN_AFTER: Duration = Duration::from_secs(5);

/// A session that is valid for less than this may expire before Cognito receives the call.
const EXPIRED_BEFORE: Duration = Duration::from_secs(5);

/// The access role and its current session.
#[derive(Clone)]
pub struct Role(Arc<Inner>);

struct Inner {
    /// Which Region works doesn't depend on the session, so cold roles share it.
    sts: Arc<Sts>,
    request: Arc<Request>,
    current: Cell<Option<Credentials>>,
    /// The errors of the last renewal, if it failed.
    errors: Cell<Vec<StsError>>,
    /// The task that has this lock assumes the role. Others wait.
    lock: Arc<Mutex<()>>,
    /// The start of the last renewal, and the handle to abort it.
    renewal: Cell<Option<(SystemTime, AbortHandle)>>,
}

/// The SDK requires it. Prints no data.
impl fmt::Debug for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Role")
    }
}

impl Role {
    /// The role, with no session yet.
    pub fn new(sts: Arc<Sts>, request: Arc<Request>) -> Self {
        Self(Arc::new(Inner {
            sts,
            request,
            current: Cell::default(),
            errors: Cell::default(),
            lock: Arc::default(),
            renewal: Cell::default(),
        }))
    }

    /// The same role, with no session yet.
    pub fn cold(&self) -> Self {
        Self::new(Arc::clone(&self.0.sts), Arc::clone(&self.0.request))
    }

    /// The errors of STS at the last renewal, if it failed.
    pub fn errors(&self) -> Vec<StsError> {
        let errors = self.0.errors.lock();
        errors.map(|errors| errors.clone()).unwrap_or_default()
    }

    /// The current session, which may have expired.
    pub fn current(&self) -> Option<Credentials> {
        self.0.current.lock().ok()?.clone()
    }

    /// Sets the current session.
    #[cfg(test)]
    pub fn set_current(&self, session: Credentials) {
        *self.0.current.lock().expect("no panic") = Some(session);
    }

    /// Simulates a freeze of this duration during the last renewal.
    #[cfg(test)]
    fn freeze(&self, duration: Duration) {
        if let Some((began, _)) = &mut *self.0.renewal.lock().expect("no panic") {
            *began -= duration;
        }
    }

    /// A session to sign calls with.
    pub async fn session(&self) -> Result {
        let current = self.current();
        match (remaining(current.as_ref()), current) {
            (remaining, Some(current)) if remaining > EXPIRED_BEFORE => {
                if remaining < RENEW_BEFORE {
                    self.abort_frozen_renewal();
                    if let Ok(lock) = Arc::clone(&self.0.lock).try_lock_owned() {
                        self.renew(lock);
                    }
                }
                Ok(current)
            }
            (_, current) => self.replace(current).await,
        }
    }

    /// A new session in place of this one, which has expired or doesn't exist.
    pub async fn replace(&self, old: Option<Credentials>) -> Result {
        self.abort_frozen_renewal();
        let lock = Arc::clone(&self.0.lock).lock_owned().await;
        match self.current() {
            // Another task has renewed the session.
            Some(current)
                if Some(&current) != old.as_ref() && remaining(Some(&current)) > EXPIRED_BEFORE =>
            {
                Ok(current)
            }
            _ => {
                let renewed = self.renew(lock).await;
                renewed.unwrap_or_else(|_| Err(CredentialsError::unhandled("aborted")))
            }
        }
    }

    /// Assumes the role in its own task, so that it completes even if the caller stops waiting. If
    /// a freeze interrupts it, a later event starts it again.
    fn renew(&self, lock: OwnedMutexGuard<()>) -> JoinHandle<Result> {
        let role = Arc::clone(&self.0);
        let renewal = tokio::spawn(async move {
            let _lock = lock;
            let session = role.assume().await?;
            if let Ok(mut current) = role.current.lock() {
                *current = Some(session.clone());
            }
            Ok(session)
        });
        if let Ok(mut last) = self.0.renewal.lock() {
            *last = Some((SystemTime::now(), renewal.abort_handle()));
        }
        renewal
    }

    fn abort_frozen_renewal(&self) {
        let last = self.0.renewal.lock();
        if let Some((began, renewal)) = last.ok().as_deref().and_then(Option::as_ref)
            && began.elapsed().is_ok_and(|since| since > FROZEN_AFTER)
        {
            renewal.abort();
        }
    }
}

impl Inner {
    async fn assume(&self) -> Result {
        let answer = self.sts.assume(&self.request).await;
        if let Ok(mut errors) = self.errors.lock() {
            *errors = answer.as_ref().err().cloned().unwrap_or_default();
        }
        answer.map_err(|_| CredentialsError::provider_error(NotAssumed))
    }
}

impl ProvideCredentials for Role {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.session())
    }
}

/// The remaining time until the session expires.
fn remaining(session: Option<&Credentials>) -> Duration {
    let end = session.and_then(Credentials::expiry);
    end.and_then(|end| end.duration_since(SystemTime::now()).ok())
        .unwrap_or_default()
}
