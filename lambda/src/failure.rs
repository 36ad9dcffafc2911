//! Maps errors of the old pool to rejections and faults.

use rules::reasons::{Failure, Fault, Rejection};

#[cfg(test)]
mod tests;

/// Maps an error of Cognito by its code. The SDK's error types don't suffice, because they lack
/// some codes.
pub fn from_service_error(code: &str, message: &str, status: u16) -> Failure {
    let message = message.to_ascii_lowercase();
    let mentions = |text: &str| message.contains(text);
    match code {
        // Cognito uses these two texts if the app client has a secret. All other texts are about
        // the user.
        "NotAuthorizedException" if mentions("secret hash") || mentions("secret_hash") => {
            Failure::Fault(Fault::SecretHash)
        }
        "NotAuthorizedException" if mentions("attempts exceeded") => {
            Failure::Rejected(Rejection::LockedOut)
        }
        "NotAuthorizedException" if mentions("security reasons") => {
            Failure::Rejected(Rejection::Blocked)
        }
        "NotAuthorizedException" => Failure::Rejected(Rejection::NotAuthorized),
        "UserNotFoundException" => Failure::Rejected(Rejection::UnknownUser),
        "UserNotConfirmedException" => Failure::Rejected(Rejection::NotConfirmed),
        "PasswordResetRequiredException" => Failure::Rejected(Rejection::ResetRequired),
        "UserLambdaValidationException" => Failure::Rejected(Rejection::OldTrigger),
        // The old pool's own migration trigger runs only for users that the old pool doesn't have.
        "UnexpectedLambdaException" | "InvalidLambdaResponseException"
            if mentions("usermigration") =>
        {
            Failure::Rejected(Rejection::OldTrigger)
        }
        "UnexpectedLambdaException" | "InvalidLambdaResponseException" => {
            Failure::Rejected(Rejection::OldTriggerFailed)
        }
        // An invalid input must not raise an alarm, so it isn't a fault. A validation error quotes
        // the input, so this comes before the checks of the text.
        "InvalidParameterException" if mentions("validation error") => {
            Failure::Rejected(Rejection::InvalidParameter)
        }
        "InvalidParameterException" if mentions("flow not enabled") => Failure::Fault(Fault::Flow),
        "InvalidParameterException" if mentions("secret hash was received") => {
            Failure::Fault(Fault::SecretHash)
        }
        "InvalidParameterException" => Failure::Rejected(Rejection::InvalidParameter),
        "InvalidUserPoolConfigurationException" => Failure::Fault(Fault::Configuration),
        "ResourceNotFoundException" if mentions("client") => Failure::Fault(Fault::ClientNotFound),
        "ResourceNotFoundException" => Failure::Fault(Fault::PoolNotFound),
        "AccessDenied"
        | "AccessDeniedException"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "UnrecognizedClientException" => Failure::Fault(Fault::AccessDenied),
        // This limit is per user, not per account. Cognito may have checked the password.
        "LimitExceededException" => Failure::Rejected(Rejection::UnknownAnswer),
        "TooManyRequestsException" | "Throttling" | "ThrottlingException" => {
            Failure::Fault(Fault::Throttled)
        }
        _ if status == 429 => Failure::Fault(Fault::Throttled),
        "InternalErrorException" | "InternalFailure" | "ServiceUnavailable" => {
            Failure::Fault(Fault::Internal)
        }
        _ if status >= 500 => Failure::Fault(Fault::Internal),
        _ => Failure::Rejected(Rejection::UnknownAnswer),
    }
}

/// Converts the failure of a call that isn't about a user. Such a call can't reject a user, so its
/// failures are faults of the deployment.
pub const fn without_user(failure: Failure) -> Failure {
    match failure {
        Failure::Rejected(Rejection::NotAuthorized | Rejection::LockedOut | Rejection::Blocked) => {
            Failure::Fault(Fault::AccessDenied)
        }
        Failure::Rejected(Rejection::InvalidParameter) => Failure::Fault(Fault::Configuration),
        Failure::Rejected(_) => Failure::Fault(Fault::Internal),
        Failure::Fault(_) => failure,
    }
}
