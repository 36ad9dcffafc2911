//! The sources of options: flags, environment and file. Each layer maps options to values and to
//! the place where they were set.

use cogmig_core::options::{self, Origins};
use cogmig_core::problem::{Problem, Result};

use super::setting::{Layer, Setting};
use super::value::{self, Value};

/// The sources, in the order of precedence.
pub struct Layers(Vec<Layer>);

/// A value, and the index of the layer that sets it. Index 0 takes precedence.
type Ranked<T> = Option<(usize, T)>;

/// The option that sets the option of both sides.
const BOTH_SIDES: (&str, [&str; 2]) = (
    "permissions-boundary",
    ["old-permissions-boundary", "new-permissions-boundary"],
);

/// Replaces the option for both sides by the options of each side, which take precedence over it in
/// the same layer.
fn split(mut layer: Layer) -> Layer {
    let (both, sides) = BOTH_SIDES;
    let setting = layer
        .remove(both)
        .filter(|setting| !setting.form.is_blank());
    if let Some(setting) = setting {
        for side in sides {
            let own = layer
                .entry(side.to_owned())
                .or_insert_with(|| setting.clone());
            if own.form.is_blank() {
                *own = setting.clone();
            }
        }
    }
    layer
}

impl Layers {
    /// These layers.
    pub fn new(layers: impl IntoIterator<Item = Layer>) -> Self {
        Self(layers.into_iter().map(split).collect())
    }

    /// These layers, above another one.
    pub fn above(&self, lowest: Layer) -> Self {
        Self(self.0.iter().cloned().chain([lowest]).collect())
    }

    /// The value of a long option, from the first layer that sets it.
    ///
    /// # Errors
    /// The value is invalid in any of the layers.
    pub fn read<T: Value>(&self, option: &str) -> Result<Option<T>> {
        Ok(self.ranked(option)?.map(|(_, value)| value))
    }

    fn ranked<T: Value>(&self, option: &str) -> Result<Ranked<T>> {
        let mut first = None;
        for (rank, layer) in self.0.iter().enumerate() {
            if let Some(setting) = layer.get(option) {
                let value: T = value::read(option, setting)?;
                let value = Some(value).filter(|value| !value.is_blank());
                first = first.or(value.map(|value| (rank, value)));
            }
        }
        Ok(first)
    }

    /// The options that were set, and where.
    pub fn origins(&self) -> Origins {
        let set = self.0.iter().rev().flatten();
        let set = set.filter(|(_, setting)| !setting.form.is_blank());
        let setting = |setting: &Setting| options::Setting {
            value: setting.form.text(),
            origin: setting.origin.clone(),
        };
        set.map(|(option, value)| (option.clone(), setting(value)))
            .collect()
    }

    /// The error for an invalid value. It states where the value was set.
    pub fn invalid(&self, option: &str, value: &str, why: &str) -> Problem {
        self.origins().of(option).refuse(option, value, why)
    }

    /// Two options that are mutually exclusive, if their values are active. Returns the option of
    /// the layer that takes precedence, or both options if the same layer sets them.
    ///
    /// # Errors
    /// Same as [`Self::read`].
    pub fn either<A: Value, B: Value>(
        &self,
        (one, is_active_one): (&str, impl Fn(&A) -> bool),
        (other, is_active_other): (&str, impl Fn(&B) -> bool),
    ) -> Result<(Option<A>, Option<B>)> {
        let one = self.ranked(one)?.filter(|(_, value)| is_active_one(value));
        let other = self
            .ranked(other)?
            .filter(|(_, value)| is_active_other(value));
        let rank = |ranked: Option<usize>| ranked.unwrap_or(usize::MAX);
        let of_one = rank(one.as_ref().map(|(rank, _)| *rank));
        let of_other = rank(other.as_ref().map(|(rank, _)| *rank));
        Ok((
            one.filter(|_| of_one <= of_other).map(|(_, value)| value),
            other.filter(|_| of_other <= of_one).map(|(_, value)| value),
        ))
    }
}
