//! What an answer means for a resource: not there is `None`, and deleting what is gone succeeds.

use cogmig_core::call::CallError;
use cogmig_core::record::Tags;

use crate::aws::account::Account;
use crate::aws::retry;

/// What is not there was not found; every other error stays one.
pub fn found<T>(answer: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is there already, and equal, was made: by a call whose answer was lost on its
/// way, or by another run. `stands` tells whether it is equal, once it is to be seen.
pub async fn made<T>(
    answer: Result<T, CallError>,
    account: &Account,
    stands: impl AsyncFnMut() -> Result<Option<bool>, CallError>,
) -> Result<(), CallError> {
    let error = match answer {
        Err(error) if error.is_already_there() => error,
        answer => return answer.map(|_| ()),
    };
    // What is there need not show at once.
    let seen = retry::until_seen(account, "AWS to show what it has", stands).await?;
    if seen == Some(true) {
        Ok(())
    } else {
        Err(error)
    }
}

/// Whether every one of `wanted` is among `stands`.
pub fn has_tags(stands: &Tags, wanted: &Tags) -> bool {
    wanted
        .iter()
        .all(|(key, value)| stands.get(key) == Some(value))
}

/// What is gone was deleted.
pub fn gone<T>(answer: Result<T, CallError>) -> Result<(), CallError> {
    found(answer).map(|_| ())
}
