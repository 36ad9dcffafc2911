//! What an error of the old pool proves.

use rules::reasons::{Failure, Fault, Rejection};

#[cfg(test)]
mod tests;

/// What an error of Cognito means. By its code and not by the SDK's types, as some codes belong to no operation.
pub fn of_service(code: &str, message: &str, status: u16) -> Failure {
    let message = message.to_ascii_lowercase();
    let names = |text: &str| message.contains(text);
    match code {
        // The two texts by which Cognito says that the app client has a secret; every other is about the user.
        "NotAuthorizedException" if names("secret hash") || names("secret_hash") => {
            Failure::Fault(Fault::SecretHash)
        }
        "NotAuthorizedException" => Failure::Rejected(Rejection::NotAuthorized),
        "UserNotFoundException" => Failure::Rejected(Rejection::UnknownUser),
        "UserNotConfirmedException" => Failure::Rejected(Rejection::NotConfirmed),
        "PasswordResetRequiredException" => Failure::Rejected(Rejection::ResetRequired),
        "UserLambdaValidationException" => Failure::Rejected(Rejection::OldTrigger),
        // Asked about those alone whom the old pool does not know: all others get in without it.
        "UnexpectedLambdaException" | "InvalidLambdaResponseException"
            if names("usermigration") =>
        {
            Failure::Rejected(Rejection::OldTrigger)
        }
        "UnexpectedLambdaException" | "InvalidLambdaResponseException" => {
            Failure::Rejected(Rejection::OldTriggerFailed)
        }
        // Whoever types an odd name must not raise an alarm; a validation error quotes what was typed.
        "InvalidParameterException" if names("validation error") => {
            Failure::Rejected(Rejection::InvalidParameter)
        }
        "InvalidParameterException" if names("flow not enabled") => Failure::Fault(Fault::Flow),
        "InvalidParameterException" if names("secret hash was received") => {
            Failure::Fault(Fault::SecretHash)
        }
        "InvalidParameterException" => Failure::Rejected(Rejection::InvalidParameter),
        "InvalidUserPoolConfigurationException" => Failure::Fault(Fault::Configuration),
        "ResourceNotFoundException" if names("client") => Failure::Fault(Fault::ClientNotFound),
        "ResourceNotFoundException" => Failure::Fault(Fault::PoolNotFound),
        "AccessDenied"
        | "AccessDeniedException"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "UnrecognizedClientException" => Failure::Fault(Fault::AccessDenied),
        // A limit of the user's and not of the account's: the password may have been judged.
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

/// The failure of a call that is about no user: it rejects none, so the deployment is wrong.
pub const fn of_no_user(failure: Failure) -> Failure {
    match failure {
        Failure::Rejected(Rejection::NotAuthorized) => Failure::Fault(Fault::AccessDenied),
        Failure::Rejected(Rejection::InvalidParameter) => Failure::Fault(Fault::Configuration),
        Failure::Rejected(_) => Failure::Fault(Fault::Internal),
        Failure::Fault(_) => failure,
    }
}
