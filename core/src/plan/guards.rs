//! What setup and teardown refuse, before anything is written.

use rules::env;

use super::change::Plan;
use crate::desired::Desired;
use crate::identity::Identity;
use crate::names::Names;
use crate::observed::{Function, NewSide, OldSide, Role};
use crate::problem::{Problem, Result, Severity};
use crate::record::{self, Tags};
use crate::reference::Listed;
use crate::resource::{Address, Kind};

/// The undo record would not fit.
pub(super) fn unfit(tags: &Tags) -> Result<()> {
    match record::refusal(tags) {
        Some(why) => Err(why),
        None => Ok(()),
    }
}

/// Bytes of JSON that Lambda takes for a function's environment.
const MOST_ENVIRONMENT: usize = 4096;

/// Lambda would refuse the environment, when half of the rest stands already.
pub(super) fn too_large(environment: &Tags) -> Result<()> {
    let size = serde_json::json!(environment).to_string().len();
    if size > MOST_ENVIRONMENT {
        return Err(Problem::error(
                "environment-too-large",
                format!(
                    "what the function has to know takes {size} bytes, and Lambda allows {MOST_ENVIRONMENT}: most of it are names of attributes"
                ),
            )
            .fix("--drop-attribute for those that nobody needs"));
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

    fn is(&self, kind: Kind) -> bool {
        match kind {
            Kind::Policy => self.policy,
            Kind::Role
            | Kind::LogGroup
            | Kind::Function
            | Kind::Permission
            | Kind::AppClient
            | Kind::UserPool => self.roles,
        }
    }
}

/// A resource of our name without our tag is not managed by this deployment; or it lost the tag,
/// and then `--adopt` is required to write it again.
pub(super) fn managed(
    Address { kind, name, .. }: &Address,
    tags: &Tags,
    desired: &Desired,
    recognized: &Recognized,
) -> Result<()> {
    let (kind, deployment) = (*kind, &desired.names.deployment);
    if desired.names.own(tags) {
        return Ok(());
    }
    // The tag of another deployment rules it out.
    let lost = recognized.is(kind) && !tags.contains_key(record::DEPLOYMENT);
    let (tag, kind) = (record::DEPLOYMENT, kind.as_str());
    match (lost, desired.adopt) {
        (true, true) => Ok(()),
        (true, false) => Err(Problem::error(
            "tag-lost",
            format!(
                "the {kind} {name} has lost the tag {tag} = {deployment}, but it belongs to deployment `{deployment}`: the trust policy and the function {} show that sign-ins use it. Don't delete it",
                desired.names.function
            ),
        )
        .fix("`cogmig setup --adopt`, which writes the tags again")),
        (false, _) => Err(Problem::error(
            "not-managed",
            format!(
                "the {kind} {name} already exists and is not managed by this deployment: it has no tag {tag} = {deployment}"
            ),
        )
        .fix("--suffix for other names, or delete it if nothing uses it")),
    }
}

/// Another UserMigration trigger is replaced only where that was asked for, and that of another
/// deployment never.
pub(super) fn replaces_trigger(desired: &Desired, other: &str) -> Result<()> {
    let pool = &desired.new.pool.id;
    if Names::function_of_any(&desired.new.identity, other).is_some() {
        let served =
            format!("the user pool {pool} is served by another deployment already: {other}");
        return Err(Problem::error("pool-served", served)
            .fix("`cogmig teardown` of that one first; a pool has one UserMigration trigger"));
    }
    if desired.replace_trigger {
        return Ok(());
    }
    let exists = format!("the user pool {pool} has a UserMigration trigger already: {other}");
    Err(Problem::error("trigger-exists", exists)
        .fix("--replace-trigger to take its place; teardown puts it back"))
}

/// An app client of our name is there, and no record says that it is ours.
pub(super) fn unrecorded_client(name: &str, id: &str) -> Problem {
    Problem::error(
        "client-not-managed",
        format!(
            "the old user pool has an app client {name} already, {id}, and no record tells that it is of this deployment"
        ),
    )
    .fix("--suffix for another name, or delete it if nothing uses it")
}

/// A deployment serves one pair of pools. Pointing it at another would lock out the
/// users who are on their way between the first two.
pub(super) fn same_migration(name: &str, stands: &Tags, wanted: &Tags) -> Result<()> {
    for (key, what) in [(record::POOL, "user pool"), (record::PEER, "other account")] {
        if let (Some(stands), Some(wanted)) = (stands.get(key), wanted.get(key))
            && stands != wanted
        {
            return Err(Problem::error(
                "deployment-mismatch",
                format!(
                    "the deployment of the role {name} serves the {what} {stands}, not {wanted}"
                ),
            )
            .fix("--suffix for a second migration beside it, or `cogmig teardown` first"));
        }
    }
    Ok(())
}

/// The two accounts are in one partition: no role can be assumed from one to another.
///
/// # Errors
/// They are in two.
pub fn partitions(old: &Identity, new: &Identity) -> Result<()> {
    let (from, to) = (&old.partition, &new.partition);
    if from == to {
        return Ok(());
    }
    Err(Problem::error(
        "partition-mismatch",
        format!(
            "the old account is in the partition {from} and the new one in {to}: no role can be assumed from one to the other, so that the Lambda could not ask the old pool"
        ),
    ))
}

/// The two pools are two.
///
/// # Errors
/// They are one.
pub fn two_pools(
    (old, old_pool): (&Identity, &Listed),
    (new, new_pool): (&Identity, &Listed),
) -> Result<()> {
    if old_pool.id != new_pool.id || old.id != new.id {
        return Ok(());
    }
    Err(Problem::error(
        "same-pool",
        format!(
            "both sides are the user pool {} of account {}",
            old_pool.id, old.id
        ),
    )
    .fix("--new-profile, --new-region or --new-pool"))
}

/// The old pool asks its own trigger about a name that it does not know. Where that one moves users
/// the other way, each pool would ask the other for ever. `peer` is the account that the trigger's
/// deployment migrates from.
///
/// # Errors
/// It is the new account.
pub fn no_loop(
    pool: &Listed,
    trigger: Option<&str>,
    peer: Option<&str>,
    new: &Identity,
) -> Result<()> {
    if peer != Some(&new.id) {
        return Ok(());
    }
    Err(Problem::error(
        "migration-loop",
        format!(
            "users move the other way already, into the user pool {} by {}",
            pool.id,
            trigger
                .and_then(|arn| arn.rsplit(':').next())
                .unwrap_or_default()
        ),
    )
    .fix("the profiles the other way round, or `cogmig teardown` of that migration first"))
}

/// Both roles still have their tags: one that lost them would be left behind by teardown, and
/// without its function nothing would recognize it any more.
///
/// # Errors
/// One lost them, and the function uses it.
pub fn tags_are_kept(
    names: &Names,
    (old, old_role): (&Identity, Option<&Role>),
    (new, new_role): (&Identity, Option<&Role>),
    function: Option<&Function>,
) -> Result<()> {
    let Some((function, access)) = function.zip(old_role) else {
        return Ok(());
    };
    let roles = [
        (old, old_role, &names.access_role),
        (new, new_role, &names.lambda_role),
    ];
    let lost = roles
        .iter()
        .find(|(_, role, _)| role.is_some_and(|role| !role.tags.contains_key(record::DEPLOYMENT)));
    let arns = (names.access_role_arn(old), names.lambda_role_arn(new));
    match lost {
        Some((identity, _, name)) if function.uses(&arns.0, &arns.1, &access.trust) => {
            Err(Problem::error(
                "tag-lost",
                format!(
                    "the role {name} in the {} has lost the tag {}, but the function {} uses it: without the tag, teardown would leave it behind",
                    identity.place(),
                    record::DEPLOYMENT,
                    names.function
                ),
            )
            .fix("`cogmig setup --adopt` first, which writes the tags again"))
        }
        _ => Ok(()),
    }
}

/// The pool that role and policy of the new side agree on.
///
/// # Errors
/// They name two.
pub fn one_pool(
    names: &Names,
    new: &Identity,
    by_role: Option<String>,
    by_policy: Option<String>,
) -> Result<Option<String>> {
    match (by_role, by_policy) {
        (Some(role), Some(policy)) if role != policy => Err(Problem::error(
            "tags-contradict",
            format!(
                "in the {} the role {} is tagged for the user pool {role}, and the policy {} for {policy}",
                new.place(),
                names.lambda_role,
                names.lambda_policy
            ),
        )
        .fix(format!("to mend their tags {}", record::POOL))),
        (by_role, by_policy) => Ok(by_role.or(by_policy)),
    }
}

/// The role of the other side, which has these tags, is not of this deployment: "nothing exists"
/// would be wrong of a migration that exists the other way round.
///
/// # Errors
/// It is.
pub fn not_swapped(
    names: &Names,
    identity: &Identity,
    role: &str,
    tags: Option<&Tags>,
) -> Result<()> {
    if !tags.is_some_and(|tags| names.own(tags)) {
        return Ok(());
    }
    Err(Problem::error(
        "profiles-swapped",
        format!(
            "nothing of the {} side stands in the {}, but the role {role} of the other side does",
            identity.side.as_str(),
            identity.place()
        ),
    )
    .fix("the profiles the other way round"))
}

/// Fails if a plan has warnings of this severity or of a higher one.
///
/// # Errors
/// It has.
pub fn warnings_are_below(plan: &Plan, limit: Severity) -> Result<()> {
    let warnings = plan.warnings.iter();
    let ids: Vec<_> = warnings
        .filter(|warning| warning.severity >= limit)
        .map(|warning| warning.id)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let (limit, s) = (limit.as_str(), if ids.len() == 1 { "" } else { "s" });
    let summary = format!(
        "the plan has {} warning{s} of severity {limit} or higher: {}",
        ids.len(),
        ids.join(", ")
    );
    let problem = Problem::error("fail-on", summary);
    Err(problem.fix(format!(
        "fix the cause of each warning, or omit --fail-on {limit}"
    )))
}
