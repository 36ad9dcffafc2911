//! The reasons why a user isn't migrated: a rejection, which the caller can't distinguish from a
//! wrong password, or a fault, which needs a fix or is transient. Both are closed sets and contain
//! no text from the event or from AWS. Logs, metrics and the response to the connectivity check
//! contain their codes.

#[cfg(test)]
mod tests;

/// Defines a closed set of reasons with their stable codes, and the conversions between them.
macro_rules! reasons {
    (
        $(#[$of_set:meta])*
        $set:ident { $($(#[$of_one:meta])* $one:ident = $code:literal,)* }
    ) => {
        $(#[$of_set])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $set { $($(#[$of_one])* $one,)* }

        impl $set {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$one),*];

            /// The code in logs, metrics and the response to the connectivity check.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$one => $code,)* }
            }

            /// The reason with this code, or `None` if the code is unknown.
            #[must_use]
            pub fn of_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$one),)* _ => None }
            }
        }
    };
}

/// Why the user isn't migrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The user must not be migrated.
    Rejected(Rejection),
    /// The function can't decide whether the user may be migrated.
    Fault(Fault),
}

reasons! {
    /// Why the user must not be migrated.
    Rejection {
        /// The old pool rejects the sign-in without a reason. The user wasn't read, or doesn't show
        /// the reason.
        NotAuthorized = "not_authorized",
        /// The user could sign in to the old pool, and the password is wrong.
        WrongPassword = "wrong_password",
        /// The old pool locks the user for a time, after too many failed sign-ins.
        LockedOut = "locked_out",
        /// The old pool's threat protection blocks the sign-in.
        Blocked = "blocked",
        /// The user signs in with an external identity provider and has no password.
        External = "external_provider",
        /// The old pool has no such user.
        UnknownUser = "unknown_user",
        /// The user hasn't confirmed the sign-up, or has an unknown status.
        NotConfirmed = "not_confirmed",
        /// The user is archived, or Cognito disabled the user because of a security threat.
        Inactive = "inactive",
        /// The user must reset their password.
        ResetRequired = "reset_required",
        /// The old pool returned a challenge that doesn't prove the password, or an unknown one.
        Challenge = "challenge",
        /// The user has MFA, which the function can't verify.
        Mfa = "mfa",
        /// The password is a temporary password that an administrator set.
        TemporaryPassword = "temporary_password",
        /// A trigger of the old pool rejected the sign-in.
        OldTrigger = "old_trigger",
        /// A trigger of the old pool can't be invoked, or returned an invalid response.
        OldTriggerFailed = "old_trigger_failed",
        /// An administrator disabled the user.
        Disabled = "disabled",
        /// The user has no verified contact to which a password reset code can be sent.
        NoVerifiedContact = "no_verified_contact",
        /// The user has no attribute that is migrated, and Cognito creates no user without one.
        NoAttributes = "no_attributes",
        /// Users who forgot their password aren't migrated.
        ForgotPassword = "forgot_password",
        /// The new pool couldn't resolve the typed name to this user.
        Name = "name",
        /// The old pool doesn't accept such a name or password.
        InvalidParameter = "invalid_parameter",
        /// The old pool returned a response that this version doesn't know.
        UnknownAnswer = "unknown_answer",
    }
}

reasons! {
    /// Why the function can't decide whether the user may be migrated.
    Fault {
        /// The function's environment, or the old pool's configuration, is invalid.
        Configuration = "configuration",
        /// The event lacks a field that its trigger source requires.
        Event = "event",
        /// The event is from another user pool.
        ForeignPool = "foreign_pool",
        /// The function is attached to another trigger.
        TriggerSource = "trigger_source",
        /// The function can't assume the access role.
        Credentials = "credentials",
        /// The access role doesn't allow the call.
        AccessDenied = "access_denied",
        /// The old app client doesn't allow the auth flow.
        Flow = "flow",
        /// The old app client has a secret that the function doesn't have, or another secret.
        SecretHash = "secret_hash",
        /// The Region or the feature plan of the old pool, or its app client, lacks the call.
        NotAvailable = "not_available",
        /// The old app client has a secret that Cognito doesn't return: it was rotated, or AWS Secrets
        /// Manager manages it.
        SecretRotated = "secret_rotated",
        /// The old pool doesn't exist.
        PoolNotFound = "pool_not_found",
        /// The old app client doesn't exist.
        ClientNotFound = "client_not_found",
        /// The old pool throttles the function's calls.
        Throttled = "throttled",
        /// The old pool returned an internal error.
        Internal = "internal",
        /// The function can't connect to the old pool.
        Unreachable = "unreachable",
        /// The old pool didn't respond in time.
        TimedOut = "timed_out",
    }
}

impl Failure {
    /// The outcome, for the log and the connectivity check.
    #[must_use]
    pub const fn outcome(self) -> &'static str {
        match self {
            Self::Rejected(_) => crate::log::REJECTED,
            Self::Fault(_) => crate::log::FAULT,
        }
    }

    /// The reason code, for the log and the connectivity check.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.code(),
            Self::Fault(fault) => fault.code(),
        }
    }

    /// The failure with this outcome and reason code, or `None` if this version doesn't know them.
    #[must_use]
    pub fn of(outcome: &str, reason: &str) -> Option<Self> {
        match outcome {
            crate::log::REJECTED => Rejection::of_code(reason).map(Self::Rejected),
            crate::log::FAULT => Fault::of_code(reason).map(Self::Fault),
            _ => None,
        }
    }
}
