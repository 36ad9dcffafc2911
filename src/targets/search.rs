//! One or several of the pools or app clients that are there.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::account::Account;
use crate::pasted::Reference;
use crate::report::{Event, Report};
use crate::resources::user_pool::Named;

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

/// What is searched for, and where.
pub struct Search<'a> {
    /// The account.
    pub account: &'a Account,
    /// The account, or the pool in it, in words.
    pub place: String,
    /// AWS's word for such a thing.
    pub what: &'static str,
    /// How it is named, without its side.
    pub option: &'static str,
    /// Whether several may be picked.
    pub several: bool,
}

impl Search<'_> {
    /// The named ones, those on record, the only one, or what is picked; and says which.
    ///
    /// # Errors
    /// A named one is not there; or none is, or there are several and nobody to ask.
    pub fn choose(
        &self,
        there: &[Named],
        named: &[&Reference],
        recorded: &[String],
        report: &Report,
    ) -> Result<Vec<Named>> {
        let (chosen, how) = self.pick(there, named, recorded, report)?;
        for named in &chosen {
            self.report_chosen(named, how, report);
        }
        Ok(chosen)
    }

    /// Reports which it is.
    pub fn report_chosen(&self, named: &Named, how: Found, report: &Report) {
        report.event(Event::Chosen {
            side: self.account.identity.side,
            what: self.what,
            named: named.clone(),
            how,
        });
    }

    fn pick(
        &self,
        there: &[Named],
        named: &[&Reference],
        recorded: &[String],
        report: &Report,
    ) -> Result<(Vec<Named>, Found)> {
        let side = self.account.identity.side.as_str();
        if !named.is_empty() {
            let found = named
                .iter()
                .map(|reference| self.find(there, reference).cloned());
            return Ok((distinct(found.collect::<Result<_>>()?), Found::Named));
        }
        let known: BTreeSet<_> = recorded.iter().collect();
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
                self.place
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
                self.place,
                self.options(several)
            ),
        }
    }

    /// Whether one of these has this id or this name.
    pub fn is_known(there: &[Named], reference: &Reference) -> bool {
        let written = &reference.id;
        there
            .iter()
            .any(|one| one.id == *written || one.name == *written)
    }

    /// The one of this id, or else the only one of this name.
    ///
    /// # Errors
    /// There is none, or there are several of this name.
    pub fn find<'t>(&self, there: &'t [Named], reference: &Reference) -> Result<&'t Named> {
        let written = &reference.id;
        if let Some(one) = there.iter().find(|one| one.id == *written) {
            return Ok(one);
        }
        let named = there.iter().filter(|one| one.name == *written);
        match named.collect::<Vec<_>>()[..] {
            [one] => Ok(one),
            [] => bail!(
                "there is no {} {written} in the {}\n{}",
                self.what,
                self.place,
                if there.is_empty() {
                    "  there is none at all".to_owned()
                } else {
                    self.options(there)
                }
            ),
            ref several => {
                let several: Vec<_> = several.iter().map(|one| (*one).clone()).collect();
                bail!(
                    "several {}s in the {} have the name {written}: use an id\n{}",
                    self.what,
                    self.place,
                    self.options(&several)
                )
            }
        }
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

/// One that is named twice, by its id and its name, is one.
fn distinct(named: Vec<Named>) -> Vec<Named> {
    let mut distinct: Vec<Named> = Vec::new();
    for one in named {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}
