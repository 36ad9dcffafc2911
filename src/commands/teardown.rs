//! `cogmig teardown`: finds the deployment by its names and tags, and puts everything
//! back. Each side alone is enough: the other account may be gone.

use std::sync::Arc;

use anyhow::{Result, bail};
use rules::env;

use super::{End, connect, named};
use crate::account::{Account, Side};
use crate::apply::{Accounts, apply};
use crate::deployments::{self, Deployment};
use crate::error::{CallError, Usage, on_one_line};
use crate::lossless::Object;
use crate::names::Names;
use crate::observe::{self, NewSide, Observed, OldSide, Pool};
use crate::pasted::region_of;
use crate::plan;
use crate::report::{Event, Events, Outcome, Question, Report};
use crate::resources::role::{self, Role};
use crate::resources::user_pool::Named;
use crate::resources::{function, policy, user_pool};
use crate::settings::{Settings, SideSettings};
use crate::status::Unmigrated;
use crate::targets::{Found, refuse_other_peer};
use crate::undo::{self, Tags};

/// Shows what is to be restored and, unless it is a dry run, does it.
///
/// # Errors
/// No account was named or could be reached, what was named is not the deployment's, or a call
/// failed for good.
pub async fn run(settings: &Settings, report: &Arc<Report>) -> Result<End> {
    if settings.old.profile.is_none() && settings.new.profile.is_none() {
        bail!(Usage(
            "no profile is named\n  try  --old-profile, --new-profile or both, also in cogmig.toml"
                .into()
        ));
    }
    let events = report.events();
    let names = &settings.names;
    let (old, new) = tokio::try_join!(
        account(Side::Old, &settings.old, names, &events),
        account(Side::New, &settings.new, names, &events),
    )?;
    let identities = [&old, &new].into_iter().flatten();
    report.accounts(
        identities
            .map(|(account, _)| account.identity.clone())
            .collect(),
    );

    let (old, new) = tokio::try_join!(reach(old, names), reach(new, names))?;
    refuse_other_peers(old.as_ref(), new.as_ref(), names)?;

    let observed = observe(old.as_ref(), new.as_ref(), names).await?;
    check_named(settings, old.as_ref(), new.as_ref(), &observed).await?;
    refuse_lost_tags(old.as_ref(), new.as_ref(), names, &observed)?;
    report_pools(&observed, report);
    let mut plan = plan::teardown(names, &observed, settings.keep_logs);
    if plan.is_empty() {
        refuse_swapped(old.as_ref(), new.as_ref(), names).await?;
    }
    if plan.changes.is_empty() {
        let others = deployments(old.as_ref(), new.as_ref(), names, &mut plan.notes).await;
        report.plan(&plan);
        report.outcome(&Outcome::NotDeployed {
            deployment: &names.deployment,
            others: &others,
            dry: settings.dry_run,
        });
        return Ok(End::Done);
    }
    let unmigrated = unmigrated(&observed);
    if !plan.is_empty() {
        plan.warnings.extend(unmigrated.warning());
    }
    report.plan(&plan);
    let end = End::of(&plan);
    if settings.dry_run {
        report.outcome(&Outcome::Planned);
        return Ok(end);
    }
    if !plan.is_empty() {
        let question = match unmigrated {
            Unmigrated::None => Question::Apply,
            some => Question::Teardown {
                deployment: names.deployment.clone(),
                users: some.count(),
            },
        };
        if !report.confirm(settings.yes, &question)? {
            report.outcome(&Outcome::Declined);
            return Ok(End::LookAtIt);
        }
        let accounts = Accounts {
            old: old.as_ref().map(|reached| &reached.account),
            new: new.as_ref().map(|reached| &reached.account),
        };
        apply(&plan, &accounts, &events, || ()).await?;
    }
    report.outcome(&Outcome::TornDown);
    Ok(end)
}

/// An account, in the Region of its pool.
pub(super) struct Reached {
    /// The account.
    pub account: Account,
    /// The role with the record.
    pub role: Option<Role>,
    /// The pool's id, where anything records it.
    pub pool: Option<String>,
}

impl Reached {
    fn tags(&self) -> Option<&Tags> {
        self.role.as_ref().map(|role| &role.tags)
    }
}

/// An account, and the role with the record.
async fn account(
    side: Side,
    settings: &SideSettings,
    names: &Names,
    events: &Events,
) -> Result<Option<(Account, Option<Role>)>> {
    let Some(profile) = &settings.profile else {
        return Ok(None);
    };
    let role = async |account: &Account| role::find(account, names.record_role(side), None).await;
    let (account, role) = connect(side, settings, profile, events, role).await?;
    Ok(Some((account, role?)))
}

