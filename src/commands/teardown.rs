//! `cogmig teardown`: finds the deployment by its names and tags, and puts everything
//! back. Each side alone is enough: the other account may be gone.

use std::sync::Arc;

use anyhow::{Result, bail};

use super::{End, connect};
use crate::account::{Account, Side};
use crate::apply::{Accounts, apply};
use crate::error::{CallError, Usage};
use crate::names::Names;
use crate::observe::{self, NewSide, Observed, OldSide};
use crate::plan::{self, Action};
use crate::report::{Event, Events, Outcome, Report};
use crate::resources::role::{self, Role};
use crate::resources::user_pool::Named;
use crate::settings::{Settings, SideSettings};
use crate::targets::Found;
use crate::undo;

/// Shows what is to be put back and, unless `dry`, does it.
///
/// # Errors
/// No account was named or could be reached, or a call failed for good.
pub async fn run(settings: &Settings, report: &Arc<Report>, dry: bool) -> Result<End> {
    if settings.old.profile.is_none() && settings.new.profile.is_none() {
        bail!(Usage(
            "no profile is named\n  try  --old-profile, --new-profile or both, also in cogmig.toml"
                .into()
        ));
    }
    let events = report.events();
    let (old, new) = tokio::try_join!(
        side(
            Side::Old,
            &settings.old,
            &settings.names.access_role,
            &events
        ),
        side(
            Side::New,
            &settings.new,
            &settings.names.lambda_role,
            &events
        ),
    )?;
    let identities = [&old, &new].into_iter().flatten();
    report.accounts(
        identities
            .map(|(account, _)| account.identity.clone())
            .collect(),
    );
    refuse_other_peers(old.as_ref(), new.as_ref(), &settings.names)?;

    let observed = observe(old.as_ref(), new.as_ref(), &settings.names).await?;
    say_pools(&observed, report);
    let plan = plan::teardown(&settings.names, &observed, settings.keep_logs);
    report.plan(&plan);
    let end = match plan.count(Action::Leave) {
        0 => End::Done,
        _ => End::LookAtIt,
    };
    if dry {
        report.outcome(&Outcome::Planned);
        return Ok(end);
    }
    if !plan.is_empty() {
        if !settings.yes && !report.confirm("Put this back?")? {
            report.outcome(&Outcome::Declined);
            return Ok(End::LookAtIt);
        }
        let accounts = Accounts {
            old: old.as_ref().map(|(account, _)| account),
            new: new.as_ref().map(|(account, _)| account),
        };
        apply(&plan, &accounts, &events).await?;
    }
    report.outcome(&Outcome::TornDown);
    Ok(end)
}

/// An account, in the Region of the recorded pool, and the role with the record.
type Reached = (Account, Option<Role>);

async fn side(
    side: Side,
    settings: &SideSettings,
    role_name: &str,
    events: &Events,
) -> Result<Option<Reached>> {
    let Some(profile) = &settings.profile else {
        return Ok(None);
    };
    let account = connect(side, settings, profile, events).await?;
    let role = role::find(&account, role_name).await?;
    let pool = role.as_ref().and_then(|role| role.tags.get(undo::POOL));
    let account = match pool.and_then(|pool| pool.split_once('_')) {
        Some((region, _)) => account.in_region(region),
        None => account,
    };
    Ok(Some((account, role)))
}

async fn observe(
    old: Option<&Reached>,
    new: Option<&Reached>,
    names: &Names,
) -> Result<Observed, CallError> {
    let pool = async |(account, role): &Reached| {
        let id = role.as_ref().and_then(|role| role.tags.get(undo::POOL));
        observe::pool(account, id.map(String::as_str), &[], role.as_ref()).await
    };
    let old = async {
        let Some(reached) = old else { return Ok(None) };
        Ok(Some(OldSide {
            role: reached.1.clone(),
            pool: pool(reached).await?,
        }))
    };
    let new = async {
        let Some(reached) = new else { return Ok(None) };
        let (account, role) = reached;
        let side: NewSide =
            observe::new_side(account, names, role.clone(), pool(reached).await?).await?;
        Ok::<_, CallError>(Some(side))
    };
    let (old, new) = tokio::try_join!(old, new)?;
    Ok(Observed { old, new })
}

/// Tearing down one half of one migration and one half of another is never meant.
fn refuse_other_peers(old: Option<&Reached>, new: Option<&Reached>, names: &Names) -> Result<()> {
    let (Some((old, access)), Some((new, lambda))) = (old, new) else {
        return Ok(());
    };
    for (role, name, stands_in, other) in [
        (access, &names.access_role, old, new),
        (lambda, &names.lambda_role, new, old),
    ] {
        let peer = role.as_ref().and_then(|role| role.tags.get(undo::PEER));
        if let Some(peer) = peer
            && *peer != other.identity.id
        {
            bail!(
                "the role {name} in the {} belongs to a migration with account {peer}, not {}\n  try  the right --{}-profile, or only --{}-profile for that side alone",
                stands_in.place(),
                other.identity.id,
                other.identity.side.as_str(),
                stands_in.identity.side.as_str()
            );
        }
    }
    Ok(())
}

fn say_pools(observed: &Observed, report: &Report) {
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
            name: name.unwrap_or_default().to_owned(),
        };
        report.event(Event::Chosen {
            side,
            what: "user pool",
            named,
            how: Found::Recorded,
        });
    }
}
