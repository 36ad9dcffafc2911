//! Whether users can move from the one pool to the other, and how: what both pools say of
//! themselves, held against each other before anything is changed. Pure.

mod attributes;
mod mfa;
mod names;
mod recovery;
mod schema;
mod surroundings;
#[cfg(test)]
mod tests;

use std::fmt;

use rules::settings::Rules;
use serde_json::Value;

use crate::lossless::Object;
use crate::settings::Wishes;

pub use mfa::{Mfa, asks_for_mfa};

/// Both pools as Describe sends them, and what else was read.
#[derive(Clone, Copy)]
pub struct Pools<'a> {
    /// The pool that users come from.
    pub old: &'a Object,
    /// The pool that users go to.
    pub new: &'a Object,
    /// Its app clients, by id.
    pub new_clients: &'a [(String, Option<Object>)],
    /// Whether the new pool can ask for a code by SMS (GetUserPoolMfaConfig).
    pub sms_mfa: bool,
    /// Whether nothing of the deployment exists yet.
    pub is_first: bool,
}

/// Something that a person should know before users move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is, and what comes of it.
    pub what: String,
    /// What can be done about it.
    pub remedy: String,
}

impl Finding {
    fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  try  {}", self.what, self.remedy)
    }
}

/// What holding the pools against each other comes to.
#[derive(Debug, Default)]
pub struct Preflight {
    /// How the function decides on a user.
    pub rules: Rules,
    /// What users will notice, or somebody could make use of.
    pub warnings: Vec<Finding>,
    /// Why no user could move.
    pub refusals: Vec<Finding>,
}

impl Preflight {
    fn warn(&mut self, what: impl Into<String>, remedy: impl Into<String>) {
        self.warnings.push(Finding::new(what, remedy));
    }

    fn refuse(&mut self, what: impl Into<String>, remedy: impl Into<String>) {
        self.refusals.push(Finding::new(what, remedy));
    }
}

/// Holds the pools against each other.
pub fn check(pools: Pools<'_>, wishes: &Wishes, mfa: Mfa) -> Preflight {
    let mut preflight = Preflight::default();
    preflight.rules.temporary_passwords = wishes.temporary_passwords.into();
    attributes::check(&mut preflight, pools, wishes);
    names::check(&mut preflight, pools);
    recovery::check(&mut preflight, pools, wishes.forgot_password);
    mfa::check(&mut preflight, pools, mfa);
    surroundings::check(&mut preflight, pools);
    preflight
}

/// A member by its path of names, where it is a text that is not empty.
fn text<'a>(object: &'a Object, path: &[&str]) -> Option<&'a str> {
    let (first, rest) = path.split_first()?;
    let value = rest
        .iter()
        .try_fold(object.get(*first)?, |value, name| value.get(name))?;
    value.as_str().filter(|text| !text.is_empty())
}

/// A member that is a list of texts; empty where there is none.
fn texts<'a>(object: &'a Object, name: &str) -> Vec<&'a str> {
    let list = object.get(name).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Words with commas between.
fn listed<T: AsRef<str>>(words: &[T]) -> String {
    words
        .iter()
        .map(AsRef::as_ref)
        .collect::<Vec<_>>()
        .join(", ")
}
