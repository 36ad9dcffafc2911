//! Errors for options that don't match the deployment.

use crate::identity::{Identity, Side};
use crate::names::Names;
use crate::options::SideSettings;
use crate::problem::{Problem, Result};
use crate::record::{self, Tags};
use crate::reference::region_of;
use crate::text::on_one_line;

/// Fails if the Region in the options isn't the Region of the deployment's user pool.
///
/// # Errors
/// The Regions differ. The error names both.
pub fn refuse_other_region(
    side: Side,
    settings: &SideSettings,
    names: &Names,
    recorded: &str,
) -> Result<()> {
    if let (Some(given), Some(region)) = (&settings.region, region_of(recorded))
        && given != region
    {
        let option = settings.written(side, "region");
        let side = side.as_str();
        return Err(Problem::error(
                "region-mismatch",
                format!(
                    "{option} is {given}, but deployment `{}` uses the {side} user pool {recorded} in {region}",
                    names.deployment
                ),
            )
            .fix(format!("use --{side}-region {region}, or --suffix for another deployment")));
    }
    Ok(())
}

/// The error if the user pool in the options isn't the recorded one.
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
            "{} is {given}, but deployment `{}` uses the {} user pool {recorded}",
            settings.written(side, "pool"),
            names.deployment,
            side.as_str()
        ),
    )
    .fix(remedy)
}

/// The remedy if no known deployment uses the given user pool.
#[must_use]
pub fn elsewhere(side: Side) -> String {
    format!(
        "use --suffix for another deployment, or omit --{}-pool",
        side.as_str()
    )
}

/// Fails if the other account isn't the one that the deployment has on record.
/// `tags` are the tags of the role in this account or, if they are lost, of the function.
///
/// # Errors
/// The accounts differ. The error names both.
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
                "role {} in the {} belongs to a deployment with account {}, not with {other}",
                names.record_role(here.side),
                here.place(),
                on_one_line(peer)
            ),
        )
        .fix(format!(
            "use a --{}-profile of that account, or --suffix for another deployment",
            there.side.as_str()
        )));
    }
    Ok(())
}

/// A name or an id from the options, with the id that it resolves to.
pub(super) fn shown(given: &str, id: &str) -> String {
    if given == id {
        id.to_owned()
    } else {
        format!("{given} ({id})")
    }
}

/// The error if a user pool is given, but no record names the user pool of the deployment.
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
            "{} is {given}, but there is no record of the {} user pool that deployment `{}` uses",
            settings.written(side, "pool"),
            side.as_str(),
            names.deployment
        ),
    )
    .fix("run `cogmig setup` to write the record again")
}
