//! What the decision asks of the old pool, and what it gets to hear. No SDK here: tests put pools of their own in its
//! place.

use rules::decision::{Answer, OldUser};
use rules::reasons::Failure;
use tokio::time::Instant;

/// The old pool.
pub trait OldPool: Sized {
    /// The same pool, as a function that starts now would ask it: with no credentials and no secret at hand yet.
    fn afresh(&self) -> Self;

    /// Sees to it that calls can be signed. Waits for nothing as long as what is at hand will do.
    async fn session(&self) -> Result<(), Failure>;

    /// Fetches what a password call needs and is not at hand yet.
    async fn prepare(&self, deadline: Instant) -> Result<(), Failure>;

    /// What the old pool says to a name and a password.
    async fn check_password(
        &self,
        username: &str,
        password: &str,
        deadline: Instant,
    ) -> Result<Answer, Failure>;

    /// The user of that name. Who stops waiting for it ends the repetitions, and not the request that is out.
    async fn user(&self, username: &str, deadline: Instant) -> Result<OldUser, Failure>;
}
