//! Options as variables of the environment: `COGMIG_` and the long option.

use std::collections::BTreeMap;
use std::ffi::OsString;

use cogmig_core::options::{Origin, PREFIX, variable};
use cogmig_core::problem::{Cause, Problem, Result};
use cogmig_core::text::on_one_line;

use super::names::{FLAGS_ONLY, nearest};
use super::written::{Form, Layer, Written};

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

/// The options that are set, of these, among all variables: of the process, or of a test.
///
/// # Errors
/// Variables have names of no option: a mistyped one would be ignored. Each is named, with the
/// nearest one that exists.
pub fn layer(all: impl Iterator<Item = (OsString, OsString)>, options: &[String]) -> Result<Layer> {
    let names: BTreeMap<_, _> = options
        .iter()
        .filter(|option| !FLAGS_ONLY.contains(&option.as_str()))
        .map(|option| (variable(option), option))
        .collect();
    let mut layer = Layer::new();
    let mut unknown = Vec::new();
    for (name, value) in all {
        let name = name.to_string_lossy();
        let form = Form::Raw(value);
        if !name.starts_with(PREFIX) || OTHERS.contains(&name.as_ref()) || form.is_blank() {
            continue;
        }
        match names.get(name.as_ref()) {
            Some(&option) => {
                let origin = Origin::Environment;
                layer.insert(option.clone(), Written { origin, form });
            }
            None => unknown.push(name.into_owned()),
        }
    }
    refuse(unknown, options)?;
    Ok(layer)
}

fn refuse(mut unknown: Vec<String>, options: &[String]) -> Result<()> {
    unknown.sort_unstable();
    let mut unknown = unknown.iter().map(|name| unknown_name(name, options));
    let Some(first) = unknown.next() else {
        return Ok(());
    };
    let problem = Problem::usage("variable-unknown", first);
    Err(unknown.fold(problem, |problem, other| {
        problem.because(Cause::Detail(other))
    }))
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
