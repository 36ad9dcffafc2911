//! What an error of the old pool proves.

use rules::reasons::{Failure, Fault, Refusal};

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
        "NotAuthorizedException" => Failure::Refused(Refusal::NotAuthorized),
        "UserNotFoundException" => Failure::Refused(Refusal::UnknownUser),
        "UserNotConfirmedException" => Failure::Refused(Refusal::NotConfirmed),
        "PasswordResetRequiredException" => Failure::Refused(Refusal::ResetRequired),
        "UserLambdaValidationException" => Failure::Refused(Refusal::OldTrigger),
        // Asked about those alone whom the old pool does not know: all others get in without it.
        "UnexpectedLambdaException" | "InvalidLambdaResponseException"
            if names("usermigration") =>
        {
            Failure::Refused(Refusal::OldTrigger)
        }
        "UnexpectedLambdaException" | "InvalidLambdaResponseException" => {
            Failure::Refused(Refusal::OldTriggerFailed)
        }
        // Whoever types an odd name must not raise an alarm; a validation error quotes what was typed.
        "InvalidParameterException" if names("validation error") => {
            Failure::Refused(Refusal::InvalidParameter)
        }
        "InvalidParameterException" if names("flow not enabled") => Failure::Fault(Fault::Flow),
        "InvalidParameterException" if names("secret hash was received") => {
            Failure::Fault(Fault::SecretHash)
        }
        "InvalidParameterException" => Failure::Refused(Refusal::InvalidParameter),
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
        "LimitExceededException" => Failure::Refused(Refusal::UnknownAnswer),
        "TooManyRequestsException" | "Throttling" | "ThrottlingException" => {
            Failure::Fault(Fault::Throttled)
        }
        _ if status == 429 => Failure::Fault(Fault::Throttled),
        "InternalErrorException" | "InternalFailure" | "ServiceUnavailable" => {
            Failure::Fault(Fault::Internal)
        }
        _ if status >= 500 => Failure::Fault(Fault::Internal),
        _ => Failure::Refused(Refusal::UnknownAnswer),
    }
}

/// The failure of a call that is about no user: it refuses none, so the deployment is wrong.
pub const fn of_no_user(failure: Failure) -> Failure {
    match failure {
        Failure::Refused(Refusal::NotAuthorized) => Failure::Fault(Fault::AccessDenied),
        Failure::Refused(Refusal::InvalidParameter) => Failure::Fault(Fault::Configuration),
        Failure::Refused(_) => Failure::Fault(Fault::Internal),
        Failure::Fault(_) => failure,
    }
}
