//! What a command came to.

use std::fmt;

use crate::deployments::Deployment;
use crate::desired::Target;
use crate::diagnosis::{Broken, Forecast};
use crate::plan::{Action, Plan};
use crate::status::Status;

/// What a command came to.
pub enum Outcome<'a> {
    /// The plan was shown and that was all.
    Planned,
    /// Setup made its changes, or had none to make.
    SetUp {
        /// Where users go, and through which app clients.
        new: &'a Target,
        /// Whether the way of a sign-in was tried.
        probed: bool,
    },
    /// The deployment was looked at.
    Verified(&'a Verified),
    /// It was said how far the migration is.
    Status(&'a Status),
    /// Teardown made its changes, or had none to make.
    TornDown,
    /// Nothing of the deployment exists.
    NotDeployed {
        /// Which.
        deployment: &'a str,
        /// Those that exist.
        others: &'a [Deployment],
    },
    /// The user said no.
    Declined,
}

/// What verify found.
pub struct Verified {
    /// The way of a sign-in.
    pub chain: Result<(), Broken>,
    /// What would become of the user who was named.
    pub user: Option<Forecast>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The plan was shown, and has no changes.
    Planned,
    /// The plan was shown, and has changes.
    PlannedChanges,
    /// The plan was shown, and all it has is for a person to do.
    PlannedManual,
    /// What was to be done is done.
    Done,
    /// It is done, but for what is left to a person.
    DoneManual,
    /// The user said no.
    Declined,
    /// Verify found nothing wrong.
    Works,
    /// Verify found resources that differ.
    WorksWithDrift,
    /// Verify found the chain broken.
    Broken,
    /// Status found every resource as setup makes it, and no faults.
    InSync,
    /// Status found resources that differ.
    Drift,
    /// Status found faults.
    Faults,
    /// Status found nothing of the deployment.
    Absent,
    /// The command failed.
    Failed,
    /// It asked for something that cannot be meant (`EX_USAGE` of sysexits.h).
    Usage,
    /// It was asked to stop (as a shell tells of a command that Ctrl-C ended).
    Interrupted,
}

/// Each end, its word in JSON, its exit status, and that with `--detailed-exitcode`, where 2 is
/// what terraform's `plan` gives.
const ENDS: [(Ended, &str, u8, u8); 16] = [
    (Ended::Planned, "planned", 0, 0),
    (Ended::PlannedChanges, "planned", 0, 2),
    (Ended::PlannedManual, "planned", 1, 1),
    (Ended::Done, "done", 0, 0),
    (Ended::DoneManual, "done", 1, 1),
    (Ended::Declined, "declined", 1, 1),
    (Ended::Works, "works", 0, 0),
    (Ended::WorksWithDrift, "differs", 1, 1),
    (Ended::Broken, "broken", 1, 1),
    (Ended::InSync, "stands", 0, 0),
    (Ended::Drift, "differs", 0, 2),
    (Ended::Faults, "faults", 0, 2),
    (Ended::Absent, "absent", 0, 2),
    (Ended::Failed, "failed", 1, 1),
    (Ended::Usage, "failed", 64, 64),
    (Ended::Interrupted, "failed", 130, 130),
];

impl Ended {
    /// A plan that was shown.
    #[must_use]
    pub fn planned(plan: &Plan) -> Self {
        match (plan.is_empty(), plan.count(Action::Leave)) {
            (true, 0) => Self::Planned,
            (true, _) => Self::PlannedManual,
            (false, _) => Self::PlannedChanges,
        }
    }

    /// A plan of teardown that was shown: what is left to a person is no success there.
    #[must_use]
    pub fn planned_teardown(plan: &Plan) -> Self {
        match plan.count(Action::Leave) {
            0 => Self::Planned,
            _ => Self::PlannedManual,
        }
    }

    /// A plan that was carried out.
    #[must_use]
    pub fn done(plan: &Plan) -> Self {
        match plan.count(Action::Leave) {
            0 => Self::Done,
            _ => Self::DoneManual,
        }
    }

    /// The deployment was looked at.
    #[must_use]
    pub fn verified(verified: &Verified, plan: &Plan) -> Self {
        match (&verified.chain, plan.changes.is_empty()) {
            (Err(_), _) => Self::Broken,
            (Ok(()), false) => Self::WorksWithDrift,
            (Ok(()), true) => Self::Works,
        }
    }

    /// How far a migration is.
    #[must_use]
    pub fn of_status(status: &Status) -> Self {
        match (status.deployed(), status.differing(), status.faults()) {
            ("none", ..) => Self::Absent,
            (_, 0, 0) => Self::InSync,
            (_, 0, _) => Self::Faults,
            _ => Self::Drift,
        }
    }

    /// Its word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.row().0
    }

    /// The exit status.
    #[must_use]
    pub fn status(self, detailed: bool) -> u8 {
        let (_, plain, with_detail) = self.row();
        if detailed { with_detail } else { plain }
    }

    fn row(self) -> (&'static str, u8, u8) {
        let (_, word, plain, detailed) = ENDS[self as usize];
        (word, plain, detailed)
    }
}

/// The run stopped because it was asked to.
#[derive(Clone, Copy, Debug)]
pub enum Interrupted {
    /// Before the first change.
    Before,
    /// After the changes in hand.
    Between,
    /// In the middle of a change.
    AtOnce,
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "stopped, as asked: nothing was changed",
            Self::Between => "stopped, as asked",
            Self::AtOnce => "stopped at once, as asked",
        })
    }
}

impl std::error::Error for Interrupted {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_is_in_the_table_at_its_own_place() {
        for (at, (ended, ..)) in ENDS.iter().enumerate() {
            assert_eq!(*ended as usize, at, "{ended:?}");
        }
        assert_eq!(ENDS.len(), Ended::Interrupted as usize + 1);
    }
}
