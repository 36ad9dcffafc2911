//! What the accounts are read for.

/// What it is prepared for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To set up: what nobody has decided is asked, and the way of a sign-in is tried as soon
    /// as it can be.
    Deploy,
    /// To show what would be done: the same, and nothing is tried.
    Show,
    /// To hold what exists against what setup makes: an app client that is named has to be the
    /// deployment's.
    Verify,
    /// To report what exists: the same, and what nobody has decided does not matter.
    Report,
}

impl Purpose {
    /// Whether what exists is reported, and not what setup would do.
    pub fn reports_existing(self) -> bool {
        matches!(self, Self::Verify | Self::Report)
    }
}
