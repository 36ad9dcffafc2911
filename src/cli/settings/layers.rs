//! The places that set options: each is a map of options to values and where they were written.

use cogmig_core::options::{Origins, Setting};
use cogmig_core::problem::{Problem, Result};

use super::value::{self, Value};
use super::written::{Layer, Written};

/// The places, the one that takes precedence first.
pub struct Layers(Vec<Layer>);

/// A value that was set, and which place set it: 0 takes precedence.
type Ranked<T> = Option<(usize, T)>;

impl Layers {
    /// Of these places, without what sets nothing.
    pub fn new(places: impl IntoIterator<Item = Layer>) -> Self {
        let set = |mut layer: Layer| {
            layer.retain(|_, written| !written.form.is_blank());
            layer
        };
        Self(places.into_iter().map(set).collect())
    }

    /// The value of a long option, from the first place that sets it.
    ///
    /// # Errors
    /// A value is not one of its forms, in any of the places.
    pub fn read<T: Value>(&self, option: &str) -> Result<Option<T>> {
        Ok(self.ranked(option)?.map(|(_, value)| value))
    }

    fn ranked<T: Value>(&self, option: &str) -> Result<Ranked<T>> {
        let mut first = None;
        for (rank, layer) in self.0.iter().enumerate() {
            if let Some(written) = layer.get(option) {
                let value = value::read(option, written)?;
                first = first.or(Some((rank, value)));
            }
        }
        Ok(first)
    }

    /// The options that were set, and where.
    pub fn origins(&self) -> Origins {
        let set = self.0.iter().rev().flatten();
        let setting = |written: &Written| Setting {
            value: written.form.text(),
            origin: written.origin.clone(),
        };
        set.map(|(option, written)| (option.clone(), setting(written)))
            .collect()
    }

    /// An error about the value of an option, which says where it was set.
    pub fn refuse(&self, option: &str, value: &str, why: &str) -> Problem {
        self.origins().of(option).refuse(option, value, why)
    }

    /// Two options that exclude each other, if their values ask for something: the one of the
    /// place that takes precedence. Of one place, both.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn either<A: Value, B: Value>(
        &self,
        (one, asks_one): (&str, impl Fn(&A) -> bool),
        (other, asks_other): (&str, impl Fn(&B) -> bool),
    ) -> Result<(Option<A>, Option<B>)> {
        let one = self.ranked(one)?.filter(|(_, value)| asks_one(value));
        let other = self.ranked(other)?.filter(|(_, value)| asks_other(value));
        let rank = |ranked: Option<usize>| ranked.unwrap_or(usize::MAX);
        let of_one = rank(one.as_ref().map(|(rank, _)| *rank));
        let of_other = rank(other.as_ref().map(|(rank, _)| *rank));
        Ok((
            one.filter(|_| of_one <= of_other).map(|(_, value)| value),
            other.filter(|_| of_other <= of_one).map(|(_, value)| value),
        ))
    }
}
