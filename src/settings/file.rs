//! Options as lines of `cogmig.toml`: the long options without their dashes, with hyphens or
//! underscores.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::value::Value;
use super::{FLAGS_ONLY, nearest};
use crate::error::{Usage, on_one_line};

/// Options that belong to one run, and not to a file that all runs share.
const NOT_HERE: [&str; 4] = ["config", "detailed-exitcode", "dry-run", "username"];

/// What the file says, and where.
#[derive(Default)]
pub struct File {
    /// Its path, as it was named.
    pub name: String,
    lines: BTreeMap<String, (usize, Written)>,
}

/// A value as it is written.
pub enum Written {
    /// Between quotes.
    Text(String),
    /// In brackets.
    Texts(Vec<String>),
    /// A whole number, in decimal digits.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
    /// What no option takes.
    Other,
}

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

impl File {
    /// Reads the file that was named, or `cogmig.toml` if there.
    ///
    /// # Errors
    /// The file cannot be read or understood, or has a key of no option.
    pub fn open(named: Option<&Path>, options: &[String]) -> Result<Self, Usage> {
        let path = path(named);
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(name, &text, options),
            Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => Err(Usage(format!("{name}: {error}"))),
        }
    }

    /// Understands the text of a file.
    ///
    /// # Errors
    /// It is no TOML, or has a key of no option, or one of them twice.
    pub fn parse(name: String, text: &str, options: &[String]) -> Result<Self, Usage> {
        let text = text.trim_start_matches('\u{feff}');
        let table = DeTable::parse(text)
            .map_err(|error| Usage(format!("{name}: {}", error.to_string().trim_end())))?;
        let mut lines = BTreeMap::new();
        for (key, value) in table.get_ref() {
            let line = text[..key.span().start].matches('\n').count() + 1;
            let written = &on_one_line(key.get_ref().as_ref());
            let option = written.replace('_', "-");
            refuse_unknown(&option, options)
                .map_err(|why| Usage(format!("{name}, line {line}: {written} {why}")))?;
            let value = Written::of(value.get_ref());
            if lines.insert(option, (line, value)).is_some() {
                return Err(Usage(format!(
                    "{name}, line {line}: {written} is set twice, with a hyphen and with an underscore"
                )));
            }
        }
        Ok(Self { name, lines })
    }

    /// The value of a long option.
    ///
    /// # Errors
    /// The value is not one of its forms.
    pub fn read<T: Value>(&self, option: &str) -> Result<Option<T>, Usage> {
        let Some((line, written)) = self.lines.get(option) else {
            return Ok(None);
        };
        let value = T::of_file(written).ok_or_else(|| {
            Usage(format!(
                "{}, line {line}: invalid value for `{option}`\n  valid values  {}",
                self.name,
                T::IN_FILE
            ))
        })?;
        Ok(Some(value).filter(|value| !value.is_blank()))
    }
}

fn refuse_unknown(option: &str, options: &[String]) -> Result<(), String> {
    let of_one_run = |option: &str| NOT_HERE.contains(&option) || FLAGS_ONLY.contains(&option);
    if of_one_run(option) {
        return Err(format!(
            "can't be set in a file, because it applies to one run\n  try  --{option}"
        ));
    }
    let known: Vec<_> = options
        .iter()
        .filter(|option| !of_one_run(option))
        .cloned()
        .collect();
    if known.iter().any(|known| known == option) {
        return Ok(());
    }
    Err(match nearest(option, &known) {
        Some(other) => format!("is unknown: did you mean `{other}`?"),
        None => "is unknown: no option has this name".to_owned(),
    })
}

impl Written {
    fn of(value: &DeValue<'_>) -> Self {
        let text = |value: &DeValue<'_>| value.as_str().map(str::to_owned);
        match value {
            DeValue::String(text) => Self::Text(text.clone().into_owned()),
            DeValue::Integer(number) if number.radix() == 10 => {
                Self::Number(number.as_str().to_owned())
            }
            DeValue::Boolean(value) => Self::Bool(*value),
            DeValue::Array(items) => {
                let texts = items.iter().map(|item| text(item.get_ref()));
                texts
                    .collect::<Option<_>>()
                    .map_or(Self::Other, Self::Texts)
            }
            _ => Self::Other,
        }
    }
}
