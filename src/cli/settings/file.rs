//! Options as lines of `cogmig.toml`: the long options without their dashes, with hyphens or
//! underscores.

use std::io::ErrorKind;
use std::path::Path;

use cogmig_core::options::Origin;
use cogmig_core::problem::{Cause, Problem, Result};
use cogmig_core::text::on_one_line;
use toml::de::DeTable;

use super::names::{FLAGS_ONLY, nearest};
use super::written::{Form, Layer, Written};

/// Options that belong to one run, and not to a file that all runs share.
const NOT_HERE: [&str; 4] = ["config", "detailed-exitcode", "dry-run", "username"];

/// The file that was named, or `cogmig.toml`.
pub fn path(named: Option<&Path>) -> &Path {
    named.unwrap_or(Path::new("cogmig.toml"))
}

/// Whether the text of a file asks for JSON, though nothing else in it may be understood.
pub fn asks_for_json(text: &str) -> bool {
    let table = DeTable::parse(text.trim_start_matches('\u{feff}'));
    table.is_ok_and(|table| {
        let output = table.get_ref().get("output");
        output.is_some_and(|output| output.get_ref().as_str() == Some("json"))
    })
}

/// The options of the file that was named, or of `cogmig.toml` if it exists.
///
/// # Errors
/// The file can't be read or parsed, or has a key of no option.
pub fn open(named: Option<&Path>, options: &[String]) -> Result<Layer> {
    let path = path(named);
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => layer(&name, &text, options),
        Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => Ok(Layer::new()),
        Err(error) => {
            let summary = format!("{name}: {error}");
            Err(Problem::usage("file-unreadable", summary))
        }
    }
}

/// The options of a file with this text.
///
/// # Errors
/// It isn't TOML, or has a key of no option, or one of them twice.
pub fn layer(name: &str, text: &str, options: &[String]) -> Result<Layer> {
    let text = text.trim_start_matches('\u{feff}');
    let table = DeTable::parse(text).map_err(|error| {
        let text = error.to_string();
        let mut lines = text.trim_end().lines();
        let summary = format!("{name}: {}", lines.next().unwrap_or_default());
        let details = lines.map(|line| Cause::Detail(line.to_owned()));
        details.fold(Problem::usage("file-invalid", summary), Problem::because)
    })?;
    let mut layer = Layer::new();
    for (key, value) in table.get_ref() {
        let line = text[..key.span().start].matches('\n').count() + 1;
        let name = name.to_owned();
        let origin = Origin::File { name, line };
        let key = &on_one_line(key.get_ref().as_ref());
        let option = key.replace('_', "-");
        let place = origin.option(key);
        if let Some(why) = unknown(&option, options) {
            return Err(why.at(&place));
        }
        let form = Form::of(value.get_ref());
        if layer.insert(option, Written { origin, form }).is_some() {
            let summary = format!("{place} is set twice, with a hyphen and with an underscore");
            return Err(Problem::usage("option-duplicate", summary));
        }
    }
    Ok(layer)
}

/// Why a key is none of the file's.
enum Unknown {
    /// It belongs to one run.
    OfOneRun(String),
    /// No option has the name; this one is near.
    Near(Option<String>),
}

impl Unknown {
    fn at(self, place: &str) -> Problem {
        let problem = |why: &str| Problem::usage("option-unknown", format!("{place} {why}"));
        match self {
            Self::OfOneRun(option) => {
                problem("can't be set in a file, because it applies to one run")
                    .fix(format!("--{option}"))
            }
            Self::Near(Some(other)) => problem(&format!("is unknown: did you mean `{other}`?")),
            Self::Near(None) => problem("is unknown: no option has this name"),
        }
    }
}

fn unknown(option: &str, options: &[String]) -> Option<Unknown> {
    let of_one_run = |option: &str| NOT_HERE.contains(&option) || FLAGS_ONLY.contains(&option);
    if of_one_run(option) {
        return Some(Unknown::OfOneRun(option.to_owned()));
    }
    let known: Vec<_> = options
        .iter()
        .filter(|option| !of_one_run(option))
        .cloned()
        .collect();
    if known.iter().any(|known| known == option) {
        return None;
    }
    Some(Unknown::Near(nearest(option, &known).map(str::to_owned)))
}
