//! Which pool and which app clients: the ones named, the ones of the deployment, the only ones
//! there, or the user's choice on a terminal. What is named and does not match the deployment
//! is refused.

mod record;
mod search;

use anyhow::{Context, Result, bail, ensure};

use crate::account::{Account, Side};
use crate::flows::USER_PASSWORD;
use crate::lossless::Object;
use crate::names::Names;
use crate::pasted::{Reference, region_of};
use crate::report::Report;
use crate::resources::role::Role;
use crate::resources::user_pool::Named;
use crate::resources::user_pool_client;
use crate::settings::SideSettings;
use crate::undo::{self, Tags};

pub use record::Record;
pub use search::Found;
use search::Search;

/// One side as it was asked for, and what is on record of it.
pub struct Scope<'a> {
    /// The account.
    pub account: &'a Account,
    /// What was asked for.
    pub settings: &'a SideSettings,
    /// Which deployment.
    pub names: &'a Names,
    /// What is on record of it.
    pub record: Record,
}

impl Scope<'_> {
    /// Settles on the pool, and says which it is. `others` are the tags of the roles of other
    /// deployments.
    ///
    /// # Errors
    /// The named one is not there, or is not that of the deployment; that of the deployment is
    /// not there any more; there is none, or there are several and nobody to ask.
    pub fn pool(&self, there: &[Named], others: &[Tags], report: &Report) -> Result<Named> {
        self.refuse_other_pool(there, others)?;
        let search = self.pools();
        if let Some(recorded) = &self.record.pool {
            let found = there.iter().find(|pool| pool.id == *recorded);
            let found = found.with_context(|| self.pool_is_gone(recorded))?;
            let how = match self.settings.pool {
                Some(_) => Found::Named,
                None => Found::Recorded,
            };
            search.say(found, how, report);
            return Ok(found.clone());
        }
        let named: Vec<_> = self.settings.pool.iter().collect();
        let chosen = search.choose(there, &named, &[], report)?;
        chosen.into_iter().next().context("no user pool was chosen")
    }

    /// Settles on the app clients of this pool, and says which they are.
    ///
    /// # Errors
    /// As [`Self::pool`].
    pub fn clients(&self, pool: &str, there: &[Named], report: &Report) -> Result<Vec<Named>> {
        let named: Vec<_> = self.settings.clients.iter().collect();
        self.refuse_other_places("client", &named, Some(pool))?;
        let recorded = &self.record.clients;
        let is_there = |id: &String| there.iter().any(|client| client.id == *id);
        if named.is_empty() && !recorded.is_empty() && !recorded.iter().any(is_there) {
            bail!(self.client_is_gone(&recorded.join(", ")));
        }
        let search = self.clients_of(pool);
        search.choose(there, &named, recorded, report)
    }

    /// Refuses a pool or a Region that was named and is not that of the deployment.
    ///
    /// # Errors
    /// It says both, and which deployment serves the named pool.
    pub fn refuse_other_pool(&self, there: &[Named], others: &[Tags]) -> Result<()> {
        let identity = &self.account.identity;
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        let named: Vec<_> = self.settings.pool.iter().collect();
        self.refuse_other_places("pool", &named, None)?;
        let Some(recorded) = &self.record.pool else {
            return named.iter().try_for_each(|pool| self.refuse_region(pool));
        };
        for reference in named {
            let given = self.given_pool(reference, there)?;
            if given != *recorded {
                let serves = |tags: &&Tags| tags.get(undo::POOL) == Some(&given);
                let other = others.iter().find(serves);
                let remedy = match other.and_then(|tags| tags.get(undo::DEPLOYMENT)) {
                    Some(other) if other == "default" => {
                        "no --suffix: the deployment `default` serves that user pool".to_owned()
                    }
                    Some(other) => {
                        format!("--suffix {other}: that deployment serves the user pool {given}")
                    }
                    None => format!("--suffix for another deployment, or no --{side}-pool"),
                };
                bail!(
                    "{} is {}, but the deployment `{deployment}` serves the {side} user pool {recorded}\n  try  {remedy}",
                    self.settings.origins.pool,
                    shown(&reference.id, &given)
                );
            }
        }
        let region = region_of(recorded).unwrap_or(&identity.region);
        if let Some(named) = self
            .settings
            .region
            .as_deref()
            .filter(|named| *named != region)
        {
            bail!(
                "{} is {named}, but the deployment `{deployment}` serves the {side} user pool {recorded} in {region}\n  try  --{side}-region {region}, or --suffix for another deployment",
                self.settings.origins.region
            );
        }
        ensure!(
            region == identity.region,
            "the deployment `{deployment}` serves the {side} user pool {recorded} in {region}, and the profile `{}` is set to {}\n  try  --{side}-region {region}",
            identity.profile,
            identity.region
        );
        Ok(())
    }

    /// The id of the pool that was named. An id that is not there is that of a pool elsewhere, or
    /// of one that is gone.
    fn given_pool(&self, reference: &Reference, there: &[Named]) -> Result<String> {
        let found = self.pools().find(there, reference);
        match found {
            Err(_) if region_of(&reference.id).is_some() => Ok(reference.id.clone()),
            found => Ok(found?.id.clone()),
        }
    }

    /// Refuses an app client that was named and that the deployment doesn't use. One of the new
    /// pool that had the flow before is on no record; it is `described` as it is now. Where no
    /// app client is on record, nothing is known.
    ///
    /// # Errors
    /// It says both.
    pub fn refuse_other_client(&self, named: &str, described: Option<&Object>) -> Result<()> {
        let recorded = &self.record.clients;
        let in_use = self.record.in_use.as_deref() == Some(named);
        let takes_part = || {
            self.side() == Side::New
                && described.is_some_and(|client| {
                    user_pool_client::with_flow(client, USER_PASSWORD).is_none()
                })
        };
        let is_recorded = recorded.iter().any(|known| known == named);
        if recorded.is_empty() || in_use || is_recorded || takes_part() {
            return Ok(());
        }
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        bail!(
            "{} is {named}, but the deployment `{deployment}` uses the {side} app client {}\n  try  no --{side}-client, or `cogmig setup --{side}-client {named}` to change it",
            self.settings.origins.clients,
            recorded.join(", ")
        )
    }

    /// The app clients that were named, of those that are there.
    ///
    /// # Errors
    /// One is not there, or its ARN is of another place.
    pub fn named_clients(&self, pool: &str, there: &[Named]) -> Result<Vec<Named>> {
        let named: Vec<_> = self.settings.clients.iter().collect();
        self.refuse_other_places("client", &named, Some(pool))?;
        let search = self.clients_of(pool);
        let found = named.iter().map(|reference| {
            // One that is on record may be gone by now.
            if self.record.clients.contains(&reference.id) {
                return Ok(Named {
                    id: reference.id.clone(),
                    name: String::new(),
                });
            }
            search.find(there, reference).cloned()
        });
        found.collect()
    }

    fn side(&self) -> Side {
        self.account.identity.side
    }

    fn pools(&self) -> Search<'_> {
        Search {
            account: self.account,
            place: self.account.place(),
            what: "user pool",
            option: "pool",
            several: false,
        }
    }

    fn clients_of(&self, pool: &str) -> Search<'_> {
        Search {
            account: self.account,
            place: format!("user pool {pool} of the {}", self.account.place()),
            what: "app client",
            option: "client",
            several: self.side() == Side::New,
        }
    }

    /// A pool's id starts with its Region, so that a pool of another one can be told at once.
    fn refuse_region(&self, pool: &Reference) -> Result<()> {
        let (identity, side) = (&self.account.identity, self.side().as_str());
        match region_of(&pool.id) {
            Some(region) if region != identity.region => bail!(
                "the {side} user pool {} is in {region}, not in {}\n  try  --{side}-region {region}",
                pool.id,
                identity.region
            ),
            _ => Ok(()),
        }
    }

    fn refuse_other_places(
        &self,
        option: &str,
        named: &[&Reference],
        pool: Option<&str>,
    ) -> Result<()> {
        let side = self.side().as_str();
        for reference in named {
            if let Some(why) = reference.mismatch(&self.account.identity, pool) {
                bail!(
                    "--{side}-{option} {} is not in the {}: {why}\n  try  --{side}-profile and --{side}-region for the place of that ARN",
                    reference.id,
                    self.account.place()
                );
            }
        }
        Ok(())
    }

    fn pool_is_gone(&self, pool: &str) -> String {
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        let meanwhile = match self.side() {
            Side::Old => {
                "Users who haven't been migrated can't sign in: the trigger answers with an error. Users who have been migrated are not affected"
            }
            Side::New => "Nobody can sign in there, and no user is migrated any more",
        };
        format!(
            "the {side} user pool {pool} of deployment `{deployment}` no longer exists in the {}. {meanwhile}\n  try  `cogmig teardown`, which removes what is left of the deployment",
            self.account.place()
        )
    }

    fn client_is_gone(&self, client: &str) -> String {
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        let meanwhile = match self.side() {
            Side::Old => "Users who haven't been migrated can't sign in",
            Side::New => "Applications can't sign in through it",
        };
        format!(
            "the {side} app client {client} of deployment `{deployment}` no longer exists in the {}. {meanwhile}\n  try  `cogmig setup --{side}-client ID` with another one, or `cogmig teardown`",
            self.account.place()
        )
    }
}

/// Refuses an account that is not the one that the deployment connects the other with.
///
/// # Errors
/// It says both.
pub fn refuse_other_peer(
    names: &Names,
    (here, role): (&Account, Option<&Role>),
    there: &Account,
) -> Result<()> {
    let role = role.filter(|role| names.own(&role.tags));
    let peer = role.and_then(|role| role.tags.get(undo::PEER));
    let other = &there.identity.id;
    if let Some(peer) = peer
        && peer != other
    {
        let side = here.identity.side;
        bail!(
            "the role {} in the {} belongs to a migration with account {peer}, not {other}\n  try  the right --{}-profile, or --suffix for another deployment",
            names.record_role(side),
            here.place(),
            there.identity.side.as_str()
        );
    }
    Ok(())
}

/// What was written, with what it stands for.
fn shown(written: &str, id: &str) -> String {
    if written == id {
        id.to_owned()
    } else {
        format!("{written} ({id})")
    }
}
