//! The report about one user: where the user exists, whether a sign-in would migrate them, and what
//! the function's log says of them.

use rules::reasons::Rejection;

use crate::diagnosis::Forecast;
use crate::status::{Sums, Unread};
use crate::users::ListedUser;

/// The report.
pub struct Found {
    /// The users of the old pool with the name.
    pub old: Vec<OldMatch>,
    /// The users of the new pool with the name.
    pub new: Vec<ListedUser>,
    /// Whether the forecasts are made with the rules of the deployed function. Otherwise, with those
    /// that setup would deploy.
    pub deployed: bool,
    /// The result of the check with the user's password.
    pub check: Option<Forecast>,
    /// Whether values of attributes are printed.
    pub show_values: bool,
    /// The time of the report, in seconds since 1970.
    pub now: i64,
}

/// A user of the old pool.
pub struct OldMatch {
    /// The user.
    pub user: ListedUser,
    /// Whether a sign-in with the right password would migrate the user, or why not.
    pub forecast: Result<(), Rejection>,
    /// The user's sign-ins in the function's log.
    pub log: Result<UserLog, Unread>,
}

/// The sign-ins of a user in the function's log.
pub struct UserLog {
    /// The start of the period, in seconds since 1970.
    pub since: i64,
    /// The sign-ins.
    pub sign_ins: Sums,
}

impl Found {
    /// Whether one of the pools has such a user.
    #[must_use]
    pub fn exists(&self) -> bool {
        !(self.old.is_empty() && self.new.is_empty())
    }
}
