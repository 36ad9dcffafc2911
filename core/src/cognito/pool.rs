//! A user pool as DescribeUserPool returns it.

use serde_json::Value;

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

/// The ARN of the KMS key of the pool's custom sender triggers. UpdateUserPool creates a grant for it,
/// so the caller needs `kms:CreateGrant`.
#[must_use]
pub fn kms_key(pool: &Object) -> Option<&str> {
    pool.get("LambdaConfig")?
        .get("KMSKeyID")?
        .as_str()
        .filter(|arn| !arn.is_empty())
}

/// Whether the pool's schema has an attribute.
#[must_use]
pub fn has_attribute(pool: &Object, name: &str) -> bool {
    let schema = pool.get("SchemaAttributes").and_then(Value::as_array);
    let mut schema = schema.into_iter().flatten();
    schema.any(|attribute| attribute.get("Name").and_then(Value::as_str) == Some(name))
}
