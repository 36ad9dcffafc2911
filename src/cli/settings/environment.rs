//! Options in the environment: the variable of an option is `COGMIG_` and its long name.

use std::collections::BTreeMap;
use std::ffi::OsString;

use cogmig_core::options::{Origin, PREFIX, variable};
use cogmig_core::problem::{Problem, Result};
use cogmig_core::text::on_one_line;

use super::names::{FLAGS_ONLY, nearest};
use super::setting::{Form, Layer, Setting};

/// Variables that aren't options: the ones of the build and of the pipelines in `examples/`. Add
/// new ones here.
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

/// The options that are set in these variables.
///
/// # Errors
/// A variable is unknown. Without the error, a variable with a typo would have no effect.
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
                layer.insert(option.clone(), Setting { origin, form });
            }
            None => unknown.push(name.into_owned()),
        }
    }
    check(unknown, options)?;
    Ok(layer)
}

fn check(mut unknown: Vec<String>, options: &[String]) -> Result<()> {
    unknown.sort_unstable();
    let option = |name: &String| option_of(name);
    if let Some(name) = unknown
        .iter()
        .find(|name| FLAGS_ONLY.contains(&option(name).as_str()))
    {
        let option = option(name);
        let summary = format!(
            "the environment variable {name} isn't supported: --{option} can be set only on the command line, because it applies to one run"
        );
        return Err(Problem::usage("variable-unknown", summary)
            .fix(format!("use --{option} on the command line")));
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let mut known = options.to_vec();
    known.retain(|option| !FLAGS_ONLY.contains(&option.as_str()));
    let fixes = unknown
        .iter()
        .map(|name| match nearest(&option(name), &known) {
            Some(other) => format!("use {}", variable(other)),
            None => format!("unset {}", on_one_line(name)),
        });
    let fix = fixes.collect::<Vec<_>>().join(", ");
    let names = unknown.iter().map(|name| on_one_line(name));
    let plural = if unknown.len() == 1 { "" } else { "s" };
    let names = names.collect::<Vec<_>>().join(", ");
    let summary = format!("unknown environment variable{plural} {names}");
    Err(Problem::usage("variable-unknown", summary).fix(fix))
}

/// The long name of an option that has this variable.
fn option_of(variable: &str) -> String {
    let name = variable.trim_start_matches(PREFIX);
    name.to_lowercase().replace('_', "-")
}
