//! The IDs of the two accounts.

/// The account that the users are migrated from.
pub const OLD_ACCOUNT: &str = "111111111111";
/// The account that the users are migrated to.
pub const NEW_ACCOUNT: &str = "222222222222";
