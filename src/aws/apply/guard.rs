//! The check before a step, because resources may have changed after the plan was created.

use anyhow::{Error, Result};
use cogmig_core::call::CallError;
use cogmig_core::identity::Side;
use cogmig_core::names::Names;
use cogmig_core::plan::Guard;
use cogmig_core::problem::Problem;
use cogmig_core::record::{self, Tags};
use cogmig_core::resource::{Address, Call, RoleCall};
use tokio::sync::Mutex;

use crate::aws::account::Account;
use crate::aws::resources::{self, role};

/// The tags of the roles of other deployments, by side. They're read again before the first step
/// that depends on them, because they may have changed since the plan was created, and once for all
/// these steps, because an account can have many roles. After a record of this deployment is
/// deleted, they're read again.
#[derive(Default)]
pub struct Others {
    old: Mutex<Option<Vec<Tags>>>,
    new: Mutex<Option<Vec<Tags>>>,
}

impl Others {
    fn of(&self, account: &Account) -> &Mutex<Option<Vec<Tags>>> {
        match account.identity.side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }

    /// Whether none of them has this key on record.
    async fn lack(&self, account: &Account, role: &str, key: &str) -> Result<bool> {
        let mut known = self.of(account).lock().await;
        let others = match known.take() {
            Some(others) => others,
            None => others(account, role).await?,
        };
        let lack = !others.iter().any(|tags| tags.contains_key(key));
        *known = Some(others);
        Ok(lack)
    }

    /// Forgets them if this call deletes a record.
    pub async fn forget_after(&self, account: &Account, call: &Call) {
        if let Call::Role(RoleCall::Delete | RoleCall::Untag { .. }) = call {
            *self.of(account).lock().await = None;
        }
    }
}

/// Whether a step must run. `false` means that it's skipped.
///
/// # Errors
/// The resource is no longer managed by the deployment.
pub async fn holds(account: &Account, guard: &Guard, others: &Others) -> Result<bool> {
    match guard {
        // The check passed before the step was started.
        Guard::Connected => Ok(true),
        Guard::Managed {
            address,
            deployment,
        } => {
            let tags = resources::tags(account, address).await?;
            let owner = tags.as_ref().map(|tags| tags.get(record::DEPLOYMENT));
            match owner {
                Some(owner) if owner != Some(deployment) => Err(tag_lost(account, address)),
                _ => Ok(true),
            }
        }
        Guard::RecordedHereAlone { role, key } => others.lack(account, role, key).await,
    }
}

/// Whether no role of another deployment than this one has this key on record.
///
/// # Errors
/// The roles can't be read.
pub async fn is_recorded_here_alone(account: &Account, role: &str, key: &str) -> Result<bool> {
    let others = others(account, role).await?;
    Ok(!others.iter().any(|tags| tags.contains_key(key)))
}

async fn others(account: &Account, role: &str) -> Result<Vec<Tags>, CallError> {
    let names = Names::new(None);
    role::others(account, names.record_role(account.identity.side), role).await
}

fn tag_lost(account: &Account, Address { kind, name, .. }: &Address) -> Error {
    Problem::error(
        "tag-lost",
        format!(
            "{} {name} in the {} lost its tag {} during this run. It's no longer managed by this deployment, so it isn't changed",
            kind.as_str(),
            account.identity.place(),
            record::DEPLOYMENT
        ),
    )
    .fix("run the same command again to create a new plan")
    .into()
}
