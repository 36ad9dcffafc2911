//! Trying an operation again while AWS settles: by the error that it gives, never on
//! a timer alone, to a deadline, and told while it lasts.

use std::time::Duration;

use tokio::time::Instant;

use crate::account::Account;
use crate::error::CallError;

/// IAM publishes no bound for its propagation; terraform's provider waits as long.
const DEADLINE: Duration = Duration::from_mins(2);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// An error that passes by itself: its code and a fragment of its message.
pub type Passing = (&'static str, &'static str);

/// What a role, or its rights, not yet known everywhere looks like from elsewhere.
pub const PROPAGATION: &[Passing] = &[
    (
        "InvalidParameterValueException",
        "cannot be assumed by Lambda",
    ),
    (
        "InvalidParameterValueException",
        "does not have permissions",
    ),
    (
        "InvalidParameterValueException",
        "is invalid for CreateGrant",
    ),
    ("MalformedPolicyDocument", "Invalid principal in policy"),
    ("NoSuchEntity", ""),
];

/// Two writers at once, or a change that is still being carried out.
pub const BUSY: &[Passing] = &[
    ("ConcurrentModification", ""),
    ("ConcurrentModificationException", ""),
    ("ResourceConflictException", "in progress"),
    ("ResourceConflictException", "state: Pending"),
    ("ResourceConflictException", "concurrent"),
    ("OperationAbortedException", ""),
    ("UserImportInProgressException", ""),
    ("TooManyRequestsException", ""),
    ("ThrottlingException", ""),
    ("InternalErrorException", ""),
    ("ServiceUnavailable", ""),
    ("DeleteConflict", ""),
];

/// Awaits `operation` until it succeeds, fails for good, or two minutes are over.
///
/// # Errors
/// The last error, when it is not among `passing` or the deadline has passed.
pub async fn until_settled<T>(
    account: &Account,
    what: &str,
    passing: &[&[Passing]],
    mut operation: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T, CallError> {
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match operation().await {
            Err(error) if passes(&error, passing) => error,
            settled => return settled,
        };
        if start.elapsed() + pause > DEADLINE {
            return Err(error);
        }
        account.waiting(what, start.elapsed());
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn passes(error: &CallError, passing: &[&[Passing]]) -> bool {
    passing
        .iter()
        .copied()
        .flatten()
        .any(|(code, fragment)| error.is(code) && error.message.contains(fragment))
}
