//! The interface of the decision to the old pool. It doesn't depend on the SDK, so that tests can
//! implement it.

use rules::decision::{Answer, OldUser};
use rules::reasons::Failure;
use tokio::time::Instant;

/// The old pool.
pub trait OldPool: Sized {
    /// The same pool in the state of a cold start, without cached credentials and client secret.
    fn cold(&self) -> Self;

    /// Makes sure that calls can be signed. Returns at once if the cached session is valid.
    async fn session(&self) -> Result<(), Failure>;

    /// Reads the client secret, if a password call needs it and it isn't cached.
    async fn prepare(&self, deadline: Instant) -> Result<(), Failure>;

    /// The old pool's response to a username and a password.
    async fn check_password(
        &self,
        username: &str,
        password: &str,
        deadline: Instant,
    ) -> Result<Answer, Failure>;

    /// The user with that name. If the caller stops waiting, the retries end, but a request in
    /// progress completes.
    async fn user(&self, username: &str, deadline: Instant) -> Result<OldUser, Failure>;
}
