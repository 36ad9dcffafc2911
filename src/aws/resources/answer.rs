//! Converts responses: a resource that doesn't exist is `None`, and deleting it succeeds.

use cogmig_core::call::CallError;
use cogmig_core::record::Tags;

use crate::aws::account::Account;
use crate::aws::retry;

/// `None` if the resource doesn't exist. All other errors remain errors.
pub fn optional<T>(answer: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Accepts a resource that already exists with the same settings. It was created by a call whose
/// response was lost, or by another run. `is_equal` compares the settings, once AWS returns them.
pub async fn accept_existing<T>(
    answer: Result<T, CallError>,
    account: &Account,
    is_equal: impl AsyncFnMut() -> Result<Option<bool>, CallError>,
) -> Result<(), CallError> {
    let error = match answer {
        Err(error) if error.is_already_there() => error,
        answer => return answer.map(|_| ()),
    };
    // AWS is eventually consistent.
    let equal = retry::until_visible(account, "AWS to return the resource", is_equal).await?;
    if equal == Some(true) {
        Ok(())
    } else {
        Err(error)
    }
}

/// Whether `existing` includes all tags of `desired`.
pub fn has_tags(existing: &Tags, desired: &Tags) -> bool {
    desired
        .iter()
        .all(|(key, value)| existing.get(key) == Some(value))
}

/// Accepts that the resource doesn't exist, because it's deleted.
pub fn ignore_not_found<T>(answer: Result<T, CallError>) -> Result<(), CallError> {
    optional(answer).map(|_| ())
}
