//! A user pool as DescribeUserPool returns it.

use crate::cognito::lossless::Object;

/// The estimated number of users of the pool.
#[must_use]
pub fn users(pool: &Object) -> Option<u64> {
    pool.get("EstimatedNumberOfUsers")?.as_u64()
}

/// The ARN of the pool's UserMigration trigger.
#[must_use]
pub fn trigger(pool: &Object) -> Option<&str> {
    pool.get("LambdaConfig")?
        .get("UserMigration")?
        .as_str()
        .filter(|arn| !arn.is_empty())
}
