//! What has to hold when a step begins: between plan and apply others may have changed it.

use anyhow::{Error, Result};
use cogmig_core::names::Names;
use cogmig_core::plan::Guard;
use cogmig_core::problem::Problem;
use cogmig_core::record;
use cogmig_core::resource::Address;

use crate::aws::account::Account;
use crate::aws::resources::{self, role};

/// Whether a step is to be taken.
///
/// # Errors
/// It must not be.
pub async fn holds(account: &Account, guard: &Guard) -> Result<bool> {
    match guard {
        Guard::Managed {
            address,
            deployment,
        } => {
            let tags = resources::tags(account, address).await?;
            let owner = tags.as_ref().map(|tags| tags.get(record::DEPLOYMENT));
            match owner {
                Some(owner) if owner != Some(deployment) => Err(no_longer(account, address)),
                _ => Ok(true),
            }
        }
        Guard::RecordedHereAlone { role, key } => {
            let names = Names::new(None);
            let base = names.record_role(account.identity.side);
            let others = role::others(account, base, role).await?;
            Ok(!others.iter().any(|tags| tags.contains_key(key)))
        }
    }
}

fn no_longer(account: &Account, Address { kind, name, .. }: &Address) -> Error {
    Problem::error(
        "tag-lost",
        format!(
            "the {} {name} in the {} lost its tag {} while this ran: it is somebody else's, and stays",
            kind.as_str(),
            account.identity.place(),
            record::DEPLOYMENT
        ),
    )
    .fix("the same command again, which takes that into account")
    .into()
}
