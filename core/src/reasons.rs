//! The words for each reason of a rejection.

use rules::reasons::Rejection;

/// Why a user is rejected. The function answers a connectivity check with
/// [`Rejection::NotAuthorized`] for every rejected password, because the check must not reveal more
/// than a sign-in. Only its log has the reason.
#[must_use]
pub const fn text(rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::NotAuthorized => {
            "the password is wrong, or the user doesn't exist, is disabled, locked out or not confirmed, or has to reset the password. The function's log has the reason"
        }
        Rejection::WrongPassword => "the password is wrong",
        Rejection::LockedOut => {
            "the old pool locks the user for a time, after too many failed sign-ins"
        }
        Rejection::Blocked => "the old pool's threat protection blocks the sign-in",
        Rejection::External => {
            "the user signs in with an external identity provider and has no password"
        }
        Rejection::UnknownUser => "the old pool has no such user",
        Rejection::NotConfirmed => "the user hasn't confirmed the sign-up",
        Rejection::Inactive => "the user is archived, or disabled because of a security threat",
        Rejection::ResetRequired => {
            "the user has to reset the password. A password reset request migrates the user, if --forgot-password is migrate and the new pool can send the code"
        }
        Rejection::Challenge => "the old pool requires more than a password",
        Rejection::Mfa => "the user has MFA: see --mfa-users",
        Rejection::TemporaryPassword => "the password is temporary: see --temporary-passwords",
        Rejection::OldTrigger => "a trigger of the old pool rejects the sign-in",
        Rejection::OldTriggerFailed => {
            "a trigger of the old pool can't be invoked, or returns a response that Cognito doesn't accept"
        }
        Rejection::Disabled => "the user is disabled",
        Rejection::NoVerifiedContact => {
            "the user has no verified email or phone number to send a code to"
        }
        Rejection::NoAttributes => {
            "the user has no attribute that is migrated, and the new pool generates usernames, so Cognito wouldn't create the user"
        }
        Rejection::ForgotPassword => {
            "a password reset request doesn't migrate users (--forgot-password refuse)"
        }
        Rejection::Name => "the new pool can't resolve the identifier of the sign-in",
        Rejection::InvalidParameter => "the old pool doesn't accept such a username or password",
        Rejection::UnknownAnswer => {
            "the old pool returned a response that this version of cogmig doesn't know"
        }
    }
}
