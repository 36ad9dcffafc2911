//! Errors and warnings are values of one type. Only the printer knows their layout.

use std::fmt;

/// The warnings that stop setup until the user allows them: each changes or risks something for all
/// users that no later setup can repair.
pub const CONSENTS: [&str; 4] = [
    "attributes-no-longer-migrated",
    "no-user-can-be-migrated",
    "old-sub-no-longer-migrated",
    "options-lost",
];

/// An error or a warning: what happened, why, and how to fix it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable name, for programs and for search.
    pub id: &'static str,
    /// The severity.
    pub severity: Severity,
    /// What happened and its consequence, in one or two sentences.
    pub summary: String,
    /// The known causes, in the order in which they are printed.
    pub causes: Vec<Cause>,
    /// How to fix it: each entry is an alternative.
    pub remedy: Vec<String>,
}

/// The severity of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// For information only.
    Info,
    /// Users are affected.
    Warning,
    /// User data is lost.
    DataLoss,
    /// Users can't sign in.
    Lockout,
    /// It can be exploited.
    Security,
    /// The command fails.
    Error,
    /// The options on the command line, in the environment or in `cogmig.toml` are invalid. No AWS
    /// API was called.
    Usage,
}

impl Severity {
    /// The severities of warnings, the lowest first.
    pub const OF_WARNINGS: [Self; 5] = [
        Self::Info,
        Self::Warning,
        Self::DataLoss,
        Self::Lockout,
        Self::Security,
    ];

    /// The value of `severity` in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::DataLoss => "data-loss",
            Self::Lockout => "lockout",
            Self::Security => "security",
            Self::Error => "error",
            Self::Usage => "usage",
        }
    }
}

/// A known cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// AWS returned an error.
    Aws {
        /// The error code.
        code: String,
        /// The error message.
        message: String,
    },
    /// AWS didn't answer.
    NoAnswer(String),
    /// The request id, for AWS Support.
    RequestId(String),
    /// The valid values.
    Valid(String),
    /// Another cause.
    Because(String),
    /// A detail, one of several.
    Detail(String),
}

/// The result of a function that calls no AWS API.
pub type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// An error.
    #[must_use]
    pub fn error(id: &'static str, summary: impl Into<String>) -> Self {
        Self::new(id, Severity::Error, summary)
    }

    /// Invalid options.
    #[must_use]
    pub fn usage(id: &'static str, summary: impl Into<String>) -> Self {
        Self::new(id, Severity::Usage, summary)
    }

    /// A problem with this severity. A period is added to a summary of several sentences, because a
    /// summary of one sentence has none.
    #[must_use]
    pub fn new(id: &'static str, severity: Severity, summary: impl Into<String>) -> Self {
        let mut summary = summary.into();
        if summary.contains(". ") && !summary.ends_with(['.', ':']) {
            summary.push('.');
        }
        Self {
            id,
            severity,
            summary,
            causes: Vec::new(),
            remedy: Vec::new(),
        }
    }

    /// Adds a remedy as an alternative.
    #[must_use]
    pub fn fix(mut self, remedy: impl Into<String>) -> Self {
        self.remedy.push(remedy.into());
        self
    }

    /// Adds a known cause.
    #[must_use]
    pub fn because(mut self, cause: Cause) -> Self {
        self.causes.push(cause);
        self
    }

    /// Adds another problem as the cause, with its causes and remedies.
    #[must_use]
    pub fn caused_by(mut self, other: Self) -> Self {
        self.causes.push(Cause::Because(other.summary));
        self.causes.extend(other.causes);
        self.remedy.extend(other.remedy);
        self
    }

    /// Whether setup stops until the user allows this warning.
    #[must_use]
    pub fn requires_consent(&self) -> bool {
        CONSENTS.contains(&self.id)
    }

    /// All texts without a layout, for searches in tests.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} {:?} {:?}", self.summary, self.causes, self.remedy)
    }

    /// Whether the options are invalid.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.severity == Severity::Usage
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_keeps_its_id_and_remedy_when_a_cause_is_added() {
        let cause = Problem::error("aws-call", "denied").fix("grant it");
        let problem = Problem::error("record-deleted", "lost").fix("run it again");
        let both = problem.caused_by(cause);
        assert_eq!(both.id, "record-deleted");
        assert_eq!(both.causes, [Cause::Because("denied".into())]);
        assert_eq!(both.remedy, ["run it again", "grant it"]);
    }
}
