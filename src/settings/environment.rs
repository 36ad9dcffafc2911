//! Options as variables of the environment: `COGMIG_` and the long option.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::{ForgotPassword, MfaUsers, Output, TemporaryPasswords};
use crate::error::Usage;
use crate::package::Architecture;

/// The variable of a long option.
pub fn variable(option: &str) -> String {
    format!("COGMIG_{}", option.to_uppercase().replace('-', "_"))
}

/// Looks variables up: those of the process, or those of a test.
pub struct Environment<L>(pub L);

impl<L: Fn(&str) -> Option<OsString>> Environment<L> {
    /// The value of a long option. An empty one is none: pipelines set variables to ""
    /// where they have nothing.
    ///
    /// # Errors
    /// The value cannot be meant.
    pub fn read<T: Value>(&self, option: &str) -> Result<Option<T>, Usage> {
        let variable = variable(option);
        match (self.0)(&variable).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => T::parse(&text).map(Some).ok_or_else(|| {
                Usage(format!(
                    "{variable}: {:?} is not its value\n  it takes  {}",
                    text.to_string_lossy(),
                    T::forms()
                ))
            }),
        }
    }
}

/// What a variable can say.
pub trait Value: Sized {
    /// The legal forms, in words.
    fn forms() -> String;
    /// The value, where the text is a legal form.
    fn parse(text: &OsStr) -> Option<Self>;
}

impl Value for String {
    fn forms() -> String {
        "text in UTF-8".into()
    }
    fn parse(text: &OsStr) -> Option<Self> {
        text.to_str().map(str::to_owned)
    }
}

impl Value for Vec<String> {
    fn forms() -> String {
        "texts with commas between".into()
    }
    fn parse(text: &OsStr) -> Option<Self> {
        Some(text.to_str()?.split(',').map(str::to_owned).collect())
    }
}

impl Value for PathBuf {
    fn forms() -> String {
        "a path".into()
    }
    fn parse(text: &OsStr) -> Option<Self> {
        Some(text.into())
    }
}

impl Value for i32 {
    fn forms() -> String {
        "a whole number".into()
    }
    fn parse(text: &OsStr) -> Option<Self> {
        text.to_str()?.parse().ok()
    }
}

impl Value for bool {
    fn forms() -> String {
        "true, false, 1, 0, yes or no".into()
    }
    // A typo must not be a yes: this decides whether anybody is asked.
    fn parse(text: &OsStr) -> Option<Self> {
        match text.to_str()?.to_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        }
    }
}

/// Options of a closed set of words, which clap knows.
macro_rules! words {
    ($($option:ty),*) => {$(
        impl Value for $option {
            fn forms() -> String {
                names::<Self>()
            }
            fn parse(text: &OsStr) -> Option<Self> {
                ValueEnum::from_str(text.to_str()?, false).ok()
            }
        }
    )*};
}

words!(
    Architecture,
    ForgotPassword,
    MfaUsers,
    Output,
    TemporaryPasswords
);

/// The names that clap takes for the same option.
fn names<T: ValueEnum>() -> String {
    let values = T::value_variants().iter();
    values
        .filter_map(ValueEnum::to_possible_value)
        .map(|value| value.get_name().to_owned())
        .collect::<Vec<_>>()
        .join(" or ")
}
