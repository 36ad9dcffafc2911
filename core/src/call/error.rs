//! A failed AWS call. AWS's code, message and request id are separate fields, because retries
//! depend on them and people search for them.

use std::error::Error;
use std::fmt;

/// The codes for denied calls. They vary between services.
pub(super) const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
];

/// The codes for settings of an app client that refer to something that no longer exists, with
/// fragments of the messages: scopes, identity providers, and applications of Amazon Pinpoint.
const REFERENCE_GONE: [(&str, &str); 6] = [
    ("ScopeDoesNotExistException", ""),
    ("InvalidParameterException", NO_PROVIDER),
    ("InvalidParameterException", PINPOINT),
    ("InvalidParameterException", ANALYTICS),
    ("ResourceNotFoundException", PINPOINT),
    ("ResourceNotFoundException", ANALYTICS),
];
pub(super) const NO_PROVIDER: &str = "does not exist for User Pool";
pub(super) const PINPOINT: &str = "inpoint";
pub(super) const ANALYTICS: &str = "nalytics";

/// The message if a proxy or a sign-in page answers instead of AWS.
pub const NOT_OF_AWS: &str = "the response isn't from AWS";

/// A failed AWS call.
#[derive(Clone, Debug)]
pub struct CallError {
    /// The account, for messages: side, id, Region and profile.
    pub place: String,
    /// The call as IAM names it, such as `iam:CreateRole`.
    pub call: &'static str,
    /// AWS's error code; absent if AWS didn't answer.
    pub code: Option<String>,
    /// AWS's message, or the SDK's chain of causes.
    pub message: String,
    /// Whether there was an answer: an error of AWS, or an unexpected response.
    pub answered: bool,
    /// AWS's request id, for AWS Support.
    pub request_id: Option<String>,
    /// Whether the request may have been sent without an answer from AWS, so AWS may have applied
    /// it.
    pub unanswered: bool,
}

impl CallError {
    /// AWS's answer doesn't match the service model.
    #[must_use]
    pub fn unreadable(place: String, call: &'static str) -> Self {
        Self {
            place,
            call,
            code: None,
            message: "the response can't be parsed".into(),
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

    /// AWS's code, or a short text in its place.
    #[must_use]
    pub fn word(&self) -> &str {
        match &self.code {
            Some(code) => code,
            None if self.answered => "unexpected response",
            None => "no response",
        }
    }

    /// Whether AWS denied the call. The code varies between services.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        DENIED.iter().any(|code| self.is(code))
    }

    /// Whether the resource doesn't exist. The code varies between services.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        ["NoSuchEntity", "ResourceNotFoundException"]
            .iter()
            .any(|code| self.is(code))
    }

    /// Whether Cognito rejects an app client, because one of its settings refers to something that
    /// no longer exists.
    #[must_use]
    pub fn is_reference_gone(&self) -> bool {
        REFERENCE_GONE
            .iter()
            .any(|(code, fragment)| self.is(code) && self.message.contains(fragment))
    }

    /// Whether the resource already exists.
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
