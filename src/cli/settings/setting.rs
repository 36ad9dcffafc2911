//! A value as it was set, and the place where it was set.

use std::collections::BTreeMap;
use std::ffi::OsString;

use cogmig_core::options::Origin;
use cogmig_core::reference::trimmed;
use toml::de::DeValue;

/// The options of one source, by their long names.
pub type Layer = BTreeMap<String, Setting>;

/// A value as it was set.
#[derive(Clone)]
pub struct Setting {
    /// The place where it was set.
    pub origin: Origin,
    /// The value, not yet parsed.
    pub form: Form,
}

/// The form of a value.
#[derive(Clone)]
pub enum Form {
    /// An argument or a variable. Several arguments are separated by commas.
    Raw(OsString),
    /// A string in a file. The following forms also occur only in files.
    Text(String),
    /// An array of strings.
    Texts(Vec<String>),
    /// An integer in decimal digits.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
    /// A type that no option has.
    Other,
}

impl Form {
    /// The form of a value that was parsed from a file.
    pub fn of(value: &DeValue<'_>) -> Self {
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

    /// Whether the value is empty. Pipelines set variables to "" if they have no value.
    pub fn is_blank(&self) -> bool {
        let is_blank = |text: &str| trimmed(text).is_empty();
        match self {
            Self::Raw(text) => text.to_str().is_some_and(is_blank),
            Self::Text(text) => is_blank(text),
            Self::Texts(texts) => texts.iter().all(|text| is_blank(text)),
            Self::Number(_) | Self::Bool(_) | Self::Other => false,
        }
    }

    /// The value for an error message. Empty for an array and for other types.
    pub fn text(&self) -> String {
        match self {
            Self::Raw(text) => trimmed(&text.to_string_lossy()).to_owned(),
            Self::Text(text) => text.clone(),
            Self::Texts(texts) => texts.join(","),
            Self::Number(digits) => digits.clone(),
            Self::Bool(value) => value.to_string(),
            Self::Other => String::new(),
        }
    }
}
