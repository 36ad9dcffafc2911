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

use crate::account::Account;
use crate::error::CallError;
use crate::lossless::{self, Object};
use crate::retry::{self, BUSY};
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

/// Changes one thing of what `describe` finds: `edit` makes the request (`None`: leave
/// it), `write` sends it. Answers the paths of settings that are then not what was sent;
/// `None` where the thing is gone.
///
/// Each attempt describes anew: the request of an earlier one would take back what
/// somebody else has set since. So the SDK, which can only resend, must not retry.
async fn update(
    account: &Account,
    what: &str,
    describe: impl AsyncFn() -> Result<Option<Object>, CallError>,
    as_update: impl Fn(&Object) -> Object,
    edit: impl Fn(&Object) -> Option<Object>,
    write: impl AsyncFn(&Object) -> Result<(), CallError>,
) -> Result<Option<Vec<String>>, CallError> {
    let sent = retry::until_settled(account, what, &[BUSY], async || {
        let Some(described) = describe().await? else {
            return Ok(None);
        };
        let Some(update) = edit(&described) else {
            return Ok(Some(as_update(&described)));
        };
        write(&update).await?;
        Ok(Some(update))
    })
    .await?;
    let Some(sent) = sent else {
        return Ok(None);
    };
    // A read may be older than the write before it.
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let stands = as_update(&describe().await?.unwrap_or_default());
        let paths = lossless::mismatches(&sent, &stands);
        if paths.is_empty() || Instant::now() > deadline {
            return Ok(Some(paths));
        }
        sleep(Duration::from_millis(500)).await;
    }
}

/// What is gone was deleted.
fn gone<T>(answer: Result<T, CallError>) -> Result<(), CallError> {
    found(answer).map(|_| ())
}
