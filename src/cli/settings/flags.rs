//! Options on the command line. Clap has validated their values.

use std::ffi::{OsStr, OsString};

use clap::ArgMatches;
use clap::parser::ValueSource;
use cogmig_core::options::Origin;

use super::setting::{Form, Layer, Setting};

/// The options that are set. A flag that is absent isn't set: it doesn't mean `false`.
pub fn layer(matches: &ArgMatches, options: &[String]) -> Layer {
    let setting = |option: &String| {
        let raw = raw(matches, &option.replace('-', "_"))?;
        let form = Form::Raw(raw);
        let origin = Origin::Flag;
        Some((option.clone(), Setting { origin, form }))
    };
    options.iter().filter_map(setting).collect()
}

fn raw(matches: &ArgMatches, id: &str) -> Option<OsString> {
    let values = matches.try_get_raw(id).ok().flatten()?;
    let is_set = matches.value_source(id) == Some(ValueSource::CommandLine);
    let values: Vec<_> = values.collect();
    is_set.then(|| values.join(OsStr::new(",")))
}
