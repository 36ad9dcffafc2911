//! An error response of AWS.

use std::fmt;

/// An AWS error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsFault {
    /// The error code, such as `NotAuthorizedException`.
    pub code: String,
    /// The error message.
    pub message: String,
}

impl fmt::Display for AwsFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for AwsFault {}
