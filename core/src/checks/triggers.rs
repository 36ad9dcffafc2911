//! The Lambda triggers of a pool.

use super::pools::text;
use crate::cognito::lossless::Object;

/// Those of these triggers that a pool has, in the older or the newer member.
pub(super) fn triggers(pool: &Object, names: &[&'static str]) -> Vec<&'static str> {
    let stands = |name: &&&'static str| {
        text(pool, &["LambdaConfig", name]).is_some()
            || text(
                pool,
                &["LambdaConfig", &format!("{name}Config"), "LambdaArn"],
            )
            .is_some()
    };
    names.iter().filter(stands).copied().collect()
}
