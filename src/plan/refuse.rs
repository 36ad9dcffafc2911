//! What setup refuses to touch.

use anyhow::{Result, bail};

use crate::desired::Desired;
use crate::documents;
use crate::observe::{NewSide, OldSide};
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

/// Whether the deployment is recognized without its tags: the function runs as the Lambda's role
/// and uses the access role, with the ExternalId that only the trust policy there has, for these
/// two pools; and both trust policies are those that setup writes.
pub(super) fn recognizes(desired: &Desired, old: &OldSide, new: &NewSide) -> bool {
    let (Some(access), Some(lambda), Some(function)) = (&old.role, &new.role, &new.function) else {
        return false;
    };
    let wanted = &desired.configuration;
    let uses = |name: &&str| {
        let variable = function.configuration.environment.get(*name);
        variable.is_some() && variable == wanted.environment.get(*name)
    };
    documents::external_id(&access.trust).is_some()
        && documents::same(&access.trust, &desired.access_trust)
        && documents::same(&lambda.trust, &desired.lambda_trust)
        && function.configuration.role_arn == wanted.role_arn
        && [
            "NEW_USER_POOL_ID",
            "OLD_EXTERNAL_ID",
            "OLD_ROLE_ARN",
            "OLD_USER_POOL_ID",
        ]
        .iter()
        .all(uses)
}

/// A resource of our name without our tag is not of this deployment; or it lost the tag, and
/// then its owner's word is needed to write it again.
pub(super) fn foreign(
    kind: &str,
    name: &str,
    tags: &Tags,
    desired: &Desired,
    recognized: bool,
) -> Result<()> {
    let deployment = &desired.names.deployment;
    if desired.names.own(tags) {
        return Ok(());
    }
    // A tag of another deployment is a word against it.
    let lost = recognized && !tags.contains_key(undo::DEPLOYMENT);
    match (lost, desired.adopt) {
        (true, true) => Ok(()),
        (true, false) => bail!(
            "the {kind} {name} has lost the tag {} = {deployment}, but it belongs to deployment `{deployment}`: the trust policies and the function {} show that sign-ins use it. Don't delete it\n  try  `cogmig setup --adopt`, which writes the tags again",
            undo::DEPLOYMENT,
            desired.names.function
        ),
        (false, _) => bail!(
            "the {kind} {name} is there already and is not of this deployment: it has no tag {} = {deployment}\n  try  --suffix for other names, or delete it if nobody needs it",
            undo::DEPLOYMENT
        ),
    }
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
