//! The mapping of each error of the old pool, as tables.

use rules::reasons::{Failure, Fault, Rejection};

use super::{from_service_error, without_password, without_user};

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_error_of_the_old_pool_is_mapped() {
    use Failure::{Fault as F, Rejected as R};
    let rows = [
        (
            "NotAuthorizedException",
            "Incorrect username or password.",
            R(Rejection::NotAuthorized),
        ),
        (
            "NotAuthorizedException",
            "User is disabled.",
            R(Rejection::NotAuthorized),
        ),
        (
            "NotAuthorizedException",
            "Password attempts exceeded",
            R(Rejection::LockedOut),
        ),
        (
            "NotAuthorizedException",
            "Unable to login because of security reasons",
            R(Rejection::Blocked),
        ),
        (
            "NotAuthorizedException",
            "Temporary password has expired",
            R(Rejection::NotAuthorized),
        ),
        ("NotAuthorizedException", "", R(Rejection::NotAuthorized)),
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
            "InvalidParameterException",
            "App client abc is not configured for secret but secret hash was received",
            F(Fault::SecretHash),
        ),
        (
            "InvalidParameterException",
            "1 validation error detected: Value 'Auth flow not enabled' at 'username' failed to satisfy constraint",
            R(Rejection::InvalidParameter),
        ),
        (
            "UserNotFoundException",
            "User does not exist.",
            R(Rejection::UnknownUser),
        ),
        (
            "UserNotConfirmedException",
            "User is not confirmed.",
            R(Rejection::NotConfirmed),
        ),
        (
            "PasswordResetRequiredException",
            "",
            R(Rejection::ResetRequired),
        ),
        (
            "UserLambdaValidationException",
            "PreAuthentication failed",
            R(Rejection::OldTrigger),
        ),
        (
            "UnexpectedLambdaException",
            "",
            R(Rejection::OldTriggerFailed),
        ),
        (
            "InvalidLambdaResponseException",
            "",
            R(Rejection::OldTriggerFailed),
        ),
        (
            "UnexpectedLambdaException",
            "UserMigration invocation failed due to error AccessDeniedException.",
            R(Rejection::OldTrigger),
        ),
        (
            "InvalidParameterException",
            "Auth flow not enabled for this client",
            F(Fault::Flow),
        ),
        (
            "InvalidParameterException",
            "AUTH FLOW NOT ENABLED for this client",
            F(Fault::Flow),
        ),
        (
            "InvalidParameterException",
            "1 validation error detected: Value at 'username' failed to satisfy constraint",
            R(Rejection::InvalidParameter),
        ),
        (
            "InvalidParameterException",
            "",
            R(Rejection::InvalidParameter),
        ),
        (
            "InvalidUserPoolConfigurationException",
            "",
            F(Fault::Configuration),
        ),
        (
            "ResourceNotFoundException",
            "User pool eu-west-1_x does not exist.",
            F(Fault::PoolNotFound),
        ),
        (
            "ResourceNotFoundException",
            "User pool Client abc does not exist.",
            F(Fault::ClientNotFound),
        ),
        (
            "LimitExceededException",
            "Attempt limit exceeded, please try after some time.",
            R(Rejection::UnknownAnswer),
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
        (
            "InvalidParameterException",
            "Initiate Auth method not supported.",
            F(Fault::Flow),
        ),
        ("UnsupportedOperationException", "", F(Fault::NotAvailable)),
        ("OperationNotEnabledException", "", F(Fault::NotAvailable)),
        (
            "FeatureUnavailableInTierException",
            "",
            F(Fault::NotAvailable),
        ),
        ("UnknownOperationException", "", F(Fault::NotAvailable)),
        ("MFAMethodNotFoundException", "", R(Rejection::Challenge)),
        (
            "TooManyFailedAttemptsException",
            "",
            R(Rejection::LockedOut),
        ),
        (
            "InvalidSmsRoleAccessPolicyException",
            "",
            F(Fault::Configuration),
        ),
        (
            "InvalidSmsRoleTrustRelationshipException",
            "",
            F(Fault::Configuration),
        ),
        (
            "InvalidEmailRoleAccessPolicyException",
            "",
            F(Fault::Configuration),
        ),
        ("ForbiddenException", "", F(Fault::AccessDenied)),
        ("NotAuthorized", "", F(Fault::AccessDenied)),
        ("ThrottlingException", "", F(Fault::Throttled)),
        ("RequestLimitExceeded", "", F(Fault::Throttled)),
        ("RequestTimeoutException", "", F(Fault::TimedOut)),
        ("ServiceUnavailableException", "", F(Fault::Internal)),
        ("ValidationException", "", R(Rejection::InvalidParameter)),
        ("SomethingNew", "", R(Rejection::UnknownAnswer)),
        ("Exception", "", R(Rejection::UnknownAnswer)),
        ("", "", R(Rejection::UnknownAnswer)),
    ];
    for (code, message, failure) in rows {
        assert_eq!(
            from_service_error(code, message, 400),
            failure,
            "{code} {message}"
        );
    }
    assert_eq!(
        from_service_error("LimitExceededException", "", 429),
        R(Rejection::UnknownAnswer),
        "Cognito may have checked the password"
    );
}

