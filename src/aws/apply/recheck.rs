//! What is seen after a step, and how it is taken back where it is not.

use anyhow::{Error, Result};
use cogmig_core::call;
use cogmig_core::plan::{Compensation, Guard, Recheck, Seen, Step};
use cogmig_core::problem::Problem;
use cogmig_core::resource::{Call, ClientCall, PoolCall};

use super::guard::holds;
use crate::aws::account::Account;
use crate::aws::resources::{Made, function, role, user_pool, user_pool_client};

/// The id of the problem that what was written has lost its record.
const UNRECORDED: &str = "record-deleted";

/// Who may have taken away what is missing.
const AGAIN: &str = "the same command again, and see who tears down at the same time";

/// Whether it says that what was written has lost its record.
pub fn is_unrecorded(error: &Error) -> bool {
    let problem = error.downcast_ref::<Problem>();
    problem.is_some_and(|problem| problem.id == UNRECORDED)
}

/// Looks for what has to be seen after a step, and takes the step back where it is not.
///
/// # Errors
/// It was taken back, or could not be; or it could not be looked for.
pub async fn after(account: &Account, step: &Step, made: &Made) -> Result<()> {
    let Some(Recheck { seen, compensation }) = &step.recheck else {
        return Ok(());
    };
    let stands = match seen {
        Expected::Tag { role, key } => role::bears(account, role, key).await?,
        Expected::Function { name } => function::exists(account, name).await?,
    };
    if stands {
        return Ok(());
    }
    take_back(account, step, (seen, compensation), made).await
}

/// Takes a trigger back because what it needs did not last: it would keep the users out that it
/// cannot answer for.
///
/// # Errors
/// That it was put back, or that it could not be.
pub async fn without_need(account: &Account, step: &Step) -> Result<()> {
    match &step.recheck {
        Some(Recheck {
            compensation: Compensation::RestoreTrigger { before },
            ..
        }) => {
            let why = "what a sign-in needs was taken away while this ran";
            restore_trigger(account, step, before.as_deref(), why).await
        }
        _ => Ok(()),
    }
}

async fn take_back(
    account: &Account,
    step: &Step,
    (seen, compensation): (&Seen, &Compensation),
    made: &Made,
) -> Result<()> {
    let (name, place) = (&step.on.name, account.identity.place());
    match (compensation, made, seen, &step.call) {
        (
            Compensation::RemoveFlow,
            Made::Flow(added),
            Expected::Tag { role, key },
            Call::Client(ClientCall::AddFlow { pool, .. }),
        ) => {
            let lost = |what| {
                let summary = format!(
                    "the record of the app client {name} on the role {role} in the {place} was deleted while this ran: its flow {what}"
                );
                Problem::error(UNRECORDED, summary).fix(AGAIN)
            };
            let alone = Guard::RecordedHereAlone {
                role: role.clone(),
                key: key.clone(),
            };
            let removed = async {
                if holds(account, &alone).await? {
                    user_pool_client::remove_flow(account, pool, name, added).await?;
                }
                Ok(())
            };
            Err(match removed.await {
                Ok(()) => lost("is taken away again").into(),
                Err(error) => lost("could not be taken away again")
                    .caused_by(call::problem(Error::chain(&error)))
                    .into(),
            })
        }
        (
            Compensation::DeleteClient,
            Made::Client(id),
            Expected::Tag { role, .. },
            Call::Client(ClientCall::Create { pool }),
        ) => {
            user_pool_client::delete_own(account, pool, name, Some(id)).await?;
            let summary = format!(
                "the record of the app client {name} on the role {role} in the {place} was deleted while this ran: it is deleted again"
            );
            Err(Problem::error("client-record-deleted", summary)
                .fix(AGAIN)
                .into())
        }
        (Compensation::RestoreTrigger { before }, _, Expected::Function { name }, _) => {
            let why = format!("the function {name} was deleted while this ran");
            restore_trigger(account, step, before.as_deref(), &why).await
        }
        // A plan pairs no others.
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
        "{why}, in the {}: the trigger of the user pool {pool} is put back",
        account.identity.place()
    );
    Err(Problem::error("trigger-restored", summary)
        .fix(AGAIN)
        .into())
}
