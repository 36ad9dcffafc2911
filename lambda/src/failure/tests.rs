//! What each error of the old pool proves, row by row.

use super::{Failure, Fault, Refusal};

#[test]
fn every_error_of_the_old_pool_has_its_meaning() {
    use Failure::{Fault as F, Refused as R};
    let rows = [
        (
            "NotAuthorizedException",
            "Incorrect username or password.",
            R(Refusal::NotAuthorized),
        ),
        (
            "NotAuthorizedException",
            "User is disabled.",
            R(Refusal::NotAuthorized),
        ),
        (
            "NotAuthorizedException",
            "Password attempts exceeded",
            R(Refusal::NotAuthorized),
        ),
        (
            "NotAuthorizedException",
            "Temporary password has expired",
            R(Refusal::NotAuthorized),
        ),
        ("NotAuthorizedException", "", R(Refusal::NotAuthorized)),
        (
            "NotAuthorizedException",
            "Unable to verify secret hash for client abc",
            F(Fault::SecretHash),
        ),
        (
            "NotAuthorizedException",
            "Client abc is configured with secret but SECRET_HASH was not received",
            F(Fault::SecretHash),
        ),
        (
            "UserNotFoundException",
            "User does not exist.",
            R(Refusal::UnknownUser),
        ),
        (
            "UserNotConfirmedException",
            "User is not confirmed.",
            R(Refusal::NotConfirmed),
        ),
        (
            "PasswordResetRequiredException",
            "",
            R(Refusal::ResetRequired),
        ),
        (
            "UserLambdaValidationException",
            "PreAuthentication failed",
            R(Refusal::OldTrigger),
        ),
        ("UnexpectedLambdaException", "", R(Refusal::OldTrigger)),
        ("InvalidLambdaResponseException", "", R(Refusal::OldTrigger)),
        (
            "InvalidParameterException",
            "Auth flow not enabled for this client",
            F(Fault::InvalidParameter),
        ),
        (
            "InvalidUserPoolConfigurationException",
            "",
            F(Fault::InvalidParameter),
        ),
        (
            "ResourceNotFoundException",
            "User pool does not exist.",
            F(Fault::NotFound),
        ),
        (
            "AccessDeniedException",
            "User: arn is not authorized to perform",
            F(Fault::AccessDenied),
        ),
        ("UnrecognizedClientException", "", F(Fault::AccessDenied)),
        (
            "TooManyRequestsException",
            "Rate exceeded",
            F(Fault::Throttled),
        ),
        ("InternalErrorException", "", F(Fault::Internal)),
        ("SomethingNew", "", R(Refusal::UnknownAnswer)),
        ("", "", R(Refusal::UnknownAnswer)),
    ];
    for (code, message, meaning) in rows {
        assert_eq!(
            Failure::of_service(code, message, 400),
            meaning,
            "{code} {message}"
        );
    }
    assert_eq!(
        Failure::of_service("SomethingNew", "", 503),
        F(Fault::Internal)
    );
    assert_eq!(Failure::of_service("", "", 429), F(Fault::Throttled));
}
