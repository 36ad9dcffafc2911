//! The session of the access role. It is assumed before the first event and renewed beside later ones, so that none of
//! them waits for STS: only one that finds it ended, as after a long freeze, does. Its end is judged by the clock on
//! the wall.

use std::fmt;
use std::sync::{Arc, Mutex as Cell};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result, future};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::{AbortHandle, JoinHandle};

#[cfg(test)]
mod tests;

/// With less than this left, a renewal is begun. STS gives an hour.
const RENEW: Duration = Duration::from_mins(15);

/// A renewal older than this was cut short by a freeze, and what it waits for may never come.
const FROZEN: Duration = Duration::from_secs(5);

/// With less than this left, a session may end on the way to Cognito.
const ENDED: Duration = Duration::from_secs(5);

/// The access role, and the session of it that is at hand.
#[derive(Clone)]
pub struct Role(Arc<Inner>);

struct Inner {
    sts: aws_sdk_sts::Client,
    arn: String,
    external_id: String,
    held: Cell<Option<Credentials>>,
    /// Whoever has it assumes the role, and nobody else.
    turn: Arc<Mutex<()>>,
    /// Since when the last one has been at it.
    flight: Cell<Option<(SystemTime, AbortHandle)>>,
}

/// The SDK wants one. It says nothing.
impl fmt::Debug for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Role")
    }
}

impl Role {
    /// The role, with no session yet.
    pub fn new(sts: aws_sdk_sts::Client, arn: String, external_id: String) -> Self {
        Self(Arc::new(Inner {
            sts,
            arn,
            external_id,
            held: Cell::default(),
            turn: Arc::default(),
            flight: Cell::default(),
        }))
    }

    /// The session at hand, whether or not it has ended.
    pub fn held(&self) -> Option<Credentials> {
        self.0.held.lock().ok()?.clone()
    }

    /// The role with this session at hand.
    #[cfg(test)]
    pub fn hold(&self, session: Credentials) {
        *self.0.held.lock().expect("no panic") = Some(session);
    }

    /// As after a freeze of so long: what was begun, was begun before it.
    #[cfg(test)]
    fn freeze(&self, long: Duration) {
        if let Some((began, _)) = &mut *self.0.flight.lock().expect("no panic") {
            *began -= long;
        }
    }

    /// A session to sign with.
    pub async fn session(&self) -> Result {
        let held = self.held();
        match (left(held.as_ref()), held) {
            (left, Some(held)) if left > ENDED => {
                if left < RENEW {
                    self.give_up_what_froze();
                    if let Ok(turn) = Arc::clone(&self.0.turn).try_lock_owned() {
                        self.assume(turn);
                    }
                }
                Ok(held)
            }
            (_, held) => self.instead_of(held).await,
        }
    }

    /// Another session than this one, which has ended or was never there.
    pub async fn instead_of(&self, old: Option<Credentials>) -> Result {
        self.give_up_what_froze();
        let turn = Arc::clone(&self.0.turn).lock_owned().await;
        match self.held() {
            // Somebody else was quicker.
            Some(held) if Some(&held) != old.as_ref() && left(Some(&held)) > ENDED => Ok(held),
            _ => {
                let assumed = self.assume(turn).await;
                assumed.unwrap_or_else(|_| Err(CredentialsError::unhandled("given up")))
            }
        }
    }

    /// Assumes the role, whether or not anybody waits for it: what a freeze cuts short, a later event begins again.
    fn assume(&self, turn: OwnedMutexGuard<()>) -> JoinHandle<Result> {
        let role = Arc::clone(&self.0);
        let flight = tokio::spawn(async move {
            let _turn = turn;
            let session = role.ask().await?;
            if let Ok(mut held) = role.held.lock() {
                *held = Some(session.clone());
            }
            Ok(session)
        });
        if let Ok(mut last) = self.0.flight.lock() {
            *last = Some((SystemTime::now(), flight.abort_handle()));
        }
        flight
    }

    fn give_up_what_froze(&self) {
        let last = self.0.flight.lock();
        if let Some((began, flight)) = last.ok().as_deref().and_then(Option::as_ref)
            && began.elapsed().is_ok_and(|since| since > FROZEN)
        {
            flight.abort();
        }
    }
}

impl Inner {
    async fn ask(&self) -> Result {
        let request = self
            .sts
            .assume_role()
            .role_arn(&self.arn)
            .external_id(&self.external_id)
            .role_session_name("cognito-migration-lambda");
        let answer = request.send().await;
        let session = answer.map_err(CredentialsError::provider_error)?;
        let session = session
            .credentials
            .ok_or_else(|| CredentialsError::unhandled("no session"))?;
        let end = SystemTime::try_from(session.expiration).map_err(CredentialsError::unhandled)?;
        Ok(Credentials::new(
            session.access_key_id,
            session.secret_access_key,
            Some(session.session_token),
            Some(end),
            "AssumeRole",
        ))
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

/// How long a session lasts from now on.
fn left(session: Option<&Credentials>) -> Duration {
    let end = session.and_then(Credentials::expiry);
    end.and_then(|end| end.duration_since(SystemTime::now()).ok())
        .unwrap_or_default()
}
