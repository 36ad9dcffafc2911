//! The interface of the decision to the old pool. It doesn't depend on the SDK, so that tests can
//! implement it.

use std::cell::Cell;
use std::collections::HashMap;

use rules::decision::{Answer, OldUser};
use rules::probe::StsError;
use rules::reasons::Failure;
use tokio::time::Instant;

/// A sign-in to check. Not `Debug`, because it holds the password.
pub struct SignIn<'a> {
    /// The typed username.
    pub username: &'a str,
    /// The typed password.
    pub password: &'a str,
    /// What the application sent as `ClientMetadata`. It may hold secrets, for example the response
    /// to a CAPTCHA.
    pub metadata: HashMap<String, String>,
}

/// The old pool.
pub trait OldPool: Sized + 'static {
    /// The same pool in the state of a cold start, without cached credentials and client secret.
    fn cold(&self) -> Self;

    /// Makes sure that calls can be signed. Returns at once if the cached session is valid.
    async fn session(&self) -> Result<(), Failure>;

    /// The errors of STS, if there is no session because the role can't be assumed.
    fn sts_errors(&self) -> Vec<StsError>;

    /// Reads the client secret, if a password call needs it and it isn't cached.
    async fn prepare(&self, deadline: Instant) -> Result<(), Failure>;

    /// The old pool's response to a username and a password.
    async fn check_password(
        &self,
        sign_in: &SignIn<'_>,
        deadline: Instant,
    ) -> Result<Answer, Failure>;

    /// The user with that name. After `replied` is set, no request is sent anymore, but a request
    /// in progress completes, also if the caller stops waiting.
    async fn user(
        &self,
        username: &str,
        deadline: Instant,
        replied: &Cell<bool>,
    ) -> Result<OldUser, Failure>;
}
