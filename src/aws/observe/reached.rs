//! An account that teardown is connected to.

use cogmig_core::observed::Role;
use cogmig_core::record::Tags;

use crate::aws::account::Account;

/// An account, in the Region of its pool.
pub struct Reached {
    /// The account.
    pub account: Account,
    /// The role with the undo record.
    pub role: Option<Role>,
    /// The id of the pool, if it's on record.
    pub pool: Option<String>,
}

impl Reached {
    /// The tags of the role.
    pub fn tags(&self) -> Option<&Tags> {
        self.role.as_ref().map(|role| &role.tags)
    }
}
