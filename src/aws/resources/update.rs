//! Changes one setting of a user pool or an app client, and checks that no other setting changed.

use std::collections::VecDeque;

use anyhow::{Error, Result};
use cogmig_core::call::CallError;
use cogmig_core::cognito::lossless::{Lost, Members, Object};
use cogmig_core::problem::{Cause, Problem};

use crate::aws::account::Account;
use crate::aws::retry::{self, BUSY, UNANSWERED, UPDATE, VISIBILITY};

/// The change of a setting.
pub enum Edit {
    /// No change is necessary.
    Nothing,
    /// The setting was changed after it was read, to this value.
    ChangedByOthers(String),
    /// Update the resource to this description.
    To(Object),
}

/// The result of changing a setting of a user pool or an app client.
pub enum Updated {
    /// It no longer exists.
    NotFound,
    /// The setting was changed by others, to this value.
    ChangedByOthers(String),
    /// No change was necessary.
    Unchanged,
    /// An update to this description succeeded.
    Sent(Object),
}

/// The setting to change, and its resource.
pub struct Setting {
    /// For messages.
    pub what: &'static str,
    /// The members of the resource.
    pub members: Members,
}

/// Changes one setting of the resource that `describe` reads. `edit` changes its description, and
/// `write` sends the request for it.
///
/// Each attempt reads the resource again, because an earlier request would revert changes that
/// others made since. The SDK can only send the same request again, so its retries must be
/// disabled.
pub async fn update(
    account: &Account,
    setting: &Setting,
    describe: impl AsyncFn() -> std::result::Result<Option<Object>, CallError>,
    mut edit: impl FnMut(&Object) -> Edit,
    write: impl AsyncFn(&Object) -> std::result::Result<(), CallError>,
) -> std::result::Result<Updated, CallError> {
    let waits_for = format!("Cognito to update {}", setting.what);
    let mut sent = None;
    let early = retry::retry_until(account, &waits_for, UPDATE, async || {
        let Some(described) = describe().await? else {
            return Ok(Some(Updated::NotFound));
        };
        match edit(&described) {
            Edit::ChangedByOthers(value) => return Ok(Some(Updated::ChangedByOthers(value))),
            // A request of an earlier attempt, whose response was lost, is still compared.
            Edit::Nothing => {}
            Edit::To(expected) => {
                let answer = send(&setting.members, &expected, &write).await;
                // Without a response, the request may still have succeeded.
                if answer
                    .as_ref()
                    .map_or_else(|error| error.unanswered, |()| true)
                {
                    sent = Some(expected);
                }
                answer?;
            }
        }
        Ok(None)
    })
    .await;
    let early = match (early, &sent) {
        (Err(error), Some(_)) => {
            // There is no response, or the run was interrupted. If the request succeeded, the
            // resource must still be compared.
            let succeeded = retry::until_visible(account, &waits_for, async || {
                let described = describe().await?;
                let is_updated = |pool: &Object| matches!(edit(pool), Edit::Nothing);
                Ok(described.as_ref().is_some_and(is_updated).then_some(()))
            });
            succeeded.await.ok().flatten().ok_or(error).map(|()| None)?
        }
        (early, _) => early?,
    };
    Ok(match (early, sent) {
        (Some(early), _) => early,
        (None, None) => Updated::Unchanged,
        (None, Some(sent)) => Updated::Sent(sent),
    })
}

/// Sends the request. If a setting isn't part of the pool's feature plan, it's sent again without the
/// settings that Cognito keeps without a value. A rejected request changes nothing.
async fn send(
    members: &Members,
    expected: &Object,
    write: impl AsyncFn(&Object) -> std::result::Result<(), CallError>,
) -> std::result::Result<(), CallError> {
    let request = members.request(expected);
    let is_unavailable = |error: &CallError| error.is("FeatureUnavailableInTierException");
    let first = match write(&request).await {
        Err(error) if is_unavailable(&error) => error,
        answer => return answer,
    };
    let named = members.without_named(&request, &first.message);
    let smaller = named.unwrap_or_else(|| members.without_each(&request));
    let mut requests = VecDeque::from(smaller);
    while let Some(request) = requests.pop_front() {
        match write(&request).await {
            Err(error) if is_unavailable(&error) => {
                let named = members.without_named(&request, &error.message);
                requests.extend(named.unwrap_or_default());
            }
            answer => return answer,
        }
    }
    Err(first)
}

/// Compares the resource with the description that the update has to result in. Apart from the
/// changed setting, no setting may have changed. `None` if the resource no longer exists.
///
/// A read may return a state from before the write. An interruption doesn't end this: each request
/// is compared.
pub async fn compare(
    account: &Account,
    setting: &Setting,
    expected: &Object,
    describe: impl AsyncFn() -> std::result::Result<Option<Object>, CallError>,
) -> std::result::Result<Option<Vec<Lost>>, CallError> {
    let waits_for = format!("Cognito to return {}", setting.what);
    let mut backoff = retry::Backoff::within(VISIBILITY);
    loop {
        let read = retry::uninterruptible(account, &waits_for, &[BUSY, UNANSWERED], &describe);
        let Some(existing) = read.await? else {
            return Ok(None);
        };
        let lost = setting.members.lost(expected, &existing);
        let report = |since| account.waiting(&waits_for, since);
        if lost.is_empty() || !backoff.next(report).await {
            return Ok(Some(lost));
        }
    }
}

/// The expected description, if an update was sent.
///
/// # Errors
/// The resource no longer exists, or others changed the setting in the meantime.
pub fn sent(account: &Account, what: &str, updated: Updated) -> Result<Option<Object>> {
    match updated {
        Updated::Unchanged => Ok(None),
        Updated::Sent(sent) => Ok(Some(sent)),
        Updated::NotFound => Err(deleted(account, what)),
        Updated::ChangedByOthers(value) => Err(Problem::error(
            "changed-meanwhile",
            format!(
                "{what} in the {} was changed by others during this run: its UserMigration trigger is {value}",
                account.identity.place()
            ),
        )
        .fix("run the same command again to create a new plan")
        .into()),
    }
}

/// Fails if other settings changed, and reports each with its previous value. Only the changed one
/// may differ from what was read before.
///
/// # Errors
/// Other settings changed, or the resource no longer exists.
pub fn fail_if_lost(account: &Account, what: &str, lost: Option<Vec<Lost>>) -> Result<()> {
    let lost = lost.ok_or_else(|| deleted(account, what))?;
    if lost.is_empty() {
        return Ok(());
    }
    let summary = format!(
        "other settings of {what} in the {} differ from their values before this change:",
        account.identity.place()
    );
    let details = lost.iter().map(|one| Cause::Detail(one.to_string()));
    let problem = details.fold(Problem::error("settings-lost", summary), Problem::because);
    Err(problem
        .fix("restore these settings: cogmig didn't change them in its request")
        .into())
}

fn deleted(account: &Account, what: &str) -> Error {
    let deleted = format!(
        "{what} in the {} was deleted during this run",
        account.identity.place()
    );
    Problem::error("deleted-meanwhile", deleted)
        .fix("run the same command again")
        .into()
}
