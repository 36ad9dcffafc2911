//! Which pool and which app clients: the ones named, the ones that an earlier setup
//! recorded, the only ones there, or the user's choice on a terminal.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use crate::account::{Account, Side};
use crate::report::{Event, Report};
use crate::resources::role::Role;
use crate::resources::user_pool::Named;
use crate::settings::SideSettings;
use crate::undo;

/// How a pool or an app client came to be the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It was named.
    Named,
    /// An earlier setup recorded it.
    Recorded,
    /// It is the only one there.
    Only,
    /// It was picked from a list.
    Picked,
}

impl Found {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Named => "as named",
            Self::Recorded => "as set up before",
            Self::Only => "the only one",
            Self::Picked => "as picked",
        }
    }
}

/// Settles on the pool of one side, and says which it is.
///
/// # Errors
/// The named one is not there, there is none, or there are several and nobody to ask.
pub fn pool(
    account: &Account,
    settings: &SideSettings,
    role: Option<&Role>,
    there: &[Named],
    report: &Report,
) -> Result<Named> {
    let recorded = role.and_then(|role| role.tags.get(undo::POOL)).cloned();
    let ids = settings.pool.clone().into_iter().collect::<Vec<_>>();
    refuse_other_region(account, &ids)?;
    let search = Search {
        account,
        what: "user pool",
        option: "pool",
        several: false,
    };
    let recorded = recorded.into_iter().collect();
    let chosen = search.choose(there, &ids, recorded, report)?;
    chosen.into_iter().next().context("no user pool was chosen")
}

/// Settles on the app clients of one side, and says which they are.
///
/// # Errors
/// As [`pool`].
pub fn clients(
    account: &Account,
    settings: &SideSettings,
    role: Option<&Role>,
    there: &[Named],
    report: &Report,
) -> Result<Vec<Named>> {
    let recorded = role.into_iter();
    let recorded = recorded.flat_map(|role| undo::client_ids(&role.tags));
    let search = Search {
        account,
        what: "app client",
        option: "client",
        several: account.identity.side == Side::New,
    };
    let recorded = recorded.map(str::to_owned).collect();
    search.choose(there, &settings.clients, recorded, report)
}

/// A pool's id starts with its Region, so that a pool elsewhere can be told at once.
fn refuse_other_region(account: &Account, ids: &[String]) -> Result<()> {
    let identity = &account.identity;
    let side = identity.side.as_str();
    for id in ids {
        if let Some((region, _)) = id.split_once('_')
            && region.contains('-')
            && region != identity.region
        {
            bail!(
                "the {side} user pool {id} is in {region}, not in {}
  try  --{side}-region {region}",
                identity.region
            );
        }
    }
    Ok(())
}

struct Search<'a> {
    account: &'a Account,
    what: &'static str,
    option: &'static str,
    several: bool,
}

impl Search<'_> {
    fn choose(
        &self,
        there: &[Named],
        named: &[String],
        recorded: Vec<String>,
        report: &Report,
    ) -> Result<Vec<Named>> {
        let (chosen, how) = self.pick(there, named, recorded, report)?;
        for named in &chosen {
            report.event(Event::Chosen {
                side: self.account.identity.side,
                what: self.what,
                named: named.clone(),
                how,
            });
        }
        Ok(chosen)
    }

    fn pick(
        &self,
        there: &[Named],
        named: &[String],
        recorded: Vec<String>,
        report: &Report,
    ) -> Result<(Vec<Named>, Found)> {
        let side = self.account.identity.side.as_str();
        if !named.is_empty() {
            return Ok((self.by_id(there, named)?, Found::Named));
        }
        let known: BTreeSet<_> = recorded.into_iter().collect();
        let recorded: Vec<_> = there
            .iter()
            .filter(|one| known.contains(&one.id))
            .cloned()
            .collect();
        if !recorded.is_empty() {
            return Ok((recorded, Found::Recorded));
        }
        match there {
            [] => bail!(
                "there is no {} in the {}\n  try  another Region (--{side}-region) or profile (--{side}-profile)",
                self.what,
                self.account.place()
            ),
            [only] => Ok((vec![only.clone()], Found::Only)),
            several if report.can_ask() => {
                let picked = Report::pick(
                    &format!("Which {side} {}?", self.what),
                    several,
                    self.several,
                )?;
                Ok((picked, Found::Picked))
            }
            several => bail!(
                "there are several {}s in the {}: name one\n{}",
                self.what,
                self.account.place(),
                self.options(several)
            ),
        }
    }

    fn by_id(&self, there: &[Named], named: &[String]) -> Result<Vec<Named>> {
        named
            .iter()
            .map(|id| match there.iter().find(|one| one.id == *id) {
                Some(one) => Ok(one.clone()),
                None => bail!(
                    "there is no {} {id} in the {}\n{}",
                    self.what,
                    self.account.place(),
                    if there.is_empty() {
                        "  there is none at all".to_owned()
                    } else {
                        self.options(there)
                    }
                ),
            })
            .collect()
    }

    fn options(&self, there: &[Named]) -> String {
        let side = self.account.identity.side.as_str();
        there
            .iter()
            .map(|one| format!("  --{side}-{} {}   {}", self.option, one.id, one.name))
            .collect::<Vec<_>>()
            .join("\n")
    }
}
