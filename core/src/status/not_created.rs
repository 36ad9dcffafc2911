//! Users that the function approved, but that Cognito didn't create.

use super::report::{Log, Unread};
use crate::problem::{Cause, Problem, Severity};
use crate::time::period;

/// The warning about users that the function approved again.
#[must_use]
pub fn not_created(log: Result<&Log, &Unread>, now: i64) -> Option<Problem> {
    let log = log.ok()?;
    let users = log.not_created.filter(|users| *users > 0)?;
    let (count, they) = match users {
        1 => ("1 user".to_owned(), "the user"),
        many => (format!("{many} users"), "them"),
    };
    let period = period(now - log.since);
    let summary = format!(
        "the function approved {count} again in the last {period}, more than a minute after an earlier approval, so the new user pool didn't have {they} in the meantime. Users who are approved but not created can't sign in"
    );
    let likely = [
        "the PreSignUp trigger of the new user pool rejects the user or fails",
        "the new user pool's schema rejects an attribute value, or requires an attribute that the user doesn't have",
        "another user of the new user pool already has the user's email, phone number or username",
        "the user was deleted from the new user pool after the migration",
    ];
    let warning = Problem::new("users-not-created", Severity::Lockout, summary);
    let warning = likely.into_iter().fold(warning, |warning, cause| {
        warning.because(Cause::Detail(format!("possible cause: {cause}")))
    });
    Some(warning.fix(
        "check the error that Cognito returns at the sign-in of such a user, and the log of the PreSignUp trigger",
    ))
}
