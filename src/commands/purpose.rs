//! The purpose for which the accounts are read.

/// The purpose for which the accounts are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Setup: prompts for missing settings, checks a sample of users, and runs the connectivity
    /// check as early as possible.
    Deploy,
    /// Plan: the same, without the connectivity check.
    Show,
    /// Verify: compares the existing resources with those of setup. App clients in the options must
    /// be the deployment's.
    Verify,
    /// Status: the same, for a report that isn't about drift.
    Report,
    /// User: the same.
    User,
}

impl Purpose {
    /// Whether drift of the existing resources is reported instead of changes of setup.
    pub fn reports_existing(self) -> bool {
        matches!(self, Self::Verify | Self::Report | Self::User)
    }
}
