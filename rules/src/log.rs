//! The members of the line that the function writes for each event, and the metrics that
//! CloudWatch extracts from it (embedded metric format). `cogmig status` reads both.

/// Lambda's id of the invocation.
pub const REQUEST_ID: &str = "requestId";
/// The function's name; the dimension of all metrics.
pub const FUNCTION_NAME: &str = "functionName";
/// What invoked the function: [`Source::as_str`], or [`OTHER_SOURCE`].
pub const TRIGGER_SOURCE: &str = "triggerSource";
/// One of [`MIGRATED`], [`REJECTED`], [`FAULT`], [`PANIC`] and [`MISCONFIGURED`].
pub const OUTCOME: &str = "outcome";
/// The reason code of a rejection or a fault.
pub const REASON: &str = "reason";
/// Milliseconds that the function took; a metric as well.
pub const DURATION_MS: &str = "durationMs";
/// Milliseconds of that for AdminInitiateAuth.
pub const INITIATE_AUTH_MS: &str = "initiateAuthMs";
/// Milliseconds of that for AdminGetUser.
pub const GET_USER_MS: &str = "getUserMs";

/// The function approved the migration.
pub const MIGRATED: &str = "migrated";
/// The user is not to be migrated.
pub const REJECTED: &str = "rejected";
/// Whether the user may be migrated is not known.
pub const FAULT: &str = "fault";
/// The function panicked.
pub const PANIC: &str = "panic";
/// A variable of the function's environment is missing or odd.
pub const MISCONFIGURED: &str = "misconfigured";

/// A trigger source that is not known; it is not repeated, for it could be any text.
pub const OTHER_SOURCE: &str = "other";

/// The namespace of the metrics.
pub const NAMESPACE: &str = "cogmig";

/// The counts, each a metric, of which every event raises one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Approvals.
    Migrated,
    /// Rejections.
    Rejected,
    /// Faults that pass by themselves, since the old pool throttles.
    Throttled,
    /// Faults that need a fix.
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

    /// The metric's name, which is also the member of the line.
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
    /// A forgotten password; the event carries none.
    ForgotPassword,
    /// `cogmig`, which checks whether a sign-in would work. Cognito never sends it.
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

    /// The source of this name, where it is known.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }
}
