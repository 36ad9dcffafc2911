//! The Lambda triggers of a pool.

use super::pools::text;
use crate::cognito::lossless::Object;

/// The triggers in `names` that a pool has, in the older or the newer member.
pub(super) fn triggers(pool: &Object, names: &[&'static str]) -> Vec<&'static str> {
    let is_set = |name: &&&'static str| {
        text(pool, &["LambdaConfig", name]).is_some()
            || text(
                pool,
                &["LambdaConfig", &format!("{name}Config"), "LambdaArn"],
            )
            .is_some()
    };
    names.iter().filter(is_set).copied().collect()
}
