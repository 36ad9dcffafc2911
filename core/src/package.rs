//! The deployment package of the Lambda function.

use std::borrow::Cow;
use std::fmt;

/// An instruction set architecture of Lambda functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// AWS Graviton.
    Arm64,
    /// Intel and AMD.
    X86_64,
}

impl Architecture {
    /// AWS's value, which is also the value of the option.
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

/// The deployment package of the Lambda function.
#[derive(Clone)]
pub struct Package {
    /// The .zip file, which contains only `bootstrap`.
    pub zip: Cow<'static, [u8]>,
    /// Lambda's `CodeSha256`.
    pub sha256: String,
    /// The architecture that it's built for.
    pub architecture: Architecture,
}
