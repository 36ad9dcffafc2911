//! One or several of the pools or app clients that are there.

use std::collections::BTreeSet;

use crate::identity::Side;
use crate::problem::{Cause, Problem, Result};
use crate::reference::{Listed, Reference};
use crate::selected::{Selected, SelectedBy};

/// Which pool or app clients it is about, or that there are several to pick from.
pub enum Selection {
    /// These.
    These(Selected),
    /// One of these, or some.
    Several(Several),
}

/// Several that it could be about, where nothing says which.
pub struct Several {
    /// Of which side.
    pub side: Side,
    /// AWS's word for such a thing.
    pub what: &'static str,
    /// Which there are.
    pub there: Vec<Listed>,
    /// Whether several may be picked.
    pub picks_several: bool,
    /// What is said where nobody can be asked.
    pub refusal: Problem,
}

/// What is searched for, and where.
pub struct Search {
    /// Of which side.
    pub side: Side,
    /// The account, or the pool in it, in words.
    pub place: String,
    /// AWS's word for such a thing.
    pub what: &'static str,
    /// How it is named, without its side.
    pub option: &'static str,
    /// Whether several may be picked.
    pub several: bool,
}

impl Search {
    /// The named ones, those on record, or the only one; otherwise somebody has to pick.
    ///
    /// # Errors
    /// A named one is not there; or none is.
    pub fn select(
        &self,
        there: &[Listed],
        named: &[&Reference],
        recorded: &[String],
    ) -> Result<Selection> {
        let side = self.side.as_str();
        if !named.is_empty() {
            let found = named
                .iter()
                .map(|reference| self.find(there, reference).cloned());
            let found = distinct(found.collect::<Result<_>>()?);
            return Ok(self.selected(found, SelectedBy::Option));
        }
        let known: BTreeSet<_> = recorded.iter().collect();
        let recorded: Vec<_> = there
            .iter()
            .filter(|one| known.contains(&one.id))
            .cloned()
            .collect();
        if !recorded.is_empty() {
            return Ok(self.selected(recorded, SelectedBy::Record));
        }
        match there {
            [] => Err(Problem::error(
                "none-found",
                format!("there is no {} in the {}", self.what, self.place),
            )
            .fix(format!(
                "another Region (--{side}-region) or profile (--{side}-profile)"
            ))),
            [only] => Ok(self.selected(vec![only.clone()], SelectedBy::Only)),
            several => Ok(Selection::Several(Several {
                side: self.side,
                what: self.what,
                there: several.to_vec(),
                picks_several: self.several,
                refusal: self.with_options(
                    Problem::error(
                        "several-found",
                        format!(
                            "there are several {}s in the {}: name one",
                            self.what, self.place
                        ),
                    ),
                    several,
                ),
            })),
        }
    }

    /// These, and how they came to be the ones.
    pub fn selected(&self, all: Vec<Listed>, how: SelectedBy) -> Selection {
        Selection::These(Selected {
            side: self.side,
            what: self.what,
            all,
            how,
        })
    }

    /// Whether one of these has this id or this name.
    pub fn is_known(there: &[Listed], reference: &Reference) -> bool {
        let written = &reference.id;
        there
            .iter()
            .any(|one| one.id == *written || one.name == *written)
    }

    /// The one of this id, or else the only one of this name.
    ///
    /// # Errors
    /// There is none, or there are several of this name.
    pub fn find<'t>(&self, there: &'t [Listed], reference: &Reference) -> Result<&'t Listed> {
        let written = &reference.id;
        if let Some(one) = there.iter().find(|one| one.id == *written) {
            return Ok(one);
        }
        let named = there.iter().filter(|one| one.name == *written);
        match named.collect::<Vec<_>>()[..] {
            [one] => Ok(one),
            [] => {
                let problem = Problem::error(
                    "not-found",
                    format!("there is no {} {written} in the {}", self.what, self.place),
                );
                Err(if there.is_empty() {
                    problem.because(Cause::Detail("there is none at all".to_owned()))
                } else {
                    self.with_options(problem, there)
                })
            }
            ref several => {
                let several: Vec<_> = several.iter().map(|one| (*one).clone()).collect();
                let problem = Problem::error(
                    "name-ambiguous",
                    format!(
                        "several {}s in the {} have the name {written}: use an id",
                        self.what, self.place
                    ),
                );
                Err(self.with_options(problem, &several))
            }
        }
    }

    /// The problem, with the options that name these.
    fn with_options(&self, problem: Problem, there: &[Listed]) -> Problem {
        let side = self.side.as_str();
        there.iter().fold(problem, |problem, one| {
            let option = format!("--{side}-{} {}   {}", self.option, one.id, one.name);
            problem.because(Cause::Detail(option))
        })
    }
}

/// One that is named twice, by its id and its name, is one.
fn distinct(named: Vec<Listed>) -> Vec<Listed> {
    let mut distinct: Vec<Listed> = Vec::new();
    for one in named {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}