/// Goes to the Region that the record tells.
async fn reach(account: Option<(Account, Option<Role>)>, names: &Names) -> Result<Option<Reached>> {
    let Some((account, role)) = account else {
        return Ok(None);
    };
    let side = account.identity.side;
    let pool = match side {
        Side::Old => role.as_ref().and_then(|role| pool_of(&role.tags, names)),
        Side::New => new_pool(&account, names, role.as_ref()).await?,
    };
    let account = match pool.as_deref().and_then(region_of) {
        Some(region) => account.in_region(region),
        None => account,
    };
    Ok(Some(Reached {
        account,
        role,
        pool,
    }))
}

/// The pool that our tags name; an id starts with its Region.
fn pool_of(tags: &Tags, names: &Names) -> Option<String> {
    let pool = tags.get(undo::POOL).filter(|_| names.own(tags))?;
    region_of(pool).map(|_| pool.clone())
}

/// The new pool by all that bears its tag: a role that somebody deleted or edited must
/// not leave the pool with a trigger that nothing answers.
async fn new_pool(account: &Account, names: &Names, role: Option<&Role>) -> Result<Option<String>> {
    let policy = policy::find(account, &names.lambda_policy_arn(&account.identity)).await?;
    let by_role = role.and_then(|role| pool_of(&role.tags, names));
    let by_policy = policy.and_then(|policy| pool_of(&policy.tags, names));
    match (by_role, by_policy) {
        (Some(role), Some(policy)) if role != policy => bail!(
            "in the {} the role {} is tagged for the user pool {role}, and the policy {} for {policy}\n  try  to mend their tags {}",
            account.place(),
            names.lambda_role,
            names.lambda_policy,
            undo::POOL
        ),
        (Some(pool), _) | (None, Some(pool)) => Ok(Some(pool)),
        (None, None) => {
            let function = function::find(account, &names.function).await?;
            Ok(function.and_then(|function| pool_of(&function.tags, names)))
        }
    }
}

async fn observe(
    old: Option<&Reached>,
    new: Option<&Reached>,
    names: &Names,
) -> Result<Observed, CallError> {
    let new = match new {
        Some(reached) => {
            let (role, pool) = (reached.role.clone(), pool(reached, names).await?);
            Some(observe::new_side(&reached.account, names, role, pool).await?)
        }
        None => None,
    };
    let old = match old {
        Some(reached) => Some(OldSide {
            role: reached.role.clone(),
            pool: old_pool(reached, names, new.as_ref()).await?,
            dedicated: dedicated(reached, names).await?,
        }),
        None => None,
    };
    Ok(Observed { old, new })
}

/// The app clients of the old pool that were made for this deployment.
async fn dedicated(reached: &Reached, names: &Names) -> Result<Vec<(String, Object)>, CallError> {
    let role = reached.role.as_ref();
    let recorded = role.is_some_and(|role| names.made_client(&role.tags));
    match &reached.pool {
        Some(pool) if recorded => observe::dedicated(&reached.account, names, pool).await,
        _ => Ok(Vec::new()),
    }
}

async fn pool(reached: &Reached, names: &Names) -> Result<Pool, CallError> {
    let (id, role) = (reached.pool.as_deref(), reached.role.as_ref());
    observe::pool(&reached.account, names, id, &[], role).await
}

/// The old pool that the role records. Where no role of ours does, the function tells
/// which app client it asks: that spares a person a look where nothing is left there,
/// so that failing to read it is no failure.
async fn old_pool(
    reached: &Reached,
    names: &Names,
    new: Option<&NewSide>,
) -> Result<Pool, CallError> {
    let role = reached.role.as_ref();
    if role.is_some_and(|role| names.own(&role.tags)) {
        return pool(reached, names).await;
    }
    let function = new.and_then(|new| new.function.as_ref());
    let asked = function.and_then(|function| {
        let set = &function.configuration.environment;
        let pool = set.get(env::OLD_USER_POOL_ID)?;
        Some((region_of(pool)?, pool, set.get(env::OLD_CLIENT_ID)?))
    });
    let Some((region, pool, client)) = asked else {
        return Ok(Pool::default());
    };
    let account = reached.account.clone().in_region(region);
    let asked = [client.clone()];
    let read = observe::pool(&account, names, Some(pool), &asked, None).await;
    Ok(read.unwrap_or_default())
}

/// Tearing down one half of one migration and one half of another is never meant.
fn refuse_other_peers(old: Option<&Reached>, new: Option<&Reached>, names: &Names) -> Result<()> {
    let (Some(old), Some(new)) = (old, new) else {
        return Ok(());
    };
    refuse_other_peer(names, (&old.account, old.tags()), &new.account)?;
    refuse_other_peer(names, (&new.account, new.tags()), &old.account)
}

