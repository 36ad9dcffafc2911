//! The report about one user: where the user exists, whether a sign-in would migrate them, and what
//! the function's log says of them.

use rules::reasons::Rejection;
use rules::settings::{MfaUsers, Rules};

use crate::diagnosis::Forecast;
use crate::status::{Sums, Unread};
use crate::users::ListedUser;

/// The report.
pub struct Found {
    /// The users of the old pool with the name.
    pub old: Vec<OldMatch>,
    /// The users of the new pool with the name.
    pub new: Vec<ListedUser>,
    /// Whether the forecasts are made with the rules of the deployed function. Otherwise, with
    /// those that setup would deploy.
    pub deployed: bool,
    /// Whether the function is the trigger of the new pool.
    pub attached: bool,
    /// What ListUsers doesn't show, and could reject a sign-in of a user with a positive forecast.
    pub unknown: Vec<&'static str>,
    /// Whether the MFA of a user could reject a password reset request. ListUsers doesn't show it.
    pub reset_depends_on_mfa: bool,
    /// The result of the check with the user's password.
    pub check: Option<Forecast>,
    /// The variable of the function's environment that is invalid.
    pub invalid: Option<&'static str>,
    /// Whether values of attributes are printed.
    pub show_values: bool,
    /// The time of the report, in seconds since 1970.
    pub now: i64,
}

/// A user of the old pool.
pub struct OldMatch {
    /// The user.
    pub user: ListedUser,
    /// Whether a sign-in with the right password would migrate the user, or why not. `None` if it's
    /// unknown, because the function's environment is invalid.
    pub forecast: Option<Result<(), Rejection>>,
    /// The same for a password reset request.
    pub reset: Option<Result<(), Rejection>>,
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
    /// What the rules depend on and ListUsers doesn't show.
    #[must_use]
    pub fn unknown(rules: &Rules) -> Vec<&'static str> {
        let unknown = [
            (rules.mfa_users == MfaUsers::Refuse, "the MFA of the user"),
            (rules.old_triggers, "the triggers of the old pool"),
        ];
        let unknown = unknown.into_iter().filter(|(depends, _)| *depends);
        unknown.map(|(_, what)| what).collect()
    }

    /// Whether one of the pools has such a user.
    #[must_use]
    pub fn exists(&self) -> bool {
        !(self.old.is_empty() && self.new.is_empty())
    }
}
