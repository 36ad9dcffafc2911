//! One file a kind of resource: how it is found, made, changed and deleted, and what
//! has to be waited for. Finding only reads; "not there" is `None`, and deleting what
//! is gone succeeds.

pub mod function;
pub mod log_group;
pub mod policy;
pub mod role;
pub mod user_pool;
pub mod user_pool_client;

use crate::aws::account::Account;
use crate::aws::retry::{self, BUSY, SIGHT, UNANSWERED};
use cogmig_core::call::CallError;
use cogmig_core::cognito::lossless::{self, Lost, Object};
use cogmig_core::resource::Tags;

/// What is not there was not found; every other error stays one.
fn found<T>(answer: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is there already, and equal, was made: by a call whose answer was lost on its
/// way, or by another run. `stands` tells whether it is equal, once it is to be seen.
async fn made<T>(
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
fn has_tags(stands: &Tags, wanted: &Tags) -> bool {
    wanted
        .iter()
        .all(|(key, value)| stands.get(key) == Some(value))
}

/// What is to be done to a setting.
enum Edit {
    /// It is as it should be.
    Nothing,
    /// Somebody else has set it since it was read: to this.
    Taken(String),
    /// This request.
    Send(Object),
}

/// What came of changing one thing of a pool or an app client.
pub enum Updated {
    /// It is not there any more.
    Gone,
    /// Somebody else has set that one thing to this.
    Taken(String),
    /// It was as it should be.
    Unchanged,
    /// This was sent, and taken.
    Sent(Object),
}

/// Changes one thing of what `describe` finds, as `edit` says; `write` sends it.
///
/// Each attempt describes anew: the request of an earlier one would take back what
/// somebody else has set since. So the SDK, which can only resend, must not retry.
async fn update(
    account: &Account,
    what: &str,
    describe: impl AsyncFn() -> Result<Option<Object>, CallError>,
    mut edit: impl FnMut(&Object) -> Edit,
    write: impl AsyncFn(&Object) -> Result<(), CallError>,
) -> Result<Updated, CallError> {
    let waits_for = format!("Cognito to take {what}");
    let mut sent = None;
    let early = retry::until_settled(account, &waits_for, &[BUSY, UNANSWERED], async || {
        let Some(described) = describe().await? else {
            return Ok(Some(Updated::Gone));
        };
        match edit(&described) {
            Edit::Taken(by) => return Ok(Some(Updated::Taken(by))),
            // What was sent before is still to be compared: its answer was lost.
            Edit::Nothing => {}
            Edit::Send(update) => {
                let answer = write(&update).await;
                // Without an answer it may have been taken all the same.
                if answer
                    .as_ref()
                    .map_or_else(|error| error.unanswered, |()| true)
                {
                    sent = Some(update);
                }
                answer?;
            }
        }
        Ok(None)
    })
    .await;
    let early = match (early, &sent) {
        (Err(error), Some(_)) => {
            // Nobody answers any more, or nobody waits: whether it was taken is to be seen,
            // since what was taken has to be compared.
            let taken = retry::until_seen(account, &waits_for, async || {
                let described = describe().await?;
                let is_taken = |pool: &Object| matches!(edit(pool), Edit::Nothing);
                Ok(described.as_ref().is_some_and(is_taken).then_some(()))
            });
            taken.await.ok().flatten().ok_or(error).map(|()| None)?
        }
        (early, _) => early?,
    };
    Ok(match (early, sent) {
        (Some(early), _) => early,
        (None, None) => Updated::Unchanged,
        (None, Some(sent)) => Updated::Sent(sent),
    })
}

/// Compares what stands with what was sent: but for the one thing, nothing may have
/// changed. `None` where it is gone.
///
/// A read may be older than the write before it. No wish to stop ends this: what was sent
/// is always compared.
async fn compare(
    account: &Account,
    what: &str,
    sent: &Object,
    describe: impl AsyncFn() -> Result<Option<Object>, CallError>,
    as_update: impl Fn(&Object) -> Object,
) -> Result<Option<Vec<Lost>>, CallError> {
    let shows = format!("Cognito to show {what}");
    let mut pauses = retry::Pauses::within(SIGHT);
    loop {
        let read = retry::to_the_end(account, &shows, &[BUSY, UNANSWERED], &describe);
        let Some(stands) = read.await? else {
            return Ok(None);
        };
        let lost = lossless::lost(sent, &as_update(&stands));
        if lost.is_empty() || !pauses.next(|since| account.waiting(&shows, since)).await {
            return Ok(Some(lost));
        }
    }
}

/// What is gone was deleted.
fn gone<T>(answer: Result<T, CallError>) -> Result<(), CallError> {
    found(answer).map(|_| ())
}
