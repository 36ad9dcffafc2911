//! Checks with which setup and teardown fail before they change anything.

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

/// Fails if IAM would reject the tags of the undo record.
pub(super) fn unfit(tags: &Tags) -> Result<()> {
    match record::refusal(tags) {
        Some(why) => Err(why),
        None => Ok(()),
    }
}

/// Lambda's limit for the environment of a function, in bytes of JSON.
const MAX_ENVIRONMENT: usize = 4096;

/// Fails if Lambda would reject the environment. Otherwise setup would fail halfway.
pub(super) fn too_large(environment: &Tags) -> Result<()> {
    let size = serde_json::json!(environment).to_string().len();
    if size > MAX_ENVIRONMENT {
        return Err(Problem::error(
                "environment-too-large",
                format!(
                    "the environment of the function needs {size} bytes, but Lambda allows {MAX_ENVIRONMENT}. The names of the attributes need most of it"
                ),
            )
            .fix("use --drop-attribute for attributes that you don't need"));
    }
    Ok(())
}

/// The evidence that resources without tags belong to the deployment.
pub(super) struct Recognized {
    /// The function uses both roles and both pools.
    roles: bool,
    /// The policy with the expected name is attached to the function's role.
    policy: bool,
}

impl Recognized {
    /// From the function, the roles and the trust policy.
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
            names,
            (&desired.old.identity, &desired.new.identity),
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

/// Fails if a resource with the expected name has no tag of the deployment. Either it isn't managed
/// by this deployment, or it lost the tag, and `--adopt` restores it.
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
    // If it has the tag of another deployment, it didn't lose this one.
    let lost = recognized.is(kind) && !tags.contains_key(record::DEPLOYMENT);
    let (tag, kind) = (record::DEPLOYMENT, kind.as_str());
    match (lost, desired.adopt) {
        (true, true) => Ok(()),
        (true, false) => Err(Problem::error(
            "tag-lost",
            format!(
                "{kind} {name} lost its tag {tag} = {deployment}, but it belongs to deployment `{deployment}`: the trust policy and the function {} show that sign-ins use it. Don't delete it",
                desired.names.function
            ),
        )
        .fix("run `cogmig setup --adopt` to restore the tags")),
        (false, _) => Err(Problem::error(
            "not-managed",
            format!(
                "{kind} {name} already exists and isn't managed by this deployment: it has no tag {tag} = {deployment}"
            ),
        )
        .fix("use --suffix for other names, or delete it if it isn't used")),
    }
}

/// Fails if a role has another path than this setup would give it, which IAM can't change.
pub(super) fn same_path(role: &str, path: &str, desired: &Desired) -> Result<()> {
    let wanted = &desired.names.role_path;
    if path == wanted {
        return Ok(());
    }
    Err(Problem::error(
        "role-path-fixed",
        format!("role {role} has the path {path}, which can't be changed to {wanted}"),
    )
    .fix(format!("use --role-path {path} to keep the path"))
    .fix("run `cogmig teardown`, and then setup with the other path"))
}

/// Fails if another UserMigration trigger is attached and `--replace-trigger` isn't set. The
/// trigger of another deployment is never replaced.
pub(super) fn replaces_trigger(desired: &Desired, other: &str) -> Result<()> {
    let pool = &desired.new.pool.id;
    if Names::function_of_any(&desired.new.identity, other).is_some() {
        let served = format!("user pool {pool} is already used by another deployment: {other}");
        return Err(Problem::error("pool-served", served).fix(
            "run `cogmig teardown` for that deployment first: a pool can have only one UserMigration trigger",
        ));
    }
    if desired.replace_trigger {
        return Ok(());
    }
    let exists = format!("user pool {pool} already has a UserMigration trigger: {other}");
    Err(Problem::error("trigger-exists", exists)
        .fix("use --replace-trigger to replace it: teardown restores it"))
}

/// An app client with the expected name exists without an undo record.
pub(super) fn unrecorded_client(name: &str, id: &str) -> Problem {
    Problem::error(
        "client-not-managed",
        format!(
            "the old user pool already has an app client {name} ({id}), and no record shows that it's managed by this deployment"
        ),
    )
    .fix("use --suffix for another name, or delete it if it isn't used")
}

