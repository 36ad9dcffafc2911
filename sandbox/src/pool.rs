//! A user pool of a test.

/// A user pool and the app client that was created with it.
#[derive(Clone, Debug)]
pub struct Pool {
    /// The profile of the pool's account.
    pub profile: String,
    /// The pool's Region.
    pub region: String,
    /// The pool's ID, such as `eu-west-1_AbCdEfGhI`.
    pub id: String,
    /// The pool's ARN.
    pub arn: String,
    /// The ID of the pool's first app client.
    pub client: String,
}
