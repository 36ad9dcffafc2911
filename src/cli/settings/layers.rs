//! The three places that options come from, the highest first.

use clap::ArgMatches;
use cogmig_core::options::variable;
use cogmig_core::problem::Result;

use super::environment::Environment;
use super::file::File;
use super::value::Value;

/// Where a value came from; the higher place is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// `cogmig.toml`.
    File,
    /// A variable.
    Environment,
    /// The command line.
    Flag,
}

/// All three.
pub struct Layers<'a> {
    /// What clap parsed of the command.
    pub flags: &'a ArgMatches,
    /// The variables.
    pub environment: Environment,
    /// The file.
    pub file: File,
}

impl Layers<'_> {
    /// The value of a long option, from the highest place that has one.
    ///
    /// # Errors
    /// A value is not one of its forms, in whichever place.
    pub fn read<T: Value>(&self, option: &str) -> Result<Option<T>> {
        Ok(self.located(option)?.map(|(value, _)| value))
    }

    /// The same, and which place that is.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn located<T: Value>(&self, option: &str) -> Result<Option<(T, Place)>> {
        let flag = T::of_flag(self.flags, &option.replace('-', "_"));
        let variable = self.environment.read(option)?;
        let line = self.file.read(option)?;
        let at = |place| move |value| (value, place);
        Ok(flag
            .map(at(Place::Flag))
            .or(variable.map(at(Place::Environment)))
            .or(line.map(at(Place::File))))
    }

    /// Which place the value of an option came from, in words; otherwise the flag.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn origin<T: Value>(&self, option: &str) -> Result<String> {
        Ok(match self.located::<T>(option)? {
            None | Some((_, Place::Flag)) => format!("--{option}"),
            Some((_, Place::Environment)) => variable(option),
            Some((_, Place::File)) => format!("{option} in {}", self.file.name),
        })
    }

    /// Two options that exclude each other, where true is what each asks for: the one of the
    /// higher place is heard, and the other is not. Of one place, both are left.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn either<A: Value, B: Value>(
        &self,
        (one, asks_one): (&str, impl Fn(&A) -> bool),
        (other, asks_other): (&str, impl Fn(&B) -> bool),
    ) -> Result<(Option<A>, Option<B>)> {
        let one = self.located(one)?.filter(|(value, _)| asks_one(value));
        let other = self.located(other)?.filter(|(value, _)| asks_other(value));
        let places = (
            one.as_ref().map(|(_, place)| *place),
            other.as_ref().map(|(_, place)| *place),
        );
        let (one, other) = (one.map(|(value, _)| value), other.map(|(value, _)| value));
        Ok(match places {
            (Some(higher), Some(lower)) if higher > lower => (one, None),
            (Some(lower), Some(higher)) if higher > lower => (None, other),
            _ => (one, other),
        })
    }
}
