//! How far a migration is.

use super::resources::{Resource, State};
use super::sign_ins::Sums;
use crate::problem::Problem;

/// What is known of a migration.
pub struct Status {
    /// Which deployment: `default`, or the suffix.
    pub deployment: String,
    /// What it consists of.
    pub resources: Vec<Resource>,
    /// The plan's warnings.
    pub warnings: Vec<Problem>,
    /// When this was looked at, in seconds since 1970.
    pub now: i64,
    /// When the Lambda's role was made, with which a setup begins.
    pub began: Option<i64>,
    /// When the function's code or configuration was last changed.
    pub changed: Option<i64>,
    /// Whether the function is the new pool's trigger.
    pub attached: bool,
    /// AWS's estimates of the users of both pools.
    pub users: Users,
    /// What the function's log says; or why it says nothing, and what to do about that.
    pub log: Result<Log, Unread>,
    /// What is left to do before the old account can be closed.
    pub left: Vec<String>,
}

/// AWS's estimates of how many users a pool has.
#[derive(Clone, Copy)]
pub struct Users {
    /// The pool that they come from. Who moves stays there too.
    pub old: Option<u64>,
    /// The pool that they go to; who signed up there counts too.
    pub new: Option<u64>,
}

/// What the function's log says.
pub struct Log {
    /// From when on sign-ins count as lately.
    pub since: i64,
    /// Those.
    pub lately: Counted<Sums>,
    /// From when on users who moved were counted: the setup, or as long as the log is kept.
    pub moved_since: i64,
    /// How many did. One who was deleted, and moved once more, counts twice.
    pub moved: Counted<u64>,
}

/// A count, and whether it is of all there was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted<T> {
    /// The count.
    pub of: T,
    /// Whether all were counted.
    pub complete: bool,
}

/// Why nothing is known of the sign-ins.
#[derive(Debug, PartialEq, Eq)]
pub struct Unread {
    /// In words.
    pub why: String,
    /// The action that would have to be granted.
    pub grant: Option<&'static str>,
}

impl Status {
    /// How much of the deployment stands.
    #[must_use]
    pub fn deployed(&self) -> &'static str {
        let made = self.resources.iter().filter(|one| one.made);
        let missing = made.clone().filter(|one| one.state == State::Missing);
        match (missing.count(), made.count()) {
            (0, _) => "all",
            (missing, all) if missing == all => "none",
            _ => "part",
        }
    }

    /// How many resources are not as setup makes them.
    #[must_use]
    pub fn differing(&self) -> usize {
        let differing = self.resources.iter();
        differing.filter(|one| one.state != State::Stands).count()
    }

    /// Faults seen lately, without those that pass by themselves.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.log.as_ref().map_or(0, |log| log.lately.of.faults)
    }
}

/// How many of the old pool's users moved, of a hundred; more than all of an estimate are all.
#[must_use]
pub fn share(moved: u64, old: u64) -> Option<u64> {
    (old > 0).then(|| (moved.saturating_mul(100) / old).min(100))
}
