//! Maps errors of the old pool to rejections and faults.

use rules::reasons::{Failure, Fault, Rejection};

#[cfg(test)]
mod tests;

/// Maps an error of the old pool by its code. The SDK's error types don't suffice, because they
/// lack some codes. Only an error that is known to be about the user or the input rejects the user.
/// An error about the deployment is a fault, which raises an alarm.
pub fn from_service_error(code: &str, message: &str, status: u16) -> Failure {
    // Without the suffix, the code of AWS's common errors is about the caller of the API.
    if code == "NotAuthorized" {
        return Failure::Fault(Fault::AccessDenied);
    }
    // AWS has the other common errors with and without the suffix.
    let kind = code.strip_suffix("Exception").unwrap_or(code);
    by_message(kind, &message.to_ascii_lowercase())
        .or_else(|| by_kind(kind))
        .unwrap_or_else(|| by_status(status))
}

/// Errors whose message matters.
fn by_message(kind: &str, message: &str) -> Option<Failure> {
    let mentions = |text: &str| message.contains(text);
    Some(match kind {
        // Cognito uses these two texts if the app client has a secret. All other texts are about
        // the user.
        "NotAuthorized" if mentions("secret hash") || mentions("secret_hash") => {
            Failure::Fault(Fault::SecretHash)
        }
        "NotAuthorized" if mentions("attempts exceeded") => Failure::Rejected(Rejection::LockedOut),
        "NotAuthorized" if mentions("security reasons") => Failure::Rejected(Rejection::Blocked),
        // The old pool's own migration trigger runs only for users that the old pool doesn't have.
        "UnexpectedLambda" | "InvalidLambdaResponse" if mentions("usermigration") => {
            Failure::Rejected(Rejection::OldTrigger)
        }
        // A validation error quotes the input, so this comes before the other texts.
        "InvalidParameter" if mentions("validation error") => {
            Failure::Rejected(Rejection::InvalidParameter)
        }
        "InvalidParameter" if mentions("flow not enabled") || mentions("method not supported") => {
            Failure::Fault(Fault::Flow)
        }
        "InvalidParameter" if mentions("secret hash was received") => {
            Failure::Fault(Fault::SecretHash)
        }
        "ResourceNotFound" if mentions("client") => Failure::Fault(Fault::ClientNotFound),
        _ => return None,
    })
}

/// Errors whose code suffices.
fn by_kind(kind: &str) -> Option<Failure> {
    Some(match kind {
        "NotAuthorized" => Failure::Rejected(Rejection::NotAuthorized),
        "UserNotFound" => Failure::Rejected(Rejection::UnknownUser),
        "UserNotConfirmed" => Failure::Rejected(Rejection::NotConfirmed),
        "PasswordResetRequired" => Failure::Rejected(Rejection::ResetRequired),
        "TooManyFailedAttempts" => Failure::Rejected(Rejection::LockedOut),
        "UserLambdaValidation" => Failure::Rejected(Rejection::OldTrigger),
        "UnexpectedLambda" | "InvalidLambdaResponse" => {
            Failure::Rejected(Rejection::OldTriggerFailed)
        }
        // MFA that the user doesn't have, or a code that can't be delivered to the user.
        "MFAMethodNotFound" | "SoftwareTokenMFANotFound" | "CodeDeliveryFailure" => {
            Failure::Rejected(Rejection::Challenge)
        }
        // An invalid input must not raise an alarm.
        "InvalidParameter" | "Validation" | "ValidationError" | "RequestEntityTooLarge" => {
            Failure::Rejected(Rejection::InvalidParameter)
        }
        // This limit is per user, not per account. Cognito may have checked the password.
        "LimitExceeded" => Failure::Rejected(Rejection::UnknownAnswer),
        "InvalidUserPoolConfiguration"
        | "InvalidSmsRoleAccessPolicy"
        | "InvalidSmsRoleTrustRelationship"
        | "InvalidEmailRoleAccessPolicy" => Failure::Fault(Fault::Configuration),
        "OperationNotEnabled"
        | "FeatureUnavailableInTier"
        | "UnsupportedOperation"
        | "UserPoolAddOnNotEnabled"
        | "UnknownOperation"
        | "InvalidAction" => Failure::Fault(Fault::NotAvailable),
        "ResourceNotFound" => Failure::Fault(Fault::PoolNotFound),
        "AccessDenied"
        | "Forbidden"
        | "Unauthorized"
        | "UnauthorizedOperation"
        | "OptInRequired"
        | "ExpiredToken"
        | "InvalidToken"
        | "InvalidClientTokenId"
        | "UnrecognizedClient"
        | "MissingAuthenticationToken"
        | "IncompleteSignature"
        | "InvalidSignature"
        | "SignatureDoesNotMatch"
        | "RequestExpired"
        | "RequestTimeTooSkewed" => Failure::Fault(Fault::AccessDenied),
        "TooManyRequests"
        | "Throttling"
        | "Throttled"
        | "RequestThrottled"
        | "RequestLimitExceeded"
        | "SlowDown" => Failure::Fault(Fault::Throttled),
        "RequestTimeout" => Failure::Fault(Fault::TimedOut),
        "InternalError"
        | "InternalFailure"
        | "InternalServer"
        | "InternalServerError"
        | "RequestAborted"
        | "ServiceUnavailable" => Failure::Fault(Fault::Internal),
        _ => return None,
    })
}

/// Other errors, by their HTTP status. Cognito's errors about users have the status 400. An unknown
/// one of these rejects the user: it can be about a password that Cognito checked.
fn by_status(status: u16) -> Failure {
    match status {
        401 | 403 | 407 => Failure::Fault(Fault::AccessDenied),
        408 | 504 => Failure::Fault(Fault::TimedOut),
        413 | 414 | 431 => Failure::Rejected(Rejection::InvalidParameter),
        429 => Failure::Fault(Fault::Throttled),
        500.. => Failure::Fault(Fault::Internal),
        // Something else than Cognito responds.
        402..500 => Failure::Fault(Fault::Unreachable),
        _ => Failure::Rejected(Rejection::UnknownAnswer),
    }
}

/// Converts the failure of a call without a password. Such a call can't reject a password, so these
/// errors are about the caller.
pub const fn without_password(failure: Failure) -> Failure {
    match failure {
        Failure::Rejected(Rejection::NotAuthorized | Rejection::LockedOut | Rejection::Blocked) => {
            Failure::Fault(Fault::AccessDenied)
        }
        other => other,
    }
}

/// Converts the failure of a call that isn't about a user. Such a call can't reject a user, so its
/// failures are faults of the deployment.
pub const fn without_user(failure: Failure) -> Failure {
    match without_password(failure) {
        Failure::Rejected(Rejection::InvalidParameter) => Failure::Fault(Fault::Configuration),
        Failure::Rejected(_) => Failure::Fault(Fault::Internal),
        fault @ Failure::Fault(_) => fault,
    }
}
