//! What setup refuses to touch.

use anyhow::{Result, bail};
use rules::env;

use crate::desired::Desired;
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

/// What shows that a resource without its tag belongs to the deployment.
pub(super) struct Recognized {
    /// The function uses both roles, for these two pools.
    roles: bool,
    /// Its role has the policy of our name.
    policy: bool,
}

impl Recognized {
    /// By the function, the roles and the trust policy.
    pub(super) fn of(desired: &Desired, old: &OldSide, new: &NewSide) -> Self {
        let (Some(access), Some(lambda), Some(function)) = (&old.role, &new.role, &new.function)
        else {
            return Self {
                roles: false,
                policy: false,
            };
        };
        let names = &desired.names;
        let same = |name: &&str| {
            let environment = &function.configuration.environment;
            environment.get(*name) == desired.configuration.environment.get(*name)
        };
        let roles = function.uses(
            &names.access_role_arn(&desired.old.identity),
            &names.lambda_role_arn(&desired.new.identity),
            &access.trust,
        ) && [env::OLD_USER_POOL_ID, env::NEW_USER_POOL_ID]
            .iter()
            .all(same);
        let policy_arn = names.lambda_policy_arn(&desired.new.identity);
        Self {
            roles,
            policy: roles && lambda.attached.contains(&policy_arn),
        }
    }

    fn is(&self, kind: &str) -> bool {
        match kind {
            "policy" => self.policy,
            _ => self.roles,
        }
    }
}

/// A resource of our name without our tag is not managed by this deployment; or it lost the tag,
/// and then `--adopt` is required to write it again.
pub(super) fn foreign(
    kind: &str,
    name: &str,
    tags: &Tags,
    desired: &Desired,
    recognized: &Recognized,
) -> Result<()> {
    let deployment = &desired.names.deployment;
    if desired.names.own(tags) {
        return Ok(());
    }
    // The tag of another deployment rules it out.
    let lost = recognized.is(kind) && !tags.contains_key(undo::DEPLOYMENT);
    match (lost, desired.adopt) {
        (true, true) => Ok(()),
        (true, false) => bail!(
            "the {kind} {name} has lost the tag {} = {deployment}, but it belongs to deployment `{deployment}`: the trust policy and the function {} show that sign-ins use it. Don't delete it\n  try  `cogmig setup --adopt`, which writes the tags again",
            undo::DEPLOYMENT,
            desired.names.function
        ),
        (false, _) => bail!(
            "the {kind} {name} already exists and is not managed by this deployment: it has no tag {} = {deployment}\n  try  --suffix for other names, or delete it if nothing uses it",
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
