//! What was named and is not the deployment's.

use crate::identity::{Identity, Side};
use crate::names::Names;
use crate::options::SideSettings;
use crate::problem::{Problem, Result};
use crate::record::{self, Tags};
use crate::reference::region_of;
use crate::text::on_one_line;

/// Refuses a Region that was named and is not that of the deployment's pool.
///
/// # Errors
/// It says both.
pub fn refuse_other_region(
    side: Side,
    settings: &SideSettings,
    names: &Names,
    recorded: &str,
) -> Result<()> {
    if let (Some(named), Some(region)) = (&settings.region, region_of(recorded))
        && named != region
    {
        let option = settings.written(side, "region");
        let side = side.as_str();
        return Err(Problem::error(
                "region-mismatch",
                format!(
                    "{option} is {named}, but the deployment `{}` serves the {side} user pool {recorded} in {region}",
                    names.deployment
                ),
            )
            .fix(format!("--{side}-region {region}, or --suffix for another deployment")));
    }
    Ok(())
}

/// A user pool that was named, and the one on record, which is another.
#[must_use]
pub fn other_pool(
    side: Side,
    settings: &SideSettings,
    names: &Names,
    (given, recorded): (&str, &str),
    remedy: &str,
) -> Problem {
    Problem::error(
        "pool-mismatch",
        format!(
            "{} is {given}, but the deployment `{}` serves the {} user pool {recorded}",
            settings.written(side, "pool"),
            names.deployment,
            side.as_str()
        ),
    )
    .fix(remedy)
}

/// What to do where no deployment is known that serves the named pool.
#[must_use]
pub fn elsewhere(side: Side) -> String {
    format!(
        "--suffix for another deployment, or no --{}-pool",
        side.as_str()
    )
}

/// Refuses an account that is not the one that the deployment connects the other with.
/// `tags` are those of the role here or, where it lost them, of the function.
///
/// # Errors
/// It says both.
pub fn refuse_other_peer(
    names: &Names,
    (here, tags): (&Identity, Option<&Tags>),
    there: &Identity,
) -> Result<()> {
    let peer = tags.filter(|tags| names.own(tags));
    let peer = peer.and_then(|tags| tags.get(record::PEER));
    let other = &there.id;
    if let Some(peer) = peer
        && peer != other
    {
        return Err(Problem::error(
            "account-mismatch",
            format!(
                "the role {} in the {} belongs to a migration with account {}, not {other}",
                names.record_role(here.side),
                here.place(),
                on_one_line(peer)
            ),
        )
        .fix(format!(
            "the right --{}-profile, or --suffix for another deployment",
            there.side.as_str()
        )));
    }
    Ok(())
}

/// What was written, with what it stands for.
pub(super) fn shown(written: &str, id: &str) -> String {
    if written == id {
        id.to_owned()
    } else {
        format!("{written} ({id})")
    }
}

/// A user pool was named, and nothing says which one the deployment serves.
#[must_use]
pub fn record_is_missing(
    side: Side,
    settings: &SideSettings,
    names: &Names,
    given: &str,
) -> Problem {
    Problem::error(
        "record-missing",
        format!(
            "{} is {given}, but no record says which {} user pool the deployment `{}` serves",
            settings.written(side, "pool"),
            side.as_str(),
            names.deployment
        ),
    )
    .fix("`cogmig setup`, which writes the record again")
}
