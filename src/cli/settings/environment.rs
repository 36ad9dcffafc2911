//! Options as variables of the environment: `COGMIG_` and the long option.

use std::collections::BTreeMap;
use std::ffi::OsString;

use cogmig_core::options::{PREFIX, variable};
use cogmig_core::problem::{Cause, Problem, Result};
use cogmig_core::reference::trimmed;
use cogmig_core::text::on_one_line;

use super::names::{FLAGS_ONLY, nearest};
use super::value::Value;

/// Variables that are no options: those of the build, and those of the examples' pipelines.
/// A new one of either goes here.
const OTHERS: [&str; 8] = [
    "COGMIG_COMMIT",
    "COGMIG_LAMBDA_ARCHITECTURES",
    "COGMIG_LAMBDA_ZIPS",
    "COGMIG_NEW_ACCOUNT",
    "COGMIG_OLD_ACCOUNT",
    "COGMIG_REPOSITORY",
    "COGMIG_SHA256",
    "COGMIG_VERSION",
];

/// The variables of ours that are set. An empty one is not: pipelines set variables to ""
/// where they have nothing.
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// Those among all variables: of the process, or of a test.
    pub fn of(all: impl Iterator<Item = (OsString, OsString)>) -> Self {
        let ours = all.filter_map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            let is_blank = value.to_str().is_some_and(|text| trimmed(text).is_empty());
            (name.starts_with(PREFIX) && !is_blank).then_some((name, value))
        });
        Self(ours.collect())
    }

    /// The value of a long option.
    ///
    /// # Errors
    /// The value is not one of its forms.
    pub fn read<T: Value>(&self, option: &str) -> Result<Option<T>> {
        let variable = variable(option);
        let Some(text) = self.0.get(&variable) else {
            return Ok(None);
        };
        let value = T::of_text(text).ok_or_else(|| {
            let text = on_one_line(&text.to_string_lossy());
            Problem::usage(
                "option-invalid",
                format!("{variable}: invalid value {text:?}"),
            )
            .because(Cause::Valid(T::FORMS.to_owned()))
        })?;
        Ok(Some(value).filter(|value| !value.is_blank()))
    }

    /// Refuses variables of no option: a mistyped one would be ignored.
    ///
    /// # Errors
    /// There are such variables; each is named, with the nearest one that exists.
    pub fn refuse_unknown(&self, options: &[String]) -> Result<()> {
        let known: Vec<_> = options
            .iter()
            .filter(|option| !FLAGS_ONLY.contains(&option.as_str()))
            .cloned()
            .collect();
        let is_known = |name: &&String| {
            known.iter().any(|option| variable(option) == **name) || OTHERS.contains(&name.as_str())
        };
        let unknown = self.0.keys().filter(|name| !is_known(name));
        let mut unknown = unknown.map(|name| unknown_name(name, &known));
        let Some(first) = unknown.next() else {
            return Ok(());
        };
        let problem = Problem::usage("variable-unknown", first);
        Err(unknown.fold(problem, |problem, other| {
            problem.because(Cause::Detail(other))
        }))
    }
}

fn unknown_name(name: &str, known: &[String]) -> String {
    let name = on_one_line(name);
    let option = name
        .trim_start_matches(PREFIX)
        .to_lowercase()
        .replace('_', "-");
    if FLAGS_ONLY.contains(&option.as_str()) {
        return format!(
            "the environment variable {name} is not read: --{option} can be set only on the command line, because it applies to one run"
        );
    }
    let meant = match nearest(&option, known) {
        Some(other) => format!("did you mean {}?", variable(other)),
        None => "no option has this name".to_owned(),
    };
    format!("the environment variable {name} is unknown: {meant}")
}
