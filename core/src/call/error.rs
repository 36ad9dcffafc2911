//! A call to AWS that did not succeed: AWS's own words (code, message, request id) are kept apart,
//! because retries decide by them and people search by them.

use std::error::Error;
use std::fmt;

/// Each service has its own word for what the caller may not do.
pub(super) const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
];

/// What a proxy or a portal says in AWS's place.
pub const NOT_OF_AWS: &str = "there was an answer, but not one of AWS";

/// A call to AWS that did not succeed.
#[derive(Clone, Debug)]
pub struct CallError {
    /// Which account, in words: side, id, Region and profile.
    pub place: String,
    /// The call as IAM names it, such as `iam:CreateRole`.
    pub call: &'static str,
    /// AWS's error code; absent when no answer of AWS was received.
    pub code: Option<String>,
    /// AWS's message, or the chain of causes on this side of the wire.
    pub message: String,
    /// Whether there was an answer: an error of AWS, or one that is not what it should be.
    pub answered: bool,
    /// AWS's request id, for its support.
    pub request_id: Option<String>,
    /// Whether it went out, as far as is known, and nothing of AWS came back: it may have
    /// been carried out.
    pub unanswered: bool,
}

impl CallError {
    /// AWS's answer is not what the service's model says.
    #[must_use]
    pub fn unreadable(place: String, call: &'static str) -> Self {
        Self {
            place,
            call,
            code: None,
            message: "the answer could not be read".into(),
            answered: true,
            request_id: None,
            unanswered: false,
        }
    }

    /// Whether AWS answered with this code.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// AWS's code, or a word in its place.
    #[must_use]
    pub fn word(&self) -> &str {
        match &self.code {
            Some(code) => code,
            None if self.answered => "unexpected answer",
            None => "no answer",
        }
    }

    /// Whether AWS said that the caller may not. Each service has its own word.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        DENIED.iter().any(|code| self.is(code))
    }

    /// Whether AWS said that the thing is not there. Each service has its own word.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        ["NoSuchEntity", "ResourceNotFoundException"]
            .iter()
            .any(|code| self.is(code))
    }

    /// Whether AWS refused to make what is there already.
    #[must_use]
    pub fn is_already_there(&self) -> bool {
        match self.code.as_deref() {
            Some("EntityAlreadyExists" | "ResourceAlreadyExistsException") => true,
            Some("ResourceConflictException") => self.message.contains("already exist"),
            _ => false,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed in the {}", self.call, self.place)
    }
}

impl Error for CallError {}
