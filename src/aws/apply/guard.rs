//! The check before a step, because resources may have changed after the plan was created.

use anyhow::{Error, Result};
use cogmig_core::names::Names;
use cogmig_core::plan::Guard;
use cogmig_core::problem::Problem;
use cogmig_core::record;
use cogmig_core::resource::Address;

use crate::aws::account::Account;
use crate::aws::resources::{self, role};

/// Whether a step must run. `false` means that it's skipped.
///
/// # Errors
/// The resource is no longer managed by the deployment.
pub async fn holds(account: &Account, guard: &Guard) -> Result<bool> {
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
        Guard::RecordedHereAlone { role, key } => is_recorded_here_alone(account, role, key).await,
    }
}

/// Whether no role of another deployment than this one has this key on record.
///
/// # Errors
/// The roles can't be read.
pub async fn is_recorded_here_alone(account: &Account, role: &str, key: &str) -> Result<bool> {
    let names = Names::new(None);
    let base = names.record_role(account.identity.side);
    let others = role::others(account, base, role).await?;
    Ok(!others.iter().any(|tags| tags.contains_key(key)))
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
