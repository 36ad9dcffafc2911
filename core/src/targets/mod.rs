//! Which pool and which app clients: the ones named, the ones of the deployment, the only ones
//! there, or the user's choice on a terminal. What is named and does not match the deployment
//! is refused.

mod mismatch;
pub mod other_side;
mod search;
mod side_record;

use crate::cognito::client;
use crate::cognito::flows::USER_PASSWORD;
use crate::cognito::lossless::Object;
use crate::identity::{Identity, Side};
use crate::names::Names;
use crate::options::SideSettings;
use crate::problem::{Problem, Result};
use crate::record::{self, Tags};
use crate::reference::{Listed, Reference, region_of};
use crate::selected::SelectedBy;
use crate::text::on_one_line;
use mismatch::shown;
pub use mismatch::{
    elsewhere, other_pool, record_is_missing, refuse_other_peer, refuse_other_region,
};
use search::Search;
pub use search::{Selection, Several};
pub use side_record::SideRecord;

/// One side as it was asked for, and what is on record of it.
pub struct Scope<'a> {
    /// The account.
    pub identity: &'a Identity,
    /// What was asked for.
    pub settings: &'a SideSettings,
    /// Which deployment.
    pub names: &'a Names,
    /// What is on record of it.
    pub record: SideRecord,
}

