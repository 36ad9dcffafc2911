//! Changing one thing of a pool or an app client, and seeing that nothing else has changed.

use anyhow::{Error, Result};
use cogmig_core::call::CallError;
use cogmig_core::cognito::lossless::{self, Lost, Object};
use cogmig_core::problem::{Cause, Problem};

use crate::aws::account::Account;
use crate::aws::retry::{self, BUSY, SIGHT, UNANSWERED};

/// What is to be done to a setting.
pub enum Edit {
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
pub async fn update(
    account: &Account,
    what: &str,
    describe: impl AsyncFn() -> std::result::Result<Option<Object>, CallError>,
    mut edit: impl FnMut(&Object) -> Edit,
    write: impl AsyncFn(&Object) -> std::result::Result<(), CallError>,
) -> std::result::Result<Updated, CallError> {
    let waits_for = format!("Cognito to take {what}");
    let mut sent = None;
    let early = retry::retry_until(account, &waits_for, &[BUSY, UNANSWERED], async || {
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
pub async fn compare(
    account: &Account,
    what: &str,
    sent: &Object,
    describe: impl AsyncFn() -> std::result::Result<Option<Object>, CallError>,
    as_update: impl Fn(&Object) -> Object,
) -> std::result::Result<Option<Vec<Lost>>, CallError> {
    let shows = format!("Cognito to show {what}");
    let mut pauses = retry::Pauses::within(SIGHT);
    loop {
        let read = retry::uninterruptible(account, &shows, &[BUSY, UNANSWERED], &describe);
        let Some(stands) = read.await? else {
            return Ok(None);
        };
        let lost = lossless::lost(sent, &as_update(&stands));
        if lost.is_empty() || !pauses.next(|since| account.waiting(&shows, since)).await {
            return Ok(Some(lost));
        }
    }
}

/// What was sent, where something had to be.
///
/// # Errors
/// It is gone, or somebody else has set it meanwhile.
pub fn sent(account: &Account, what: &str, updated: Updated) -> Result<Option<Object>> {
    match updated {
        Updated::Unchanged => Ok(None),
        Updated::Sent(sent) => Ok(Some(sent)),
        Updated::Gone => Err(deleted(account, what)),
        Updated::Taken(by) => Err(Problem::error(
            "changed-meanwhile",
            format!(
                "somebody else set the {what} in the {} while this ran: its UserMigration trigger is {by}",
                account.identity.place()
            ),
        )
        .fix("the same command again, which takes that into account")
        .into()),
    }
}

/// Settings that are not what was sent, which is what was read but for the one change,
/// are the worst that can happen to a pool: said at once, each with what was before.
///
/// # Errors
/// There are such settings, or it is gone.
pub fn refuse_lost(account: &Account, what: &str, lost: Option<Vec<Lost>>) -> Result<()> {
    let lost = lost.ok_or_else(|| deleted(account, what))?;
    if lost.is_empty() {
        return Ok(());
    }
    let summary = format!(
        "settings of the {what} in the {} are not as they were before this change:",
        account.identity.place()
    );
    let details = lost.iter().map(|one| Cause::Detail(one.to_string()));
    let problem = details.fold(Problem::error("settings-lost", summary), Problem::because);
    Err(problem
        .fix("to set them back to what they were: what was sent is what had been read, but for one change")
        .into())
}

fn deleted(account: &Account, what: &str) -> Error {
    let deleted = format!(
        "the {what} in the {} was deleted while this ran",
        account.identity.place()
    );
    Problem::error("deleted-meanwhile", deleted)
        .fix("the same command again")
        .into()
}
