//! The secret of the old app client, where it has one, and the hash that stands for it in a password call.

use aws_smithy_types::base64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

#[cfg(test)]
mod tests;

/// The secret. Not `Debug`, and there is no way to read it out.
pub struct ClientSecret(String);

impl ClientSecret {
    /// Takes it as the old pool gives it.
    pub const fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The proof that a call for exactly this username comes from one who knows the secret.
    pub fn hash(&self, username: &str, client_id: &str) -> Option<String> {
        // A key may be of any length, so there always is one.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).ok()?;
        mac.update(username.as_bytes());
        mac.update(client_id.as_bytes());
        Some(base64::encode(mac.finalize().into_bytes()))
    }
}