/// Fails if the deployment of a role is for another pool or account. A deployment is for one pair
/// of pools. If it were changed to another pair, users of the first pair who haven't been migrated
/// couldn't sign in.
pub(super) fn same_migration(name: &str, existing: &Tags, desired: &Tags) -> Result<()> {
    for (key, what) in [(record::POOL, "user pool"), (record::PEER, "account")] {
        if let (Some(existing), Some(desired)) = (existing.get(key), desired.get(key))
            && existing != desired
        {
            return Err(Problem::error(
                "deployment-mismatch",
                format!(
                    "role {name} belongs to a deployment with {what} {existing}, not with {desired}"
                ),
            )
            .fix("use --suffix for a second deployment, or run `cogmig teardown` first"));
        }
    }
    Ok(())
}

/// Checks that both accounts are in the same partition, because roles can't be assumed across
/// partitions.
///
/// # Errors
/// They aren't.
pub fn partitions(old: &Identity, new: &Identity) -> Result<()> {
    let (from, to) = (&old.partition, &new.partition);
    if from == to {
        return Ok(());
    }
    Err(Problem::error(
        "partition-mismatch",
        format!(
            "the old account is in partition {from} and the new account in {to}. Roles can't be assumed across partitions, so the function couldn't access the old pool"
        ),
    ))
}

/// Checks that the pools are different.
///
/// # Errors
/// They're the same.
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
            "the old and the new user pool are the same: {} in account {}",
            old_pool.id, old.id
        ),
    )
    .fix("change --new-profile, --new-region or --new-pool"))
}

/// Checks that users aren't migrated in the opposite direction. The old pool invokes its own
/// trigger for unknown usernames, so the two pools would invoke each other endlessly. `peer` is the
/// account from which the old pool's trigger migrates users.
///
/// # Errors
/// It's the new account.
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
            "users are already migrated in the opposite direction, to user pool {} by the function {}",
            pool.id,
            trigger
                .and_then(|arn| arn.rsplit(':').next())
                .unwrap_or_default()
        ),
    )
    .fix("swap the profiles, or run `cogmig teardown` for that migration first"))
}

/// Checks that both roles have their tags. Teardown wouldn't delete a role without tags, and after
/// the function is deleted, the role couldn't be recognized.
///
/// # Errors
/// The function uses a role that lost its tags.
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
    match lost {
        Some((identity, _, name)) if function.uses(names, (old, new), &access.trust) => {
            Err(Problem::error(
                "tag-lost",
                format!(
                    "role {name} in the {} lost its tag {}, but the function {} uses it. Without the tag, teardown wouldn't delete it",
                    identity.place(),
                    record::DEPLOYMENT,
                    names.function
                ),
            )
            .fix("run `cogmig setup --adopt` first to restore the tags"))
        }
        _ => Ok(()),
    }
}

/// The user pool in the tags of the role and the policy of the new side.
///
/// # Errors
/// The tags have different pools.
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
                "the tags of the deployment in the {} don't match: role {} has user pool {role}, but policy {} has {policy}",
                new.place(),
                names.lambda_role,
                names.lambda_policy
            ),
        )
        .fix(format!("fix the tag {} of the role or the policy", record::POOL))),
        (by_role, by_policy) => Ok(by_role.or(by_policy)),
    }
}

/// Checks that the profiles aren't swapped. `tags` are those of the other side's role in this
/// account. If the deployment exists with the sides swapped, "doesn't exist" would be misleading.
///
/// # Errors
/// The role has the tag of the deployment.
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
            "the {} side of the deployment doesn't exist in the {}, but role {role} of the other side does",
            identity.side.as_str(),
            identity.place()
        ),
    )
    .fix("swap the profiles"))
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

/// The warnings of a plan that the user must allow. Without changes, there is nothing to allow.
#[must_use]
pub fn not_allowed<'a>(plan: &'a Plan, allowed: &[String]) -> Vec<&'a Problem> {
    let is_allowed = |warning: &Problem| allowed.iter().any(|id| id == warning.id);
    let warnings = plan.warnings.iter().filter(|_| !plan.is_empty());
    warnings
        .filter(|warning| warning.requires_consent() && !is_allowed(warning))
        .collect()
}

/// The error if the user must allow warnings, and there is no prompt.
#[must_use]
pub fn consent_missing(warnings: &[&Problem]) -> Problem {
    let ids: Vec<_> = warnings.iter().map(|warning| warning.id).collect();
    let (count, s) = (ids.len(), if ids.len() == 1 { "" } else { "s" });
    let summary = format!(
        "the plan has {count} warning{s} that you must allow: {}",
        ids.join(", ")
    );
    let options = ids.iter().map(|id| format!("--allow {id}"));
    let options = options.collect::<Vec<_>>().join(" ");
    let problem = Problem::error("consent-missing", summary);
    problem.fix("fix the cause of each warning").fix(format!(
        "run setup with {options}, if you accept the effects"
    ))
}
