//! The code of the Lambda, and what it is built for.

use std::borrow::Cow;
use std::fmt;

/// An architecture of Lambda functions, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// AWS Graviton.
    Arm64,
    /// Intel and AMD.
    X86_64,
}

impl Architecture {
    /// AWS's word for it, and the one that users type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The code of the Lambda.
#[derive(Clone)]
pub struct Package {
    /// `bootstrap` and no more.
    pub zip: Cow<'static, [u8]>,
    /// What Lambda calls `CodeSha256`.
    pub sha256: String,
    /// What it was built for.
    pub architecture: Architecture,
}
