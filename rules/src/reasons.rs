//! Why a user is not migrated: a rejection, which looks to the caller like any wrong password, or a
//! fault, which needs a fix or is transient. Both are closed sets, and neither carries any text of
//! the event or of AWS. In logs, metrics and the probe's answer each is a code.

#[cfg(test)]
mod tests;

/// A closed set of reasons, each with its code on the wire: both ways from one line.
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

            /// The code, for the log, the metrics and the probe.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$one => $code,)* }
            }

            /// The reason that has this code.
            #[must_use]
            pub fn of_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$one),)* _ => None }
            }
        }
    };
}

/// Why there is no migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The user is not to be migrated.
    Rejected(Rejection),
    /// Whether the user may be migrated is not known.
    Fault(Fault),
}

reasons! {
    /// Why the user is not to be migrated.
    Rejection {
        /// The password is wrong, or the user is disabled or locked out.
        NotAuthorized = "not_authorized",
        /// The old pool has no such user.
        UnknownUser = "unknown_user",
        /// The user has not been confirmed, or is in another state that is not plain.
        NotConfirmed = "not_confirmed",
        /// An administrator wants the password reset.
        ResetRequired = "reset_required",
        /// The old pool asks for what proves no password, or for what this program does not know.
        Challenge = "challenge",
        /// The user has a second factor, which nothing here proves.
        Mfa = "mfa",
        /// The password is one that an administrator gave, for one sign-in.
        TemporaryPassword = "temporary_password",
        /// A trigger of the old pool's own rejected.
        OldTrigger = "old_trigger",
        /// A trigger of the old pool's own could not be run, or answered what Cognito does not take.
        OldTriggerFailed = "old_trigger_failed",
        /// An administrator disabled the user.
        Disabled = "disabled",
        /// A code to reset the password could be sent to no contact known to be the user's.
        NoVerifiedContact = "no_verified_contact",
        /// Users who forgot their password are not migrated.
        ForgotPassword = "forgot_password",
        /// The new pool would not know the user by the name that was typed.
        Name = "name",
        /// The old pool cannot make sense of the name or the password.
        InvalidParameter = "invalid_parameter",
        /// The old pool said what this program does not know.
        UnknownAnswer = "unknown_answer",
    }
}

reasons! {
    /// Why it is not known whether the user may be migrated.
    Fault {
        /// The function's environment, or the old pool itself, is not set up as it must be.
        Configuration = "configuration",
        /// The event lacks what its trigger source promises.
        Event = "event",
        /// The event is another pool's.
        ForeignPool = "foreign_pool",
        /// The function is attached to another trigger.
        TriggerSource = "trigger_source",
        /// The access role cannot be assumed.
        Credentials = "credentials",
        /// The access role may not do this.
        AccessDenied = "access_denied",
        /// The old app client does not allow the flow.
        Flow = "flow",
        /// The old app client has a secret, or another one than is known here.
        SecretHash = "secret_hash",
        /// The old pool is not there.
        PoolNotFound = "pool_not_found",
        /// The old app client is not there.
        ClientNotFound = "client_not_found",
        /// The old pool throttles the function's calls.
        Throttled = "throttled",
        /// The old pool failed.
        Internal = "internal",
        /// The old pool cannot be reached.
        Unreachable = "unreachable",
        /// The old pool did not answer in time.
        TimedOut = "timed_out",
    }
}

impl Failure {
    /// The outcome of the event, for the log and the probe.
    #[must_use]
    pub const fn outcome(self) -> &'static str {
        match self {
            Self::Rejected(_) => crate::log::REJECTED,
            Self::Fault(_) => crate::log::FAULT,
        }
    }

    /// The reason code, for the log and the probe.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.code(),
            Self::Fault(fault) => fault.code(),
        }
    }

    /// The failure of an outcome and a reason code, where this version knows it.
    #[must_use]
    pub fn of(outcome: &str, reason: &str) -> Option<Self> {
        match outcome {
            crate::log::REJECTED => Rejection::of_code(reason).map(Self::Rejected),
            crate::log::FAULT => Fault::of_code(reason).map(Self::Fault),
            _ => None,
        }
    }
}
