//! The types of options, and how a value of each type is written on the command line, in the
//! environment and in `cogmig.toml`.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use cogmig_core::problem::{Cause, Result};
use cogmig_core::{reference, time};

use super::setting::{Form, Setting};
use crate::cli::choice::Choice;

/// A type of option.
pub trait Value: Sized {
    /// The valid values of an argument and of a variable, for error messages.
    fn forms() -> String;

    /// The valid values in a file, for error messages.
    fn forms_in_file() -> String {
        Self::forms()
    }

    /// Whether the value is empty, so it isn't set.
    fn is_blank(&self) -> bool {
        false
    }

    /// The value of an argument or of a variable, if it is valid.
    fn of_text(text: &OsStr) -> Option<Self>;

    /// The value in a file, if it is valid.
    fn of_file(form: &Form) -> Option<Self> {
        match form {
            Form::Text(text) => Self::of_text(OsStr::new(text)),
            _ => None,
        }
    }
}

/// The value of an option.
///
/// # Errors
/// The value is invalid. The error states where it was set.
pub fn read<T: Value>(option: &str, Setting { origin, form }: &Setting) -> Result<T> {
    let (value, forms) = match form {
        Form::Raw(text) => (T::of_text(text), T::forms()),
        form => (T::of_file(form), T::forms_in_file()),
    };
    value.ok_or_else(|| {
        let problem = origin.refuse(option, &form.text(), "invalid value");
        problem.because(Cause::Valid(forms))
    })
}

impl Value for String {
    fn forms() -> String {
        "a string in UTF-8".into()
    }

    fn forms_in_file() -> String {
        "a string in quotes".into()
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }

    fn of_text(text: &OsStr) -> Option<Self> {
        text.to_str()
            .map(|text| reference::trimmed(text).to_owned())
    }
}

impl Value for Vec<String> {
    fn forms() -> String {
        "a string, or several strings separated by commas".into()
    }

    fn forms_in_file() -> String {
        "a string in quotes, or an array of strings".into()
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }

    fn of_text(text: &OsStr) -> Option<Self> {
        Some(distinct(text.to_str()?.split(',')))
    }

    fn of_file(form: &Form) -> Option<Self> {
        match form {
            Form::Text(text) => Some(distinct(text.split(','))),
            Form::Texts(texts) => Some(distinct(texts.iter().map(String::as_str))),
            _ => None,
        }
    }
}

fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut distinct = Vec::new();
    for text in texts.map(reference::trimmed) {
        if !text.is_empty() && !distinct.iter().any(|other| other == text) {
            distinct.push(text.to_owned());
        }
    }
    distinct
}

impl Value for PathBuf {
    fn forms() -> String {
        "a path".into()
    }

    fn forms_in_file() -> String {
        "a path in quotes".into()
    }

    fn is_blank(&self) -> bool {
        let text = self.as_os_str().to_str();
        text.is_some_and(|text| reference::trimmed(text).is_empty())
    }

    fn of_text(text: &OsStr) -> Option<Self> {
        // A path doesn't have to be UTF-8. An argument can have spaces at its ends.
        Some(text.into())
    }
}

impl Value for i32 {
    fn forms() -> String {
        "an integer".into()
    }

    fn of_text(text: &OsStr) -> Option<Self> {
        reference::trimmed(text.to_str()?).parse().ok()
    }

    fn of_file(form: &Form) -> Option<Self> {
        match form {
            Form::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }
}

impl Value for bool {
    fn forms() -> String {
        "true, false, 1, 0, yes or no".into()
    }

    fn forms_in_file() -> String {
        "true or false".into()
    }

    // A typo must not mean `true`: `--yes` skips the prompt.
    fn of_text(text: &OsStr) -> Option<Self> {
        match reference::trimmed(text.to_str()?).to_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        }
    }

    fn of_file(form: &Form) -> Option<Self> {
        match form {
            Form::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

impl Value for Duration {
    fn forms() -> String {
        "a number with the unit m, h or d: 90m, 24h, 7d".into()
    }

    fn of_text(text: &OsStr) -> Option<Self> {
        time::span(reference::trimmed(text.to_str()?)).ok()
    }
}

/// Options with a fixed set of values.
impl<T: Choice> Value for T {
    fn forms() -> String {
        let words: Vec<_> = T::WORDS.iter().map(|(word, ..)| *word).collect();
        words.join(", ")
    }

    fn of_text(text: &OsStr) -> Option<Self> {
        Self::of_word(reference::trimmed(text.to_str()?))
    }
}
