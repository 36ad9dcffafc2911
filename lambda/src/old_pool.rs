//! What the decision asks of the old pool, and what it gets to hear. No SDK here: tests put pools of their own in its
//! place.

use tokio::time::Instant;

use crate::attributes::Attribute;
use crate::failure::Failure;

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

/// What the old pool says to a password that it does not refuse. The tokens themselves are of no use here.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Whether tokens came.
    pub tokens: bool,
    /// What more the old pool asks for.
    pub challenge: Option<String>,
}

/// A user of the old pool. Not `Debug` but in tests, as nothing of it may be printed.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct OldUser {
    /// The name that the old pool itself knows the user by.
    pub username: String,
    /// False when an administrator has disabled the user.
    pub enabled: bool,
    /// Whether the status is CONFIRMED, and none of the others.
    pub confirmed: bool,
    /// Whether the user has set up a second factor of any kind.
    pub has_mfa: bool,
    /// Whether one of them is a code by SMS.
    pub has_sms_mfa: bool,
    /// All attributes, those that Cognito sets among them.
    pub attributes: Vec<Attribute>,
}