/// What was named is compared with what is on record, on the old side first.
async fn check_named(
    settings: &Settings,
    old: Option<&Reached>,
    new: Option<&Reached>,
    observed: &Observed,
) -> Result<()> {
    let function = observed.new.as_ref().and_then(|new| new.function.as_ref());
    let check = async |side, here: Option<&Reached>, there: Option<&Reached>| {
        if let Some(reached) = here {
            return named::check(settings, reached, function).await;
        }
        let role = there.and_then(|there| there.role.as_ref());
        named::check_other_side(settings, side, role, function)
    };
    let (of_old, of_new) = tokio::join!(check(Side::Old, old, new), check(Side::New, new, old));
    of_old.and(of_new)
}

/// A role that lost its tags would be left behind, and without its function nothing would
/// recognize it any more.
fn refuse_lost_tags(
    old: Option<&Reached>,
    new: Option<&Reached>,
    names: &Names,
    observed: &Observed,
) -> Result<()> {
    let function = observed.new.as_ref().and_then(|new| new.function.as_ref());
    let (Some(old), Some(new), Some(function)) = (old, new, function) else {
        return Ok(());
    };
    let roles = [(old, &names.access_role), (new, &names.lambda_role)];
    let lost = roles.iter().find(|(reached, _)| {
        let role = reached.role.as_ref();
        role.is_some_and(|role| !role.tags.contains_key(undo::DEPLOYMENT))
    });
    let arns = (
        names.access_role_arn(&old.account.identity),
        names.lambda_role_arn(&new.account.identity),
    );
    if let (Some((reached, name)), Some(access)) = (lost, &old.role)
        && function.uses(&arns.0, &arns.1, &access.trust)
    {
        bail!(
            "the role {name} in the {} has lost the tag {}, but the function {} uses it: without the tag, teardown would leave it behind\n  try  `cogmig setup --adopt` first, which writes the tags again",
            reached.account.place(),
            undo::DEPLOYMENT,
            names.function
        );
    }
    Ok(())
}

/// The other deployments of these accounts. It is only a help: why they cannot be listed is a
/// note.
async fn deployments(
    old: Option<&Reached>,
    new: Option<&Reached>,
    names: &Names,
    notes: &mut Vec<String>,
) -> Vec<Deployment> {
    let mut roles = Vec::new();
    for reached in [old, new].into_iter().flatten() {
        let side = reached.account.identity.side;
        match observe::others(&reached.account, names).await {
            Ok(others) => roles.extend(others.into_iter().map(|tags| (side, tags))),
            Err(error) => notes.push(format!(
                "the deployments in the {} could not be listed: {} failed ({})",
                reached.account.place(),
                error.call,
                error.code.as_deref().unwrap_or(&error.message)
            )),
        }
    }
    deployments::of(roles.iter().map(|(side, tags)| (*side, tags)))
}

fn unmigrated(observed: &Observed) -> Unmigrated {
    let users = |pool: &Pool| user_pool::users(pool.described.as_ref()?);
    let old = observed.old.as_ref().and_then(|side| users(&side.pool));
    let new = observed.new.as_ref().and_then(|side| users(&side.pool));
    Unmigrated::of(old, new)
}

/// "Nothing stands" would be a bad word for a migration that stands the other way round. Where
/// the other side's role may not be looked at, nothing is known of it.
async fn refuse_swapped(old: Option<&Reached>, new: Option<&Reached>, names: &Names) -> Result<()> {
    for (here, role) in [(old, &names.lambda_role), (new, &names.access_role)] {
        let Some(Reached { account, .. }) = here else {
            continue;
        };
        let found = role::find(account, role, None).await;
        if found.is_ok_and(|found| found.is_some_and(|found| names.own(&found.tags))) {
            bail!(
                "nothing of the {} side stands in the {}, but the role {role} of the other side does\n  try  the profiles the other way round",
                account.identity.side.as_str(),
                account.place(),
            );
        }
    }
    Ok(())
}

fn report_pools(observed: &Observed, report: &Report) {
    let old = observed.old.as_ref().map(|side| (Side::Old, &side.pool));
    let new = observed.new.as_ref().map(|side| (Side::New, &side.pool));
    for (side, pool) in [old, new]
        .into_iter()
        .flatten()
        .filter(|(_, pool)| !pool.id.is_empty())
    {
        let name = pool
            .described
            .as_ref()
            .and_then(|pool| pool.get("Name")?.as_str());
        let named = Named {
            id: pool.id.clone(),
            name: on_one_line(name.unwrap_or_default()),
        };
        report.event(Event::Chosen {
            side,
            what: "user pool",
            named,
            how: Found::Recorded,
        });
    }
}
