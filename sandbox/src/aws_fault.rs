//! An error answer of AWS.

use std::fmt;

/// The error code and message of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsFault {
    /// The error code, such as `NotAuthorizedException`.
    pub code: String,
    /// The message beside it.
    pub message: String,
}

impl fmt::Display for AwsFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for AwsFault {}
