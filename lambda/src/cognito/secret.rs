//! The client secret of the old app client, and the secret hash that a password call needs.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_types::base64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

#[cfg(test)]
mod tests;

/// If a read didn't help, the secret isn't read again before this time. Cognito allows only 15 such
/// reads per second in an account.
const READ_AGAIN_AFTER: Duration = Duration::from_mins(5);

/// The client secret. Not `Debug`, and without a getter.
#[derive(PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// Wraps the secret.
    pub const fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The `SECRET_HASH` for exactly this username.
    pub fn hash(&self, username: &str, client_id: &str) -> Option<String> {
        // HMAC accepts keys of any length, so this never fails.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).ok()?;
        mac.update(username.as_bytes());
        mac.update(client_id.as_bytes());
        Some(base64::encode(mac.finalize().into_bytes()))
    }
}

/// The client secret that was read last.
#[derive(Default)]
pub struct CachedSecret(Mutex<Option<Read>>);

/// A read of the app client.
struct Read {
    /// `None` if Cognito doesn't return the secret: it was rotated, or Secrets Manager manages it.
    secret: Option<ClientSecret>,
    /// Whether Cognito rejected the secret.
    is_rejected: bool,
    /// When it was read, if another read is useless for some time. By the system clock, because a
    /// monotonic clock stops during a freeze.
    useless_since: Option<SystemTime>,
}

impl CachedSecret {
    fn lock(&self) -> MutexGuard<'_, Option<Read>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether to read the secret: it was never read, or the last read is no longer valid.
    pub fn must_be_read(&self) -> bool {
        let read = self.lock();
        let Some(read) = read.as_ref() else {
            return true;
        };
        let has_waited = |since: SystemTime| {
            let elapsed = since.elapsed();
            elapsed.map_or(true, |elapsed| elapsed >= READ_AGAIN_AFTER)
        };
        (read.is_rejected || read.secret.is_none()) && read.useless_since.is_none_or(has_waited)
    }

    /// Stores the result of a read.
    pub fn store(&self, secret: Option<ClientSecret>) {
        let mut last = self.lock();
        let is_same = last.as_ref().is_some_and(|last| last.secret == secret);
        let is_useless = is_same || secret.is_none();
        *last = Some(Read {
            is_rejected: is_same && secret.is_some(),
            useless_since: is_useless.then(SystemTime::now),
            secret,
        });
    }

    /// Records that Cognito rejected the secret. It may have changed since it was read.
    pub fn reject(&self) {
        if let Some(read) = self.lock().as_mut() {
            read.is_rejected = true;
        }
    }

    /// Whether the app client was read, and Cognito didn't return its secret.
    pub fn is_hidden(&self) -> bool {
        (self.lock().as_ref()).is_some_and(|read| read.secret.is_none())
    }

    /// The `SECRET_HASH` for exactly this username, if the secret is known.
    pub fn hash(&self, username: &str, client_id: &str) -> Option<String> {
        let read = self.lock();
        read.as_ref()?.secret.as_ref()?.hash(username, client_id)
    }

    /// Simulates that this time has passed since the last read.
    #[cfg(test)]
    pub fn pass(&self, time: Duration) {
        if let Some(since) = self
            .lock()
            .as_mut()
            .and_then(|read| read.useless_since.as_mut())
        {
            *since -= time;
        }
    }
}
