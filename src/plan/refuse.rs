//! What setup refuses to touch.

use anyhow::{Result, bail};

use crate::desired::Desired;
use crate::undo::{self, Tags};

/// The undo record would not fit.
pub(super) fn unfit(tags: &Tags) -> Result<()> {
    match undo::refusal(tags) {
        Some(why) => bail!(why),
        None => Ok(()),
    }
}

/// Bytes of JSON that Lambda takes for a function's environment.
const MOST_ENVIRONMENT: usize = 4096;

/// Lambda would refuse the environment, when half of the rest stands already.
pub(super) fn too_large(environment: &Tags) -> Result<()> {
    let size = serde_json::json!(environment).to_string().len();
    if size > MOST_ENVIRONMENT {
        bail!(
            "what the function has to know takes {size} bytes, and Lambda allows {MOST_ENVIRONMENT}: most of it are names of attributes
  try  --drop-attribute for those that nobody needs"
        );
    }
    Ok(())
}

/// A thing of our name without our tag is somebody else's.
pub(super) fn foreign(kind: &str, name: &str, tags: &Tags, desired: &Desired) -> Result<()> {
    if !desired.names.own(tags) {
        bail!(
            "the {kind} {name} is there already and is not of this deployment: it has no tag {} = {}\n  try  --suffix for other names, or delete it if nobody needs it",
            undo::DEPLOYMENT,
            desired.names.deployment
        );
    }
    Ok(())
}

/// A deployment serves one pair of pools. Pointing it at another would lock out the
/// users who are on their way between the first two.
pub(super) fn other(name: &str, stands: &Tags, wanted: &Tags) -> Result<()> {
    for (key, what) in [(undo::POOL, "user pool"), (undo::PEER, "other account")] {
        if let (Some(stands), Some(wanted)) = (stands.get(key), wanted.get(key))
            && stands != wanted
        {
            bail!(
                "the deployment of the role {name} serves the {what} {stands}, not {wanted}\n  try  --suffix for a second migration beside it, or `cogmig teardown` first"
            );
        }
    }
    Ok(())
}
