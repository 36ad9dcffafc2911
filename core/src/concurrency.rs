//! The quota of concurrent executions of Lambda functions. New accounts have lower quotas.

use crate::identity::Side;
use crate::problem::{Problem, Severity};

/// The default limit of an account. AWS sets lower ones for new accounts.
const DEFAULT: i32 = 1000;
/// A limit of the function that is low, although the account's isn't. Others often reserve some.
const SMALL: i32 = 100;

/// The limits of concurrent executions of an account in a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concurrency {
    /// For all functions.
    pub total: i32,
    /// For the functions without reserved concurrency, which share it.
    pub unreserved: i32,
}

impl Concurrency {
    /// A warning if the limit of the function is low. `reserved` is its reserved concurrency.
    #[must_use]
    pub fn warning(self, reserved: Option<i32>) -> Option<Problem> {
        let (limit, shared) = match reserved {
            Some(reserved) => (reserved, "reserved for the function"),
            None => (
                self.unreserved.min(self.total),
                "shared by all its functions without reserved concurrency",
            ),
        };
        if self.total >= DEFAULT && limit >= SMALL {
            return None;
        }
        let summary = format!(
            "the quota of concurrent executions of the new account in this Region is {}, of which {limit} are {shared}. A sign-in of a user who hasn't been migrated uses one concurrent execution until the old pool responds, up to 5 seconds. Sign-ins above the limit fail",
            self.total
        );
        let warning = Problem::new("low-concurrency", Severity::Warning, summary);
        let warning = warning.fix(
            "request a higher quota for Lambda's concurrent executions in Service Quotas (L-B99A9384)",
        );
        Some(match reserved {
            Some(_) => warning.fix("raise the reserved concurrency of the function"),
            None => warning.fix("let users sign in gradually until the quota is raised"),
        })
    }
}

/// The note that the limits couldn't be read, and why. `grant` is the action to grant, if a
/// permission is missing.
#[must_use]
pub fn unread(why: &str, grant: Option<&str>) -> Problem {
    let summary =
        format!("can't check the quota of concurrent executions of the new account: {why}");
    let note = Problem::new("concurrency-unknown", Severity::Info, summary);
    match grant {
        Some(action) => note.fix(Side::New.grant(action)),
        None => note.fix("run `cogmig plan` to check it again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_below_the_default_is_a_warning_with_its_number() {
        for (total, unreserved, reserved, number) in [
            (10, 10, None, Some("10 are shared")),
            (50, 50, None, Some("50 are shared")),
            (1000, 1000, None, None),
            (3000, 2900, None, None),
            (1000, 20, None, Some("20 are shared")),
            (1000, 995, Some(5), Some("5 are reserved")),
            (3000, 2000, Some(1000), None),
        ] {
            let limits = Concurrency { total, unreserved };
            let warning = limits.warning(reserved);
            assert_eq!(
                warning.is_some(),
                number.is_some(),
                "{limits:?} {reserved:?}"
            );
            if let (Some(warning), Some(number)) = (warning, number) {
                assert!(warning.summary.contains(number), "{}", warning.summary);
                assert!(warning.summary.contains(&format!(" is {total}, ")));
            }
        }
    }
}
