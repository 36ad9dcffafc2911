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
    /// The old pool asks for what proves no password, or for what this program does not know.
    Challenge,
    /// The user has a second factor, which nothing here proves.
    SecondFactor,
    /// The password is one that an administrator gave, for one sign-in.
    TemporaryPassword,
    /// A trigger of the old pool's own refused.
    OldTrigger,
    /// A trigger of the old pool's own could not be run, or answered what Cognito does not take.
    OldTriggerFailed,
    /// An administrator disabled the user.
    Disabled,
    /// A code to reset the password could be sent to no contact known to be the user's.
    NoVerifiedContact,
    /// Whoever has forgotten the password is not to come along.
    ForgotPassword,
    /// The new pool would not know the user by the name that was typed.
    Name,
    /// The old pool cannot make sense of the name or the password.
    InvalidParameter,
    /// The old pool said what this program does not know.
    UnknownAnswer,
}

/// Why it cannot be said whether the user may be migrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The function's environment, or the old pool itself, is not set up as it must be.
    Configuration,
    /// The event lacks what its trigger source promises.
    Event,
    /// The event is another pool's.
    ForeignPool,
    /// The function is attached to another trigger.
    TriggerSource,
    /// The access role cannot be assumed.
    Credentials,
    /// The access role may not do this.
    AccessDenied,
    /// The old app client does not allow the flow.
    Flow,
    /// The old app client has a secret, or another one than is known here.
    SecretHash,
    /// The old pool is not there.
    PoolNotFound,
    /// The old app client is not there.
    ClientNotFound,
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
    /// The class of the failure, for the log and the probe.
    pub const fn outcome(self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Fault(_) => "fault",
        }
    }

    /// The reason code, for the log and the probe.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Fault(fault) => fault.code(),
        }
    }

    /// What an error of Cognito means. By its code and not by the SDK's types, as some codes belong to no operation.
    pub fn of_service(code: &str, message: &str, status: u16) -> Self {
        let message = message.to_ascii_lowercase();
        let names = |text: &str| message.contains(text);
        match code {
            // The two texts by which Cognito says that the app client has a secret; every other is about the user.
            "NotAuthorizedException" if names("secret hash") || names("secret_hash") => {
                Self::Fault(Fault::SecretHash)
            }
            "NotAuthorizedException" => Self::Refused(Refusal::NotAuthorized),
            "UserNotFoundException" => Self::Refused(Refusal::UnknownUser),
            "UserNotConfirmedException" => Self::Refused(Refusal::NotConfirmed),
            "PasswordResetRequiredException" => Self::Refused(Refusal::ResetRequired),
            "UserLambdaValidationException" => Self::Refused(Refusal::OldTrigger),
            // Asked about those alone whom the old pool does not know: all others get in without it.
            "UnexpectedLambdaException" | "InvalidLambdaResponseException"
                if names("usermigration") =>
            {
                Self::Refused(Refusal::OldTrigger)
            }
            "UnexpectedLambdaException" | "InvalidLambdaResponseException" => {
                Self::Refused(Refusal::OldTriggerFailed)
            }
            // Whoever types an odd name must not raise an alarm; a validation error quotes what was typed.
            "InvalidParameterException" if names("validation error") => {
                Self::Refused(Refusal::InvalidParameter)
            }
            "InvalidParameterException" if names("flow not enabled") => Self::Fault(Fault::Flow),
            "InvalidParameterException" if names("secret hash was received") => {
                Self::Fault(Fault::SecretHash)
            }
            "InvalidParameterException" => Self::Refused(Refusal::InvalidParameter),
            "InvalidUserPoolConfigurationException" => Self::Fault(Fault::Configuration),
            "ResourceNotFoundException" if names("client") => Self::Fault(Fault::ClientNotFound),
            "ResourceNotFoundException" => Self::Fault(Fault::PoolNotFound),
            "AccessDenied"
            | "AccessDeniedException"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "UnrecognizedClientException" => Self::Fault(Fault::AccessDenied),
            // A limit of the user's and not of the account's: the password may have been judged.
            "LimitExceededException" => Self::Refused(Refusal::UnknownAnswer),
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

    /// The failure of a call that is about no user: it refuses none, so the deployment is wrong.
    pub const fn of_no_user(self) -> Self {
        match self {
            Self::Refused(Refusal::NotAuthorized) => Self::Fault(Fault::AccessDenied),
            Self::Refused(Refusal::InvalidParameter) => Self::Fault(Fault::Configuration),
            Self::Refused(_) => Self::Fault(Fault::Internal),
            Self::Fault(_) => self,
        }
    }
}

impl Refusal {
    const fn code(self) -> &'static str {
        match self {
            Self::NotAuthorized => "not_authorized",
            Self::UnknownUser => "unknown_user",
            Self::NotConfirmed => "not_confirmed",
            Self::ResetRequired => "reset_required",
            Self::Challenge => "challenge",
            Self::SecondFactor => "second_factor",
            Self::TemporaryPassword => "temporary_password",
            Self::OldTrigger => "old_trigger",
            Self::OldTriggerFailed => "old_trigger_failed",
            Self::Disabled => "disabled",
            Self::NoVerifiedContact => "no_verified_contact",
            Self::ForgotPassword => "forgot_password",
            Self::Name => "name",
            Self::InvalidParameter => "invalid_parameter",
            Self::UnknownAnswer => "unknown_answer",
        }
    }
}

impl Fault {
    const fn code(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Event => "event",
            Self::ForeignPool => "foreign_pool",
            Self::TriggerSource => "trigger_source",
            Self::Credentials => "credentials",
            Self::AccessDenied => "access_denied",
            Self::Flow => "flow",
            Self::SecretHash => "secret_hash",
            Self::PoolNotFound => "pool_not_found",
            Self::ClientNotFound => "client_not_found",
            Self::Throttled => "throttled",
            Self::Internal => "internal",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
        }
    }
}
