//! What keeps a command from its work, or what its user should know: errors, refusals and warnings
//! are this one value. How it is laid out is known to the printer alone.

use std::fmt;

/// What happened, why, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable name, for programs and for searching.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, and what comes of it, in one sentence or two.
    pub summary: String,
    /// What is known of the reasons, in the order in which they are read.
    pub causes: Vec<Cause>,
    /// What can be done about it: the first that fits, or one of the others.
    pub remedy: Vec<String>,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// To be known.
    Info,
    /// Users will notice.
    Warning,
    /// Data of users is lost from then on.
    DataLoss,
    /// Users can't sign in.
    Lockout,
    /// Others could make use of it.
    Security,
    /// The command fails.
    Error,
    /// The command line, the environment or `cogmig.toml` asked for something that cannot be
    /// meant: nothing was called.
    Usage,
}

impl Severity {
    /// Those of warnings, the least severe first.
    pub const OF_WARNINGS: [Self; 5] = [
        Self::Info,
        Self::Warning,
        Self::DataLoss,
        Self::Lockout,
        Self::Security,
    ];

    /// A word for JSON.
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

/// Something that is known of a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// AWS answered with an error.
    Aws {
        /// Its code.
        code: String,
        /// Its message.
        message: String,
    },
    /// No answer came.
    NoAnswer(String),
    /// The id of the request, for AWS's support.
    RequestId(String),
    /// What would be valid.
    Valid(String),
    /// Another reason.
    Because(String),
    /// One of several things that it is about.
    Detail(String),
}

/// What a pure function comes to.
pub type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// An error.
    #[must_use]
    pub fn error(id: &'static str, summary: impl Into<String>) -> Self {
        Self::new(id, Severity::Error, summary)
    }

    /// Something that was asked for and cannot be meant.
    #[must_use]
    pub fn usage(id: &'static str, summary: impl Into<String>) -> Self {
        Self::new(id, Severity::Usage, summary)
    }

    /// Of this severity. A summary of several sentences ends with a period, and one of a single
    /// sentence with none.
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

    /// With something that can be done about it, next to what is there.
    #[must_use]
    pub fn fix(mut self, remedy: impl Into<String>) -> Self {
        self.remedy.push(remedy.into());
        self
    }

    /// With something that is known of the reason.
    #[must_use]
    pub fn because(mut self, cause: Cause) -> Self {
        self.causes.push(cause);
        self
    }

    /// With another problem that it comes of, and what can be done about that one.
    #[must_use]
    pub fn caused_by(mut self, other: Self) -> Self {
        self.causes.push(Cause::Because(other.summary));
        self.causes.extend(other.causes);
        self.remedy.extend(other.remedy);
        self
    }

    /// All that it says, in no layout: to be searched.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} {:?} {:?}", self.summary, self.causes, self.remedy)
    }

    /// Whether it is about what was asked for.
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
    fn a_problem_keeps_its_own_id_and_remedy_whatever_it_comes_of() {
        let cause = Problem::error("aws-call", "denied").fix("grant it");
        let problem = Problem::error("record-deleted", "lost").fix("again");
        let both = problem.caused_by(cause);
        assert_eq!(both.id, "record-deleted");
        assert_eq!(both.causes, [Cause::Because("denied".into())]);
        assert_eq!(both.remedy, ["again", "grant it"]);
    }
}
