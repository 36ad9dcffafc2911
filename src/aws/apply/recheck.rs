//! The check after a step, and the compensation if it fails.

use anyhow::{Error, Result};
use cogmig_core::call;
use cogmig_core::plan::{Compensation, Expected, Recheck, Step};
use cogmig_core::problem::Problem;
use cogmig_core::resource::{Call, ClientCall, PoolCall};

use super::guard::is_recorded_here_alone;
use crate::aws::account::Account;
use crate::aws::resources::{Created, function, role, user_pool, user_pool_client};

/// The id of the problem that the record of a change was deleted.
const UNRECORDED: &str = "record-deleted";

const AGAIN: &str =
    "run the same command again, and make sure that no teardown runs at the same time";

/// Whether the error is that the record of a change was deleted.
pub fn is_unrecorded(error: &Error) -> bool {
    let problem = error.downcast_ref::<Problem>();
    problem.is_some_and(|problem| problem.id == UNRECORDED)
}

/// Checks the expected state after a step, and reverts the step if the check fails.
///
/// # Errors
/// The check failed and the step was reverted or couldn't be reverted, or the state can't be read.
pub async fn after(account: &Account, step: &Step, created: &Created) -> Result<()> {
    let Some(Recheck {
        expected,
        compensation,
    }) = &step.recheck
    else {
        return Ok(());
    };
    let passed = match expected {
        Expected::Tag { role, key } => role::has_tag(account, role, key).await?,
        Expected::Function { name } => function::exists(account, name).await?,
    };
    if passed {
        return Ok(());
    }
    revert(account, step, (expected, compensation), created).await
}

/// Restores the previous trigger, because a step on which the trigger depends was reverted. Users
/// who haven't been migrated couldn't sign in.
///
/// # Errors
/// The trigger was restored, or couldn't be restored.
pub async fn without_dependencies(account: &Account, step: &Step) -> Result<()> {
    match &step.recheck {
        Some(Recheck {
            compensation: Compensation::RestoreTrigger { before },
            ..
        }) => {
            let why = "a setting that sign-ins need was removed during this run";
            restore_trigger(account, step, before.as_deref(), why).await
        }
        _ => Ok(()),
    }
}

async fn revert(
    account: &Account,
    step: &Step,
    (expected, compensation): (&Expected, &Compensation),
    created: &Created,
) -> Result<()> {
    let (name, place) = (&step.on.name, account.identity.place());
    match (compensation, created, expected, &step.call) {
        (
            Compensation::RemoveFlow,
            Created::Flow(added),
            Expected::Tag { role, key },
            Call::Client(ClientCall::AddFlow { pool, .. }),
        ) => {
            let lost = |result| {
                let summary = format!(
                    "the undo record of app client {name} on role {role} in the {place} was deleted during this run. The added authentication flow {result}"
                );
                Problem::error(UNRECORDED, summary).fix(AGAIN)
            };
            let removed = async {
                let is_alone = is_recorded_here_alone(account, role, key).await?;
                if is_alone {
                    user_pool_client::remove_flow(account, pool, name, added).await?;
                }
                Ok(is_alone)
            };
            Err(match removed.await {
                Ok(true) => lost("was removed").into(),
                Ok(false) => lost("was kept, because another deployment uses it").into(),
                Err(error) => lost("couldn't be removed")
                    .caused_by(call::problem(Error::chain(&error)))
                    .into(),
            })
        }
        (
            Compensation::DeleteClient,
            Created::Client(id),
            Expected::Tag { role, .. },
            Call::Client(ClientCall::Create { pool }),
        ) => {
            user_pool_client::delete_own(account, pool, name, Some(id)).await?;
            let summary = format!(
                "the undo record of app client {name} on role {role} in the {place} was deleted during this run. The app client was deleted"
            );
            Err(Problem::error("client-record-deleted", summary)
                .fix(AGAIN)
                .into())
        }
        (Compensation::RestoreTrigger { before }, _, Expected::Function { name }, _) => {
            let why = format!("the function {name} was deleted during this run");
            restore_trigger(account, step, before.as_deref(), &why).await
        }
        // A plan has no other combinations.
        _ => Ok(()),
    }
}

async fn restore_trigger(
    account: &Account,
    step: &Step,
    before: Option<&str>,
    why: &str,
) -> Result<()> {
    let Call::Pool(PoolCall::SetTrigger { to, .. }) = &step.call else {
        return Ok(());
    };
    let pool = &step.on.name;
    if !user_pool::restore_trigger(account, pool, to.as_deref(), before).await? {
        return Ok(());
    }
    let summary = format!(
        "{why}. The change to the UserMigration trigger of user pool {pool} in the {} was reverted",
        account.identity.place()
    );
    Err(Problem::error("trigger-restored", summary)
        .fix(AGAIN)
        .into())
}
