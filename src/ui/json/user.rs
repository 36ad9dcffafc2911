//! The report about a user.

use std::collections::BTreeMap;

use cogmig_core::diagnosis;
use cogmig_core::found::{Found, OldMatch, UserLog};
use cogmig_core::users::ListedUser;
use rules::reasons::Rejection;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::status::{CountError, ReasonCount};
#[cfg(test)]
use super::words;
use crate::ui::moment::stamp;
use crate::ui::user::verified;

/// The users with the specified name.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct User {
    /// The users of the old pool.
    old: Vec<OldUser>,
    /// The users of the new pool.
    new: Vec<Listed>,
    /// Whether the forecasts are made with the rules of the deployed function. If not, with those
    /// that setup would deploy.
    deployed: bool,
    /// Whether the function is the trigger of the new pool. If not, no sign-in migrates a user.
    trigger_attached: bool,
    /// What ListUsers doesn't show, and could reject a sign-in of a user who can be migrated.
    unknown: Vec<&'static str>,
    /// Only --password-stdin: whether the function would migrate the user with this password.
    password_check: Option<PasswordCheck>,
}

/// A user of the old pool.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct OldUser {
    user: Listed,
    /// Whether a sign-in with the right password would migrate the user. False if the new pool
    /// already has a user with the name. Null if the function's environment is invalid.
    can_be_migrated: Option<bool>,
    /// The reason code if not, as in the function's log.
    #[cfg_attr(test, schemars(extend("examples" = words::rejections())))]
    reason: Option<&'static str>,
    /// Whether a password reset request (ForgotPassword) would migrate the user. False if the new
    /// pool already has a user with the name. Null if the function's environment is invalid.
    can_be_migrated_by_reset: Option<bool>,
    /// The reason code if not, as in the function's log.
    #[cfg_attr(test, schemars(extend("examples" = words::rejections())))]
    reset_reason: Option<&'static str>,
    /// The user's sign-ins in the function's log. Null if the log can't be read or has no users.
    sign_ins: Option<SignIns>,
    /// Why the sign-ins aren't known. Null if they are.
    log_error: Option<CountError>,
}

/// A user, as ListUsers shows them.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Listed {
    /// The username. Only with --show-values.
    username: Option<String>,
    /// AWS's name of the status, for example CONFIRMED.
    status: String,
    enabled: bool,
    /// The contacts that are verified: email, phone_number.
    verified: Vec<&'static str>,
    /// When the user was created, in UTC.
    created: Option<String>,
    /// When the user was last changed, in UTC.
    changed: Option<String>,
    /// The names of the user's attributes. With --show-values, also their values.
    attributes: BTreeMap<String, Option<String>>,
}

/// The sign-ins of a user that the function's log has.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct SignIns {
    /// The start of the period, in UTC.
    since: String,
    /// Whether all reasons are listed. If not, the rarest are missing.
    complete: bool,
    /// The migrations that the function approved.
    approved: u64,
    rejected: u64,
    throttled: u64,
    faults: u64,
    reasons: Vec<ReasonCount>,
}

/// The result of the check with the user's password.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct PasswordCheck {
    can_be_migrated: bool,
    /// The names of the attributes that would be migrated.
    attributes: Vec<String>,
    /// Why the user wouldn't be migrated, for people. The wording can change.
    summary: Option<String>,
}

impl User {
    /// Of a report.
    pub fn of(found: &Found) -> Self {
        let listed = |user: &ListedUser| Listed::of(user, found.show_values);
        let can = |forecast: Option<Result<(), Rejection>>| {
            forecast.map(|forecast| forecast.is_ok() && found.new.is_empty())
        };
        let reason = |forecast: Option<Result<(), Rejection>>| {
            forecast.and_then(Result::err).map(Rejection::code)
        };
        let old = |one: &OldMatch| OldUser {
            user: listed(&one.user),
            can_be_migrated: can(one.forecast),
            reason: reason(one.forecast),
            can_be_migrated_by_reset: can(one.reset),
            reset_reason: reason(one.reset),
            sign_ins: one.log.as_ref().ok().map(SignIns::of),
            log_error: one.log.as_ref().err().map(CountError::of),
        };
        Self {
            old: found.old.iter().map(old).collect(),
            new: found.new.iter().map(listed).collect(),
            deployed: found.deployed,
            trigger_attached: found.attached,
            unknown: found.unknown.clone(),
            password_check: found.check.as_ref().map(PasswordCheck::of),
        }
    }
}

impl Listed {
    fn of(listed: &ListedUser, show_values: bool) -> Self {
        let shown = |value: &String| show_values.then(|| value.clone());
        let attributes = listed.user.attributes.iter();
        Self {
            username: shown(&listed.user.username),
            status: listed.status.clone(),
            enabled: listed.user.enabled,
            verified: verified(listed),
            created: listed.created.map(stamp),
            changed: listed.changed.map(stamp),
            attributes: attributes
                .map(|(name, value)| (name.clone(), shown(value)))
                .collect(),
        }
    }
}

impl SignIns {
    fn of(log: &UserLog) -> Self {
        let sums = &log.sign_ins;
        Self {
            since: stamp(log.since),
            complete: sums.complete,
            approved: sums.approved.lines,
            rejected: sums.rejected,
            throttled: sums.throttled,
            faults: sums.faults,
            reasons: ReasonCount::all(sums),
        }
    }
}

impl PasswordCheck {
    fn of(forecast: &diagnosis::Forecast) -> Self {
        use diagnosis::Forecast;
        let (can_be_migrated, attributes, summary) = match forecast {
            Forecast::Migrated(attributes) => (true, attributes.clone(), None),
            Forecast::Rejected(why) => (false, Vec::new(), Some(why.clone())),
            Forecast::Broken(broken) => (false, Vec::new(), Some(broken.to_string())),
        };
        Self {
            can_be_migrated,
            attributes,
            summary,
        }
    }
}
