//! Options in `cogmig.toml`: the keys are the long names, with hyphens or underscores.

use std::io::ErrorKind;
use std::path::Path;

use cogmig_core::options::Origin;
use cogmig_core::problem::{Cause, Problem, Result};
use cogmig_core::text::on_one_line;
use toml::de::{DeTable, DeValue, Error};

use super::names::{FLAGS_ONLY, nearest};
use super::setting::{Form, Layer, Setting};

/// Options that can't be set in the file, because they apply to one run and the file to all runs.
const NOT_IN_FILE: [&str; 3] = ["config", "detailed-exitcode", "dry-run"];

/// How the parser's messages begin, and the same in plain words.
const SYNTAX: [(&str, &str); 13] = [
    ("duplicate key", "the option is set twice"),
    ("extra `=`", "unexpected ="),
    ("extra comma", "unexpected comma"),
    ("invalid basic string", "the closing quote is missing"),
    ("invalid boolean", "expected true or false"),
    ("invalid key-value pair", "expected NAME = VALUE"),
    ("invalid literal string", "the closing quote is missing"),
    ("key with no value", "expected NAME = VALUE"),
    ("missing comma", "expected a comma"),
    ("missing escaped value", "invalid escape sequence"),
    ("unclosed array", "the closing bracket is missing"),
    ("unexpected key or value", "unexpected text after the value"),
    ("unquoted keys cannot be empty", "expected NAME = VALUE"),
];

/// The path of the file: the value of `--config`, or `cogmig.toml`.
pub fn path(config: Option<&Path>) -> &Path {
    config.unwrap_or(Path::new("cogmig.toml"))
}

/// Whether a file with this text sets the output to JSON. Its other options can be invalid.
pub fn asks_for_json(text: &str) -> bool {
    let table = DeTable::parse(text.trim_start_matches('\u{feff}'));
    table.is_ok_and(|table| {
        let output = table.get_ref().get("output");
        output.is_some_and(|output| output.get_ref().as_str() == Some("json"))
    })
}

/// The options of the file `--config`, or of `cogmig.toml` if it exists.
///
/// # Errors
/// The file can't be read or parsed, or contains an unknown option.
pub fn open(config: Option<&Path>, options: &[String]) -> Result<Layer> {
    let path = path(config);
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => layer(&name, &text, options),
        Err(error) if config.is_none() && error.kind() == ErrorKind::NotFound => Ok(Layer::new()),
        Err(error) => {
            let reason = match error.kind() {
                ErrorKind::InvalidData => "the file isn't UTF-8".to_owned(),
                _ => error.to_string(),
            };
            let summary = format!("can't read {name}: {reason}");
            Err(Problem::usage("file-unreadable", summary))
        }
    }
}

/// The options of a file with this text.
///
/// # Errors
/// The text isn't TOML, or contains an unknown option, or an option twice.
pub fn layer(name: &str, text: &str, options: &[String]) -> Result<Layer> {
    let text = text.trim_start_matches('\u{feff}');
    let table = DeTable::parse(text).map_err(|error| syntax_error(name, text, &error))?;
    let mut layer = Layer::new();
    for (key, value) in table.get_ref() {
        let line = line_of(text, key.span().start);
        let key = on_one_line(key.get_ref().as_ref());
        let option = key.replace('_', "-");
        let place = format!("{name}, line {line}");
        check(&key, &option, value.get_ref(), options, &place)?;
        let origin = Origin::File {
            name: name.to_owned(),
            line,
        };
        let form = Form::of(value.get_ref());
        if layer.insert(option, Setting { origin, form }).is_some() {
            let summary =
                format!("{place}: {key} is set twice, with a hyphen and with an underscore");
            return Err(Problem::usage("option-duplicate", summary).fix("delete one of the lines"));
        }
    }
    Ok(layer)
}

/// Checks that the file can set the option.
fn check(
    key: &str,
    option: &str,
    value: &DeValue<'_>,
    options: &[String],
    place: &str,
) -> Result<()> {
    let problem = |why: &str| Problem::usage("option-unknown", format!("{place}: {why}"));
    let is_excluded = |option: &str| NOT_IN_FILE.contains(&option) || FLAGS_ONLY.contains(&option);
    if is_excluded(option) {
        let why = format!("{key} can't be set in a file, because it applies to one run");
        return Err(problem(&why).fix(format!("use --{option} on the command line")));
    }
    let mut known = options.to_vec();
    known.retain(|option| !is_excluded(option));
    if known.iter().any(|known| known == option) {
        return Ok(());
    }
    if value.is_table() {
        let why = format!("the table {key} isn't supported");
        return Err(problem(&why).fix("set each option in a line NAME = VALUE without a table"));
    }
    let why = format!("unknown option {key}");
    Err(match nearest(option, &known) {
        Some(other) => problem(&why).fix(format!("use {other}")),
        None => problem(&why).fix("delete the line: no option has this name"),
    })
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The error for a text that isn't TOML, with the line.
fn syntax_error(name: &str, text: &str, error: &Error) -> Problem {
    let span = error.span().unwrap_or(text.len()..text.len());
    let begin = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[begin..].lines().next().unwrap_or_default();
    let column = text[begin..span.start].chars().count() + 1;
    let message = error.message();
    let word = &text[span.clone()];
    let is_control = |c: char| c.is_control() && !"\t\r\n".contains(c);
    let (reason, fix) = match message {
        _ if line.contains(is_control) => ("unexpected control character", None),
        _ if message.starts_with("string values must be quoted") && word.is_empty() => {
            ("the value is missing", with_value(line))
        }
        _ if message.starts_with("string values must be quoted") => {
            ("the value isn't in quotes", Some(quoted(word)))
        }
        _ => {
            let mut reasons = SYNTAX.iter();
            let reason = reasons.find(|(start, _)| message.starts_with(start));
            let parsers = message.split(", expected").next().unwrap_or(message);
            let fix = match reason {
                Some((_, "expected NAME = VALUE")) => with_value(line),
                Some((_, "expected true or false")) => Some(quoted(word)),
                Some((_, "invalid escape sequence")) => {
                    Some("use single quotes if the value contains a backslash".to_owned())
                }
                _ => None,
            };
            (reason.map_or(parsers, |(_, reason)| *reason), fix)
        }
    };
    let place = format!("{name}, line {}, column {column}", line_of(text, begin));
    let mut problem = Problem::usage("file-invalid", format!("{place}: {reason}"));
    if !line.trim().is_empty() {
        problem = problem.because(Cause::Detail(line.trim().to_owned()));
    }
    match fix {
        Some(fix) => problem.fix(fix),
        None => problem,
    }
}

/// The line with a value, if it starts with a name.
fn with_value(line: &str) -> Option<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let name = line.trim_start().split(|c| !is_name(c)).next()?;
    (!name.is_empty()).then(|| format!("{name} = \"VALUE\""))
}

/// A word without quotes as TOML.
fn quoted(word: &str) -> String {
    match word.trim_matches(['“', '”', '‘', '’']) {
        "yes" | "on" | "Yes" | "True" | "TRUE" => "true".to_owned(),
        "no" | "off" | "No" | "False" | "FALSE" => "false".to_owned(),
        word if word.contains('"') => format!("'{word}'"),
        word => format!("\"{word}\""),
    }
}
