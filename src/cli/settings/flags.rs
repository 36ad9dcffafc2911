//! Options as arguments of the command line. Clap has checked their forms.

use std::ffi::{OsStr, OsString};

use clap::ArgMatches;
use clap::parser::ValueSource;
use cogmig_core::options::Origin;

use super::written::{Form, Layer, Written};

/// The options that were given, of these. One that is absent is not set: it is not a no.
pub fn layer(matches: &ArgMatches, options: &[String]) -> Layer {
    let given = |option: &String| {
        let raw = given(matches, &option.replace('-', "_"))?;
        let form = Form::Raw(raw);
        let origin = Origin::Flag;
        Some((option.clone(), Written { origin, form }))
    };
    options.iter().filter_map(given).collect()
}

fn given(matches: &ArgMatches, id: &str) -> Option<OsString> {
    let values = matches.try_get_raw(id).ok().flatten()?;
    let is_given = matches.value_source(id) == Some(ValueSource::CommandLine);
    let values: Vec<_> = values.collect();
    is_given.then(|| values.join(OsStr::new(",")))
}
