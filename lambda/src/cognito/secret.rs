//! The client secret of the old app client, and the secret hash that a password call needs.

use aws_smithy_types::base64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

#[cfg(test)]
mod tests;

/// The client secret. Not `Debug`, and without a getter.
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
