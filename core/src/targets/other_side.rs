//! Compares the options for one side with the record on the other side, if only the other account
//! is available.

use super::{SideRecord, elsewhere, other_pool, refuse_other_region};
use crate::identity::Side;
use crate::names::Names;
use crate::observed::{Function, Role};
use crate::options::{Settings, SideSettings};
use crate::problem::{Problem, Result};
use crate::record;
use crate::reference::region_of;

/// Compares the options for `side`, whose account isn't available, with the record in the other
/// account. `role` and `function` are those of the other account. Names can't be resolved.
///
/// # Errors
/// An option doesn't match the deployment.
pub fn check(
    settings: &Settings,
    side: Side,
    role: Option<&Role>,
    function: Option<&Function>,
) -> Result<()> {
    let (names, options) = (&settings.names, settings.side(side));
    let tags = role.map(|role| &role.tags).filter(|tags| names.own(tags));
    if let Some(account) = tags.and_then(|tags| tags.get(record::PEER)) {
        other_account(names, options, account)?;
    }
    let record = SideRecord::of(side, names, None, function);
    if let (Some(given), Some(in_use)) = (options.clients.first(), &record.in_use)
        && given.id != *in_use
        && looks_like_client(&given.id)
    {
        return Err(Problem::error(
            "client-mismatch",
            format!(
                "{} is {}, but deployment `{}` uses the {} app client {in_use}",
                options.written(side, "client"),
                given.id,
                names.deployment,
                side.as_str()
            ),
        )
        .fix(format!("omit --{}-client", side.as_str())));
    }
    let Some(recorded) = &record.pool else {
        return Ok(());
    };
    refuse_other_region(side, options, names, recorded)?;
    if let Some(given) = &options.pool
        && given.id != *recorded
        && region_of(&given.id).is_some()
    {
        let pools = (given.id.as_str(), recorded.as_str());
        return Err(other_pool(side, options, names, pools, &elsewhere(side)));
    }
    Ok(())
}

fn other_account(names: &Names, options: &SideSettings, account: &str) -> Result<()> {
    for reference in options.pool.iter().chain(&options.clients) {
        if let Some(other) = reference.account().filter(|other| *other != account) {
            return Err(Problem::error(
                "arn-mismatch",
                format!(
                    "the ARN of {} is in account {other}, but the other account of deployment `{}` is {account}",
                    reference.id, names.deployment
                ),
            )
            .fix(format!("use an ARN of account {account}")));
        }
    }
    Ok(())
}

/// Whether this looks like the ID of an app client, not a name: at least 20 letters and digits.
fn looks_like_client(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric();
    text.len() >= 20 && text.chars().all(legal)
}
