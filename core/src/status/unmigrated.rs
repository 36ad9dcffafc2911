//! How many users of the old pool have not been migrated.

use crate::problem::{Problem, Severity};

/// The number of users who haven't been migrated, by AWS's estimates of both pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmigrated {
    /// The new pool has as many users as the old one.
    None,
    /// The new pool has this many users fewer than the old one.
    About(u64),
    /// One of the pools can't be read or doesn't exist.
    Unknown,
}

impl Unmigrated {
    /// Compares the numbers of users of the pools.
    #[must_use]
    pub fn of(old: Option<u64>, new: Option<u64>) -> Self {
        match (old, new) {
            (Some(0), _) => Self::None,
            (Some(old), Some(new)) => match old.saturating_sub(new) {
                0 => Self::None,
                missing => Self::About(missing),
            },
            _ => Self::Unknown,
        }
    }

    /// The number, if it's known.
    #[must_use]
    pub fn count(self) -> Option<u64> {
        match self {
            Self::None => Some(0),
            Self::About(count) => Some(count),
            Self::Unknown => None,
        }
    }

    /// The consequence of a teardown for these users.
    #[must_use]
    pub fn warning(self) -> Option<Problem> {
        let count = match self {
            Self::None => return None,
            Self::About(1) => {
                "about 1 user of the old user pool hasn't been migrated, by AWS's estimates of both pools".to_owned()
            }
            Self::About(count) => format!(
                "about {count} users of the old user pool haven't been migrated, by AWS's estimates of both pools"
            ),
            Self::Unknown => {
                "the number of users who haven't been migrated is unknown".to_owned()
            }
        };
        let summary = format!(
            "{count}. After teardown, users who haven't been migrated can't sign in to the new user pool with their existing password"
        );
        let warning = Problem::new("users-not-migrated", Severity::Lockout, summary);
        Some(warning.fix("run `cogmig status` to see the progress"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unmigrated_users_are_those_that_the_new_pool_does_not_have() {
        for (old, new, expected) in [
            (Some(5), Some(3), Unmigrated::About(2)),
            (Some(5), Some(5), Unmigrated::None),
            // Other users signed up in the new pool.
            (Some(5), Some(9), Unmigrated::None),
            (Some(0), None, Unmigrated::None),
            (Some(5), None, Unmigrated::Unknown),
            (None, Some(5), Unmigrated::Unknown),
        ] {
            assert_eq!(Unmigrated::of(old, new), expected);
            assert_eq!(expected.warning().is_none(), expected == Unmigrated::None);
        }
    }
}
