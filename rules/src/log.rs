//! The fields of the log line that the function writes for each event, and the metrics that
//! CloudWatch extracts from it (embedded metric format). `cogmig status` reads both.

/// The request ID of the invocation.
pub const REQUEST_ID: &str = "requestId";
/// The function's name; the dimension of all metrics.
pub const FUNCTION_NAME: &str = "functionName";
/// What invoked the function: [`Source::as_str`], or [`OTHER_SOURCE`].
pub const TRIGGER_SOURCE: &str = "triggerSource";
/// One of [`MIGRATED`], [`REJECTED`], [`FAULT`], [`PANIC`] and [`MISCONFIGURED`].
pub const OUTCOME: &str = "outcome";
/// The reason code of a rejection or a fault.
pub const REASON: &str = "reason";
/// A keyed hash of the username in the old pool: 16 hexadecimal digits. Only for users that the old
/// pool has, because people type passwords into name fields. See `user_hash`.
pub const USER: &str = "user";
/// The ID of the key with which `user` was hashed: 8 hexadecimal digits. Hashes of different keys
/// can't be compared.
pub const USER_KEY: &str = "userKey";
/// Cognito's identity of the request, if the event has one.
pub const EVENT: &str = "event";
/// The time from the start of the invocation to the reply, in milliseconds. Also a metric.
pub const DURATION_MS: &str = "durationMs";
/// The duration of AdminInitiateAuth in milliseconds.
pub const INITIATE_AUTH_MS: &str = "initiateAuthMs";
/// The duration of AdminGetUser in milliseconds.
pub const GET_USER_MS: &str = "getUserMs";

/// The function approved the migration.
pub const MIGRATED: &str = "migrated";
/// The function rejected the user.
pub const REJECTED: &str = "rejected";
/// The function could not decide, because of an error.
pub const FAULT: &str = "fault";
/// The function panicked.
pub const PANIC: &str = "panic";
/// An environment variable of the function is missing or invalid.
pub const MISCONFIGURED: &str = "misconfigured";

/// An unknown trigger source. The log doesn't repeat its text, which could be anything.
pub const OTHER_SOURCE: &str = "other";

/// The namespace of the metrics.
pub const NAMESPACE: &str = "cogmig";

/// The counters. Each is a metric, and each event increments one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Approved migrations.
    Migrated,
    /// Rejections.
    Rejected,
    /// Transient faults: the old pool throttles the function's calls.
    Throttled,
    /// All other faults.
    Faults,
}

impl Count {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Migrated,
        Self::Rejected,
        Self::Throttled,
        Self::Faults,
    ];

    /// The name of the metric and of the log line's field.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Migrated => "Migrated",
            Self::Rejected => "Rejected",
            Self::Throttled => "Throttled",
            Self::Faults => "Faults",
        }
    }
}

/// What invokes the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A sign-in with a password.
    Authentication,
    /// A request to reset a forgotten password. The event has no password.
    ForgotPassword,
    /// The connectivity check of `cogmig`. Cognito never sends this source.
    Probe,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Authentication, Self::ForgotPassword, Self::Probe];

    /// The event's `triggerSource`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "UserMigration_Authentication",
            Self::ForgotPassword => "UserMigration_ForgotPassword",
            Self::Probe => "cogmig_Probe",
        }
    }

    /// The source with this name, or `None` if the name is unknown.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }
}
