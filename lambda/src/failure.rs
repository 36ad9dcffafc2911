//! Why a user is not migrated: a refusal, which looks to the caller like any wrong password, or a fault, which a
//! person has to mend or which passes. Both are closed sets, and neither carries any text of the event or of AWS.

#[cfg(test)]
mod tests;

/// Why there is no migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The user shall not be migrated.
    Refused(Refusal),
    /// Whether the user may be migrated cannot be said.
    Fault(Fault),
}

/// Why the user shall not be migrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The password is wrong, or the user is disabled or locked out.
    NotAuthorized,
    /// The old pool has no such user.
    UnknownUser,
    /// The user has not been confirmed, or is in another state that is not plain.
    NotConfirmed,
    /// An administrator wants the password reset.
    ResetRequired,
    /// The old pool asks for more than the password.
    Challenge,
    /// A trigger of the old pool's own refused.
    OldTrigger,
    /// An administrator disabled the user.
    Disabled,
    /// The user has a second factor, which a code to reset the password does not prove.
    SecondFactor,
    /// A code to reset the password could be sent to no contact known to be the user's.
    NoVerifiedContact,
    /// The old pool said what this program does not know.
    UnknownAnswer,
}

/// Why it cannot be said whether the user may be migrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The event lacks what its trigger source promises.
    Event,
    /// The function is attached to another trigger.
    TriggerSource,
    /// The old app client has a secret.
    SecretHash,
    /// The old app client does not allow the flow, or the request does not fit the old pool.
    InvalidParameter,
    /// The old pool or its app client is not there.
    NotFound,
    /// The access role may not do this.
    AccessDenied,
    /// The access role cannot be assumed.
    Credentials,
    /// The old pool is asked too often.
    Throttled,
    /// The old pool failed.
    Internal,
    /// The old pool cannot be reached.
    Unreachable,
    /// The old pool did not answer in time.
    TimedOut,
}

impl Failure {
    /// The class of the failure, for the log.
    pub const fn outcome(self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Fault(_) => "fault",
        }
    }

    /// The reason code, for the log.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Refused(Refusal::NotAuthorized) => "not_authorized",
            Self::Refused(Refusal::UnknownUser) => "unknown_user",
            Self::Refused(Refusal::NotConfirmed) => "not_confirmed",
            Self::Refused(Refusal::ResetRequired) => "reset_required",
            Self::Refused(Refusal::Challenge) => "challenge",
            Self::Refused(Refusal::OldTrigger) => "old_trigger",
            Self::Refused(Refusal::Disabled) => "disabled",
            Self::Refused(Refusal::SecondFactor) => "second_factor",
            Self::Refused(Refusal::NoVerifiedContact) => "no_verified_contact",
            Self::Refused(Refusal::UnknownAnswer) => "unknown_answer",
            Self::Fault(Fault::Event) => "event",
            Self::Fault(Fault::TriggerSource) => "trigger_source",
            Self::Fault(Fault::SecretHash) => "secret_hash",
            Self::Fault(Fault::InvalidParameter) => "invalid_parameter",
            Self::Fault(Fault::NotFound) => "not_found",
            Self::Fault(Fault::AccessDenied) => "access_denied",
            Self::Fault(Fault::Credentials) => "credentials",
            Self::Fault(Fault::Throttled) => "throttled",
            Self::Fault(Fault::Internal) => "internal",
            Self::Fault(Fault::Unreachable) => "unreachable",
            Self::Fault(Fault::TimedOut) => "timed_out",
        }
    }

    /// What an error of Cognito means. By its code and not by the SDK's types, as some codes belong to no operation.
    pub fn of_service(code: &str, message: &str, status: u16) -> Self {
        match code {
            "NotAuthorizedException" if names_secret_hash(message) => {
                Self::Fault(Fault::SecretHash)
            }
            "NotAuthorizedException" => Self::Refused(Refusal::NotAuthorized),
            "UserNotFoundException" => Self::Refused(Refusal::UnknownUser),
            "UserNotConfirmedException" => Self::Refused(Refusal::NotConfirmed),
            "PasswordResetRequiredException" => Self::Refused(Refusal::ResetRequired),
            "UserLambdaValidationException"
            | "UnexpectedLambdaException"
            | "InvalidLambdaResponseException" => Self::Refused(Refusal::OldTrigger),
            "InvalidParameterException" | "InvalidUserPoolConfigurationException" => {
                Self::Fault(Fault::InvalidParameter)
            }
            "ResourceNotFoundException" => Self::Fault(Fault::NotFound),
            "AccessDenied"
            | "AccessDeniedException"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "UnrecognizedClientException" => Self::Fault(Fault::AccessDenied),
            "TooManyRequestsException" | "Throttling" | "ThrottlingException" => {
                Self::Fault(Fault::Throttled)
            }
            _ if status == 429 => Self::Fault(Fault::Throttled),
            "InternalErrorException" | "InternalFailure" | "ServiceUnavailable" => {
                Self::Fault(Fault::Internal)
            }
            _ if status >= 500 => Self::Fault(Fault::Internal),
            _ => Self::Refused(Refusal::UnknownAnswer),
        }
    }
}

/// The two texts by which Cognito says that the app client has a secret; every other text of that error is about the
/// user.
fn names_secret_hash(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("secret hash") || message.contains("secret_hash")
}
