//! Selects the user pool and the app clients of each side: by option, by the record of the
//! deployment, the only ones that exist, or by prompt. Options that don't match the deployment
//! fail the command.

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

/// The options for one side, and the record of it.
pub struct Scope<'a> {
    /// The account.
    pub identity: &'a Identity,
    /// The options.
    pub settings: &'a SideSettings,
    /// The names of the deployment's resources.
    pub names: &'a Names,
    /// The record of this side.
    pub record: SideRecord,
}

impl Scope<'_> {
    /// Selects the user pool from the existing ones. `others` are the tags of the roles of other
    /// deployments.
    ///
    /// # Errors
    /// The given user pool doesn't exist or isn't the deployment's, the deployment's user pool no
    /// longer exists, or no user pool exists.
    pub fn pool(&self, there: &[Listed], others: &[Tags]) -> Result<Selection> {
        let identity = self.identity;
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        let search = self.pools();
        let Some(recorded) = &self.record.pool else {
            let given = self.settings.pool.as_ref();
            self.check_place("pool", given, None)?;
            given.map_or(Ok(()), |pool| self.check_region(pool))?;
            let given: Vec<_> = given.into_iter().collect();
            return search.select(there, &given, &[]);
        };
        self.refuse_other_pool(there, others)?;
        let region = region_of(recorded).unwrap_or(&identity.region);
        if region != identity.region {
            return Err(Problem::error(
                    "region-mismatch",
                    format!(
                        "deployment `{deployment}` uses the {side} user pool {recorded} in {region}, but profile `{}` uses {}",
                        identity.profile,
                        identity.region
                    ),
                )
                .fix(format!("use --{side}-region {region}")));
        }
        let found = there.iter().find(|pool| pool.id == *recorded);
        let found = found.ok_or_else(|| self.pool_is_deleted(recorded))?;
        let source = match self.settings.pool {
            Some(_) => SelectedBy::Option,
            None => SelectedBy::Record,
        };
        Ok(search.selected(vec![found.clone()], source))
    }

    /// The id of the user pool, if the options or the record have it. Without one, the user pool is
    /// selected from a list.
    #[must_use]
    pub fn pool_id(&self) -> Option<&str> {
        let given = self.settings.pool.as_ref().map(|given| given.id.as_str());
        let is_id = |given: &str| region_of(given).is_some();
        match (self.record.pool.as_deref(), given) {
            (Some(recorded), None) => Some(recorded),
            (Some(recorded), Some(given)) => {
                (given == recorded || is_id(given)).then_some(recorded)
            }
            (None, given) => given.filter(|given| is_id(given)),
        }
    }

    /// Selects the app clients of this user pool from the existing ones.
    ///
    /// # Errors
    /// As [`Self::pool`].
    pub fn clients(&self, pool: &str, there: &[Listed]) -> Result<Selection> {
        let given: Vec<_> = self.settings.clients.iter().collect();
        for client in &given {
            self.check_place("client", Some(client), Some(pool))?;
        }
        let recorded = &self.record.clients;
        let exists = |id: &String| there.iter().any(|client| client.id == *id);
        if given.is_empty() && !recorded.is_empty() && !recorded.iter().any(exists) {
            return Err(self.clients_are_deleted(recorded));
        }
        let search = self.clients_of(pool);
        search.select(there, &given, recorded)
    }

    /// Fails if the user pool or the Region in the options isn't the deployment's, if the
    /// deployment has one on record.
    ///
    /// # Errors
    /// They differ. The error names both, and the deployment that uses the given user pool.
    pub fn refuse_other_pool(&self, there: &[Listed], others: &[Tags]) -> Result<()> {
        let Some(recorded) = &self.record.pool else {
            return Ok(());
        };
        refuse_other_region(self.side(), self.settings, self.names, recorded)?;
        let Some(reference) = &self.settings.pool else {
            return Ok(());
        };
        self.check_place("pool", Some(reference), None)?;
        let Some(given) = self.given_pool(reference, recorded, there)? else {
            return Ok(());
        };
        if given == *recorded {
            return Ok(());
        }
        let uses_it = |tags: &&Tags| tags.get(record::POOL) == Some(&given);
        let other = others.iter().find(uses_it);
        let remedy = match other.and_then(|tags| tags.get(record::DEPLOYMENT)) {
            Some(other) if other == "default" => {
                "omit --suffix: deployment `default` uses that user pool".to_owned()
            }
            Some(other) => format!(
                "use --suffix {}: that deployment uses user pool {given}",
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

    /// The id of the given user pool. An id that doesn't exist is the id of a user pool elsewhere,
    /// or of a deleted one. A name that doesn't exist gives `None` if the deployment's user pool no
    /// longer exists: it may be the deleted pool's name.
    fn given_pool(
        &self,
        reference: &Reference,
        recorded: &str,
        there: &[Listed],
    ) -> Result<Option<String>> {
        let given = &reference.id;
        let is_deleted = !there.iter().any(|pool| pool.id == recorded);
        match (
            Search::is_known(there, reference),
            region_of(given).is_some() || given == recorded,
        ) {
            (false, true) => Ok(Some(given.clone())),
            (false, false) if is_deleted => Ok(None),
            _ => Ok(Some(self.pools().find(there, reference)?.id.clone())),
        }
    }

    /// Fails if the deployment doesn't use the given app client. App clients of the new pool that
    /// had the flow before setup aren't recorded, so `described` shows whether it has the flow. If
    /// no app client is recorded, none can be compared.
    ///
    /// # Errors
    /// The deployment uses other app clients. The error names both.
    pub fn refuse_other_client(&self, given: &str, described: Option<&Object>) -> Result<()> {
        let recorded = &self.record.clients;
        let in_use = self.record.in_use.as_deref() == Some(given);
        let takes_part = || {
            self.side() == Side::New
                && described
                    .is_some_and(|client| client::with_flow(client, USER_PASSWORD).is_none())
        };
        let is_recorded = recorded.iter().any(|known| known == given);
        if recorded.is_empty() || in_use || is_recorded || takes_part() {
            return Ok(());
        }
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        Err(Problem::error(
            "client-mismatch",
            format!(
                "{} is {given}, but deployment `{deployment}` uses the {side} app client {}",
                self.settings.written(self.side(), "client"),
                recorded.join(", ")
            ),
        )
        .fix(format!(
            "omit --{side}-client, or run `cogmig setup --{side}-client {given}` to change it"
        )))
    }

    /// The given app clients that exist, and those that don't. A recorded app client may have been
    /// deleted.
    ///
    /// # Errors
    /// An ARN isn't in this account, Region and user pool, or several app clients have the name.
    pub fn named_clients(&self, pool: &str, there: &[Listed]) -> Result<NamedClients> {
        let mut clients = NamedClients::default();
        for reference in &self.settings.clients {
            self.check_place("client", Some(reference), Some(pool))?;
            if Search::is_known(there, reference) {
                let client = self.clients_of(pool).find(there, reference)?;
                clients.existing.push(client.id.clone());
            } else {
                clients.missing.push(reference.id.clone());
            }
        }
        Ok(clients)
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

    /// The id of a user pool starts with its Region, so the Region can be checked without a call.
    fn check_region(&self, pool: &Reference) -> Result<()> {
        let (identity, side) = (self.identity, self.side().as_str());
        match region_of(&pool.id) {
            Some(region) if region != identity.region => Err(Problem::error(
                "region-mismatch",
                format!(
                    "the {side} user pool {} is in {region}, not in {}",
                    pool.id, identity.region
                ),
            )
            .fix(format!("use --{side}-region {region}"))),
            _ => Ok(()),
        }
    }

    fn check_place(
        &self,
        option: &str,
        given: Option<&Reference>,
        pool: Option<&str>,
    ) -> Result<()> {
        let side = self.side().as_str();
        if let Some(reference) = given
            && let Some(why) = reference.mismatch(self.identity, pool)
        {
            return Err(Problem::error(
                "arn-mismatch",
                format!(
                    "{} is {}, which isn't in the {}: {why}",
                    self.settings.written(self.side(), option),
                    reference.id,
                    self.identity.place()
                ),
            )
            .fix(format!(
                "use an ARN in this account, Region and user pool, or other values of --{side}-profile and --{side}-region"
            )));
        }
        Ok(())
    }

    fn pool_is_deleted(&self, pool: &str) -> Problem {
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        let consequence = match self.side() {
            Side::Old => {
                "Users who haven't been migrated can't sign in, because the trigger returns an error. Users who have been migrated aren't affected"
            }
            Side::New => "Users can't sign in to it, and no more users are migrated",
        };
        Problem::error(
            "pool-deleted",
            format!("the {side} user pool {pool} of deployment `{deployment}` no longer exists in the {}. {consequence}", self.identity.place()),
        )
        .fix("run `cogmig teardown` to remove the remaining resources")
    }

    fn clients_are_deleted(&self, clients: &[String]) -> Problem {
        let (side, deployment) = (self.side().as_str(), &self.names.deployment);
        let (s, exist, them) = match clients {
            [_] => ("", "exists", "it"),
            _ => ("s", "exist", "them"),
        };
        let consequence = match self.side() {
            Side::Old => "Users who haven't been migrated can't sign in".to_owned(),
            Side::New => format!("Applications can't sign in through {them}"),
        };
        let (clients, place) = (clients.join(", "), self.identity.place());
        let what = format!("the {side} app client{s} {clients} of deployment `{deployment}`");
        Problem::error(
            "client-deleted",
            format!("{what} no longer {exist} in the {place}. {consequence}"),
        )
        .fix(format!(
            "run `cogmig setup --{side}-client ID` with another app client, or `cogmig teardown`"
        ))
    }
}

/// The app clients in the options, by id.
#[derive(Default)]
pub struct NamedClients {
    /// App clients that exist in the user pool.
    pub existing: Vec<String>,
    /// App clients that don't exist.
    pub missing: Vec<String>,
}
