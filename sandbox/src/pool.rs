//! A user pool that a test works with.

/// A user pool and the app client that was made with it.
#[derive(Clone, Debug)]
pub struct Pool {
    /// The profile of its account.
    pub profile: String,
    /// Its Region.
    pub region: String,
    /// Its id, such as `eu-west-1_AbCdEfGhI`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The id of its first app client.
    pub client: String,
}