impl Scope<'_> {
    /// Chooses the pool, and reports which it is. `others` are the tags of the roles of other
    /// deployments.
    ///
    /// # Errors
    /// The named one does not exist, or is not that of the deployment; that of the deployment no
    /// longer exists; there is none, or there are several and nobody to ask.
    pub fn pool(&self, there: &[Listed], others: &[Tags]) -> Result<Selection> {
        let identity = self.identity;
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        let search = self.pools();
        let Some(recorded) = &self.record.pool else {
            let named = self.settings.pool.as_ref();
            self.refuse_other_place("pool", named, None)?;
            named.map_or(Ok(()), |pool| self.refuse_region(pool))?;
            let named: Vec<_> = named.into_iter().collect();
            return search.select(there, &named, &[]);
        };
        self.refuse_other_pool(there, others)?;
        let region = region_of(recorded).unwrap_or(&identity.region);
        if region != identity.region {
            return Err(Problem::error(
                    "region-mismatch",
                    format!(
                        "the deployment `{deployment}` serves the {side} user pool {recorded} in {region}, and the profile `{}` is set to {}",
                        identity.profile,
                        identity.region
                    ),
                )
                .fix(format!("--{side}-region {region}")));
        }
        let found = there.iter().find(|pool| pool.id == *recorded);
        let found = found.ok_or_else(|| self.pool_is_gone(recorded))?;
        let how = match self.settings.pool {
            Some(_) => SelectedBy::Option,
            None => SelectedBy::Record,
        };
        Ok(search.selected(vec![found.clone()], how))
    }

    /// Chooses the app clients of this pool, and reports which they are.
    ///
    /// # Errors
    /// As [`Self::pool`].
    pub fn clients(&self, pool: &str, there: &[Listed]) -> Result<Selection> {
        let named: Vec<_> = self.settings.clients.iter().collect();
        for client in &named {
            self.refuse_other_place("client", Some(client), Some(pool))?;
        }
        let recorded = &self.record.clients;
        let is_there = |id: &String| there.iter().any(|client| client.id == *id);
        if named.is_empty() && !recorded.is_empty() && !recorded.iter().any(is_there) {
            return Err(self.client_is_gone(&recorded.join(", ")));
        }
        let search = self.clients_of(pool);
        search.select(there, &named, recorded)
    }

    /// Refuses a pool or a Region that was named and is not that of the deployment, where it has
    /// one on record.
    ///
    /// # Errors
    /// It says both, and which deployment serves the named pool.
    pub fn refuse_other_pool(&self, there: &[Listed], others: &[Tags]) -> Result<()> {
        let Some(recorded) = &self.record.pool else {
            return Ok(());
        };
        refuse_other_region(self.side(), self.settings, self.names, recorded)?;
        let Some(reference) = &self.settings.pool else {
            return Ok(());
        };
        self.refuse_other_place("pool", Some(reference), None)?;
        let Some(given) = self.given_pool(reference, recorded, there)? else {
            return Ok(());
        };
        if given == *recorded {
            return Ok(());
        }
        let serves = |tags: &&Tags| tags.get(record::POOL) == Some(&given);
        let other = others.iter().find(serves);
        let remedy = match other.and_then(|tags| tags.get(record::DEPLOYMENT)) {
            Some(other) if other == "default" => {
                "no --suffix: the deployment `default` serves that user pool".to_owned()
            }
            Some(other) => format!(
                "--suffix {}: that deployment serves the user pool {given}",
                on_one_line(other)
            ),
            None => elsewhere(self.side()),
        };
        let given = shown(&reference.id, &given);
        Err(other_pool(
            self.side(),
            self.settings,
            self.names,
            (&given, recorded),
            &remedy,
        ))
    }

    /// The id of the pool that was named. An id that does not exist is that of a pool elsewhere, or
    /// of one that is gone. A name that no pool has is none, if the deployment's pool is gone.
    fn given_pool(
        &self,
        reference: &Reference,
        recorded: &str,
        there: &[Listed],
    ) -> Result<Option<String>> {
        let written = &reference.id;
        let is_gone = !there.iter().any(|pool| pool.id == recorded);
        match (
            Search::is_known(there, reference),
            region_of(written).is_some() || written == recorded,
        ) {
            (false, true) => Ok(Some(written.clone())),
            (false, false) if is_gone => Ok(None),
            _ => Ok(Some(self.pools().find(there, reference)?.id.clone())),
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
                && described
                    .is_some_and(|client| client::with_flow(client, USER_PASSWORD).is_none())
        };
        let is_recorded = recorded.iter().any(|known| known == named);
        if recorded.is_empty() || in_use || is_recorded || takes_part() {
            return Ok(());
        }
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        Err(Problem::error(
            "client-mismatch",
            format!(
                "{} is {named}, but the deployment `{deployment}` uses the {side} app client {}",
                self.settings.written(self.side(), "client"),
                recorded.join(", ")
            ),
        )
        .fix(format!(
            "no --{side}-client, or `cogmig setup --{side}-client {named}` to change it"
        )))
    }

    /// The ids of the app clients that were named and exist, and those of the others. One that is
    /// on record may be gone by now.
    ///
    /// # Errors
    /// An ARN is of another place; or several have the name.
    pub fn named_clients(&self, pool: &str, there: &[Listed]) -> Result<NamedClients> {
        let mut named = NamedClients::default();
        for reference in &self.settings.clients {
            self.refuse_other_place("client", Some(reference), Some(pool))?;
            if Search::is_known(there, reference) {
                let client = self.clients_of(pool).find(there, reference)?;
                named.existing.push(client.id.clone());
            } else {
                named.missing.push(reference.id.clone());
            }
        }
        Ok(named)
    }

    fn side(&self) -> Side {
        self.identity.side
    }

    fn pools(&self) -> Search {
        Search {
            side: self.identity.side,
            place: self.identity.place(),
            what: "user pool",
            option: "pool",
            several: false,
        }
    }

    fn clients_of(&self, pool: &str) -> Search {
        Search {
            side: self.identity.side,
            place: format!("user pool {pool} of the {}", self.identity.place()),
            what: "app client",
            option: "client",
            several: self.side() == Side::New,
        }
    }

    /// A pool's id starts with its Region, so that a pool of another one can be told at once.
    fn refuse_region(&self, pool: &Reference) -> Result<()> {
        let (identity, side) = (self.identity, self.side().as_str());
        match region_of(&pool.id) {
            Some(region) if region != identity.region => Err(Problem::error(
                "region-mismatch",
                format!(
                    "the {side} user pool {} is in {region}, not in {}",
                    pool.id, identity.region
                ),
            )
            .fix(format!("--{side}-region {region}"))),
            _ => Ok(()),
        }
    }

    fn refuse_other_place(
        &self,
        option: &str,
        named: Option<&Reference>,
        pool: Option<&str>,
    ) -> Result<()> {
        let side = self.side().as_str();
        if let Some(reference) = named
            && let Some(why) = reference.mismatch(self.identity, pool)
        {
            return Err(Problem::error(
                "arn-mismatch",
                format!(
                    "--{side}-{option} {} is not in the {}: {why}",
                    reference.id,
                    self.identity.place()
                ),
            )
            .fix(format!(
                "--{side}-profile and --{side}-region of the account and Region in that ARN"
            )));
        }
        Ok(())
    }

    fn pool_is_gone(&self, pool: &str) -> Problem {
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        let meanwhile = match self.side() {
            Side::Old => {
                "Users who haven't been migrated can't sign in: the trigger answers with an error. Users who have been migrated are not affected"
            }
            Side::New => "Users can't sign in to it, and no more users are migrated",
        };
        Problem::error(
            "pool-deleted",
            format!("the {side} user pool {pool} of deployment `{deployment}` no longer exists in the {}. {meanwhile}", self.identity.place()),
        )
        .fix("`cogmig teardown`, which removes the remaining resources")
    }

    fn client_is_gone(&self, client: &str) -> Problem {
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        let meanwhile = match self.side() {
            Side::Old => "Users who haven't been migrated can't sign in",
            Side::New => "Applications can't sign in through it",
        };
        Problem::error(
            "client-deleted",
            format!("the {side} app client {client} of deployment `{deployment}` no longer exists in the {}. {meanwhile}", self.identity.place()),
        )
        .fix(format!("`cogmig setup --{side}-client ID` with another one, or `cogmig teardown`"))
    }
}

/// App clients that were named, by id.
#[derive(Default)]
pub struct NamedClients {
    /// Those that the pool has.
    pub existing: Vec<String>,
    /// The others.
    pub missing: Vec<String>,
}
