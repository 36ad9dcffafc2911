//! One file a kind of resource: how it is found, made, changed and deleted, and what
//! has to be waited for. Finding only reads; "not there" is `None`, and deleting what
//! is gone succeeds.

pub mod function;
pub mod log_group;
pub mod policy;
pub mod role;
pub mod user_pool;
pub mod user_pool_client;

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::error::CallError;
use crate::lossless::{self, Object};
use crate::undo::Tags;

/// What is not there was not found; every other error stays one.
fn found<T>(answer: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is there already, and equal, was made: by an answer that was lost on its way,
/// or by another run.
async fn made<T>(
    answer: Result<T, CallError>,
    stands: impl Future<Output = Result<bool, CallError>>,
) -> Result<(), CallError> {
    match answer {
        Err(error) if error.is_already_there() => {
            if stands.await? {
                Ok(())
            } else {
                Err(error)
            }
        }
        answer => answer.map(|_| ()),
    }
}

/// Whether every one of `wanted` is among `stands`.
fn has_tags(stands: &Tags, wanted: &Tags) -> bool {
    wanted
        .iter()
        .all(|(key, value)| stands.get(key) == Some(value))
}

/// Where what stands is not what was sent. A read may be older than the write before
/// it, so that it is given some seconds.
async fn mismatches(
    sent: &Object,
    stands: impl AsyncFn() -> Result<Object, CallError>,
) -> Result<Vec<String>, CallError> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let paths = lossless::mismatches(sent, &stands().await?);
        if paths.is_empty() || Instant::now() > deadline {
            return Ok(paths);
        }
        sleep(Duration::from_millis(500)).await;
    }
}

/// What is gone was deleted.
fn gone<T>(answer: Result<T, CallError>) -> Result<(), CallError> {
    found(answer).map(|_| ())
}
