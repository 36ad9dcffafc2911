//! A value as it was written, and where: each place that sets options is a map of these.

use std::collections::BTreeMap;
use std::ffi::OsString;

use cogmig_core::options::Origin;
use cogmig_core::reference::trimmed;
use toml::de::DeValue;

/// The options that one place sets, by their long names.
pub type Layer = BTreeMap<String, Written>;

/// A value as it was written.
pub struct Written {
    /// Where.
    pub origin: Origin,
    /// How.
    pub form: Form,
}

/// The form of a value.
pub enum Form {
    /// An argument, or the text of a variable. Several arguments have commas between.
    Raw(OsString),
    /// In quotes, in a file. The other forms are those of files, too.
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

impl Form {
    /// As a file was parsed.
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

    /// Whether it sets nothing: pipelines set variables to "" if they have no value.
    pub fn is_blank(&self) -> bool {
        let is_blank = |text: &str| text.split(',').all(|part| trimmed(part).is_empty());
        match self {
            Self::Raw(text) => text.to_str().is_some_and(is_blank),
            Self::Text(text) => is_blank(text),
            Self::Texts(texts) => texts.iter().all(|text| is_blank(text)),
            Self::Number(_) | Self::Bool(_) | Self::Other => false,
        }
    }

    /// Its text; empty if it has none of these forms.
    pub fn text(&self) -> String {
        match self {
            Self::Raw(text) => text.to_string_lossy().into_owned(),
            Self::Text(text) => format!("{text:?}"),
            Self::Number(digits) => digits.clone(),
            Self::Bool(value) => value.to_string(),
            Self::Texts(_) | Self::Other => String::new(),
        }
    }
}
