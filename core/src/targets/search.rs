//! Selects user pools or app clients from the existing ones.

use std::collections::BTreeSet;

use crate::identity::Side;
use crate::problem::{Cause, Problem, Result};
use crate::reference::{Listed, Reference};
use crate::selected::{Selected, SelectedBy};

/// The selected user pool or app clients, or the ones to select from.
pub enum Selection {
    /// The selected ones.
    These(Selected),
    /// Several exist, and nothing selects between them.
    Several(Several),
}

/// Several user pools or app clients, from which the user has to select.
pub struct Several {
    /// The side of the migration.
    pub side: Side,
    /// The type, in AWS's words.
    pub what: &'static str,
    /// The existing ones.
    pub there: Vec<Listed>,
    /// Whether the user can select several.
    pub picks_several: bool,
    /// The error if there is no terminal to prompt on.
    pub refusal: Problem,
}

/// A search for user pools or app clients.
pub struct Search {
    /// The side of the migration.
    pub side: Side,
    /// The account, or the user pool in it, for messages.
    pub place: String,
    /// The type, in AWS's words.
    pub what: &'static str,
    /// The name of the option, without its side.
    pub option: &'static str,
    /// Whether the user can select several.
    pub several: bool,
}

impl Search {
    /// Selects the given ones, the recorded ones, or the only one. Otherwise the user has to
    /// select.
    ///
    /// # Errors
    /// A given one doesn't exist, or none exists.
    pub fn select(
        &self,
        there: &[Listed],
        given: &[&Reference],
        recorded: &[String],
    ) -> Result<Selection> {
        let side = self.side.as_str();
        if !given.is_empty() {
            let found = given
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
                format!("no {} exists in the {}", self.what, self.place),
            )
            .fix(format!(
                "use another Region (--{side}-region) or profile (--{side}-profile)"
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
                            "several {}s exist in the {}. Select one with an option",
                            self.what, self.place
                        ),
                    ),
                    several,
                ),
            })),
        }
    }

    /// The selection, and what selected it.
    pub fn selected(&self, all: Vec<Listed>, source: SelectedBy) -> Selection {
        Selection::These(Selected {
            side: self.side,
            what: self.what,
            all,
            source,
        })
    }

    /// Whether one of these has this id or name.
    pub fn is_known(there: &[Listed], reference: &Reference) -> bool {
        let given = &reference.id;
        there
            .iter()
            .any(|one| one.id == *given || one.name == *given)
    }

    /// The one with this id, otherwise the only one with this name.
    ///
    /// # Errors
    /// None exists, or several have this name.
    pub fn find<'t>(&self, there: &'t [Listed], reference: &Reference) -> Result<&'t Listed> {
        let given = &reference.id;
        if let Some(one) = there.iter().find(|one| one.id == *given) {
            return Ok(one);
        }
        let matches = there.iter().filter(|one| one.name == *given);
        match matches.collect::<Vec<_>>()[..] {
            [one] => Ok(one),
            [] => {
                let problem = Problem::error(
                    "not-found",
                    format!(
                        "the {} {given} doesn't exist in the {}",
                        self.what, self.place
                    ),
                );
                Err(if there.is_empty() {
                    problem.because(Cause::Detail(format!("no {} exists there", self.what)))
                } else {
                    self.with_options(problem, there)
                })
            }
            ref several => {
                let several: Vec<_> = several.iter().map(|one| (*one).clone()).collect();
                let problem = Problem::error(
                    "name-ambiguous",
                    format!(
                        "several {}s in the {} have the name {given}. Use an ID",
                        self.what, self.place
                    ),
                );
                Err(self.with_options(problem, &several))
            }
        }
    }

    /// Adds the options that select each of these to the problem.
    fn with_options(&self, problem: Problem, there: &[Listed]) -> Problem {
        let side = self.side.as_str();
        there.iter().fold(problem, |problem, one| {
            let option = format!("--{side}-{} {}   {}", self.option, one.id, one.name);
            problem.because(Cause::Detail(option))
        })
    }
}

/// Removes duplicates: one can be given twice, by its id and its name.
fn distinct(given: Vec<Listed>) -> Vec<Listed> {
    let mut distinct: Vec<Listed> = Vec::new();
    for one in given {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}
