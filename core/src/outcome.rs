//! The result of a command.

use std::fmt;
use std::path::Path;

use crate::deployments::Deployment;
use crate::desired::Target;
use crate::diagnosis::Broken;
use crate::found::Found;
use crate::iam::pipeline::Policy;
use crate::plan::{Action, Plan};
use crate::status::Status;

/// The result of a command.
pub enum Outcome<'a> {
    /// The plan was shown, and nothing was changed.
    Planned,
    /// Setup applied its changes, or there were none.
    SetUp {
        /// The new user pool, and the app clients that users sign in through.
        new: &'a Target,
        /// Whether the connectivity check ran.
        probed: bool,
    },
    /// The deployment was verified.
    Verified(&'a Verified),
    /// The report about a user.
    User(&'a Found),
    /// The status of the migration.
    Status(&'a Status),
    /// Teardown applied its changes, or there were none.
    TornDown {
        /// The file with the final report, if it was saved.
        report: Option<&'a Path>,
    },
    /// No resource of the deployment exists.
    NotDeployed {
        /// The name of the deployment.
        deployment: &'a str,
        /// The deployments that exist.
        others: &'a [Deployment],
    },
    /// The deployments in the accounts.
    Listed(&'a [Deployment]),
    /// The IAM policy for a pipeline's role.
    Policy(&'a Policy),
    /// The user didn't confirm the changes.
    Declined,
}

/// The findings of verify.
pub struct Verified {
    /// The result of the connectivity check.
    pub chain: Result<(), Broken>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The plan was shown and has no changes.
    Planned,
    /// The plan was shown and has changes.
    PlannedChanges,
    /// The plan was shown, and all of it requires manual action.
    PlannedManual,
    /// All changes were applied.
    Done,
    /// All changes were applied, and manual action is required.
    DoneManual,
    /// The user didn't confirm the changes.
    Declined,
    /// The connectivity check passed, and verify found no drift.
    Passed,
    /// The connectivity check passed, and verify found drift.
    PassedWithDrift,
    /// The connectivity check failed.
    Broken,
    /// One of the pools has the user.
    Found,
    /// No pool has the user.
    NotFound,
    /// Status found no drift and no faults.
    InSync,
    /// Status found drift.
    Drift,
    /// Status found users that the function approved, but that Cognito didn't create.
    NotCreated,
    /// Status found faults.
    Faults,
    /// Status found no resource of the deployment.
    NotDeployed,
    /// The command failed.
    Failed,
    /// The options are invalid (`EX_USAGE` of sysexits.h).
    Usage,
    /// The command was interrupted (the exit status that shells use after Ctrl-C).
    Interrupted,
}

/// Each end with its `result` in JSON, its exit status, and its exit status with
/// `--detailed-exitcode`, where 2 has the meaning that it has for `terraform plan`.
const ENDS: [(Ended, &str, u8, u8); 19] = [
    (Ended::Planned, "planned", 0, 0),
    (Ended::PlannedChanges, "planned", 0, 2),
    (Ended::PlannedManual, "planned", 1, 1),
    (Ended::Done, "done", 0, 0),
    (Ended::DoneManual, "done", 1, 1),
    (Ended::Declined, "declined", 1, 1),
    (Ended::Passed, "passed", 0, 0),
    (Ended::PassedWithDrift, "drifted", 1, 1),
    (Ended::Broken, "check_failed", 1, 1),
    (Ended::Found, "found", 0, 0),
    (Ended::NotFound, "not_found", 1, 1),
    (Ended::InSync, "in_sync", 0, 0),
    (Ended::Drift, "drifted", 0, 2),
    (Ended::NotCreated, "not_created", 0, 2),
    (Ended::Faults, "faults", 0, 2),
    (Ended::NotDeployed, "not_deployed", 0, 2),
    (Ended::Failed, "failed", 1, 1),
    (Ended::Usage, "failed", 64, 64),
    (Ended::Interrupted, "failed", 130, 130),
];

impl Ended {
    /// The end of `plan` and of a dry run of setup.
    #[must_use]
    pub fn planned(plan: &Plan) -> Self {
        match (plan.is_empty(), plan.count(Action::Conflict)) {
            (true, 0) => Self::Planned,
            (true, _) => Self::PlannedManual,
            (false, _) => Self::PlannedChanges,
        }
    }

    /// The end of a dry run of teardown. Manual action always counts as a failure there.
    #[must_use]
    pub fn planned_teardown(plan: &Plan) -> Self {
        match plan.count(Action::Conflict) {
            0 => Self::Planned,
            _ => Self::PlannedManual,
        }
    }

    /// The end of a run that applied the plan.
    #[must_use]
    pub fn done(plan: &Plan) -> Self {
        match plan.count(Action::Conflict) {
            0 => Self::Done,
            _ => Self::DoneManual,
        }
    }

    /// The end of `verify`.
    #[must_use]
    pub fn verified(verified: &Verified, plan: &Plan) -> Self {
        match (&verified.chain, plan.changes.is_empty()) {
            (Err(_), _) => Self::Broken,
            (Ok(()), false) => Self::PassedWithDrift,
            (Ok(()), true) => Self::Passed,
        }
    }

    /// The end of `user`.
    #[must_use]
    pub fn of_user(found: &Found) -> Self {
        if found.exists() {
            Self::Found
        } else {
            Self::NotFound
        }
    }

    /// The end of `status`.
    #[must_use]
    pub fn of_status(status: &Status) -> Self {
        match (status.deployed(), status.differing()) {
            ("none", _) => Self::NotDeployed,
            (_, 1..) => Self::Drift,
            _ if status.not_created() > 0 => Self::NotCreated,
            _ if status.faults() > 0 => Self::Faults,
            _ => Self::InSync,
        }
    }

    /// All values of `result` in JSON.
    pub fn words() -> impl Iterator<Item = &'static str> {
        ENDS.iter().map(|(_, word, ..)| *word)
    }

    /// The value of `result` in JSON.
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

/// The run was interrupted.
#[derive(Clone, Copy, Debug)]
pub enum Interrupted {
    /// Before the first change.
    Before,
    /// After the running changes were completed.
    Between,
    /// During a change.
    AtOnce,
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "interrupted. No changes were made",
            Self::Between => "interrupted",
            Self::AtOnce => "interrupted during a change",
        })
    }
}

impl std::error::Error for Interrupted {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_is_in_the_table_at_its_own_index() {
        for (at, (ended, ..)) in ENDS.iter().enumerate() {
            assert_eq!(*ended as usize, at, "{ended:?}");
        }
        assert_eq!(ENDS.len(), Ended::Interrupted as usize + 1);
    }
}