#[test]
fn a_call_that_is_not_about_a_user_never_rejects_a_user() {
    let rows = [
        ("NotAuthorizedException", Fault::AccessDenied),
        ("InvalidParameterException", Fault::Configuration),
        ("UserNotFoundException", Fault::Internal),
        ("SomethingNew", Fault::Internal),
        ("ResourceNotFoundException", Fault::PoolNotFound),
        ("TooManyRequestsException", Fault::Throttled),
    ];
    for (code, fault) in rows {
        let failure = without_user(from_service_error(code, "", 400));
        assert_eq!(failure, Failure::Fault(fault), "{code}");
    }
}

/// AWS has its common errors with and without the suffix `Exception`.
#[test]
fn errors_about_the_caller_are_faults_with_both_spellings_of_the_code() {
    for code in [
        "AccessDenied",
        "Forbidden",
        "Unauthorized",
        "OptInRequired",
        "ExpiredToken",
        "InvalidClientTokenId",
        "UnrecognizedClient",
        "MissingAuthenticationToken",
        "IncompleteSignature",
        "InvalidSignature",
        "SignatureDoesNotMatch",
        "RequestExpired",
        "RequestTimeTooSkewed",
    ] {
        for suffix in ["", "Exception"] {
            let failure = from_service_error(&format!("{code}{suffix}"), "", 400);
            let fault = Failure::Fault(Fault::AccessDenied);
            assert_eq!(failure, fault, "{code}{suffix}");
        }
    }
}

/// Cognito's errors about users have the status 400.
#[test]
fn an_unknown_error_rejects_a_user_only_with_the_status_of_errors_about_users() {
    use Failure::{Fault as F, Rejected as R};
    for (status, failure) in [
        (400, R(Rejection::UnknownAnswer)),
        (401, F(Fault::AccessDenied)),
        (403, F(Fault::AccessDenied)),
        (404, F(Fault::Unreachable)),
        (405, F(Fault::Unreachable)),
        (407, F(Fault::AccessDenied)),
        (408, F(Fault::TimedOut)),
        (413, R(Rejection::InvalidParameter)),
        (429, F(Fault::Throttled)),
        (499, F(Fault::Unreachable)),
        (500, F(Fault::Internal)),
        (503, F(Fault::Internal)),
        (504, F(Fault::TimedOut)),
    ] {
        for code in ["SomethingNew", "SomethingNewException", ""] {
            assert_eq!(from_service_error(code, "", status), failure, "{status}");
        }
    }
}

#[test]
fn a_call_without_a_password_never_rejects_a_password() {
    for (code, message, failure) in [
        (
            "NotAuthorizedException",
            "",
            Failure::Fault(Fault::AccessDenied),
        ),
        (
            "NotAuthorizedException",
            "Unable to login because of security reasons",
            Failure::Fault(Fault::AccessDenied),
        ),
        (
            "UserNotFoundException",
            "",
            Failure::Rejected(Rejection::UnknownUser),
        ),
        (
            "InvalidParameterException",
            "",
            Failure::Rejected(Rejection::InvalidParameter),
        ),
    ] {
        let got = without_password(from_service_error(code, message, 400));
        assert_eq!(got, failure, "{code}");
    }
}
