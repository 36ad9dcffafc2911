//! What an option can say, and how it is written on a command line, in a variable of the
//! environment and in `cogmig.toml`.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;
use cogmig_core::options::Output;
use cogmig_core::package::Architecture;
use cogmig_core::{reference, time};
use rules::settings::{ForgotPassword, MfaUsers, TemporaryPasswords};

use super::written::Written;
use crate::cli::choice::Choice;

/// The value of an option.
pub trait Value: Clone + Send + Sync + Sized + 'static {
    /// The legal forms in a variable, in words.
    const FORMS: &'static str;
    /// The legal forms in the file, in words.
    const IN_FILE: &'static str = Self::FORMS;

    /// The value of a flag, if it was given. Clap has parsed it.
    fn of_flag(flags: &ArgMatches, id: &str) -> Option<Self> {
        flags.try_get_one::<Self>(id).ok().flatten().cloned()
    }

    /// The value, where the text of a variable is a legal form.
    fn of_text(text: &OsStr) -> Option<Self>;

    /// The value, where the file has it in a legal form.
    fn of_file(written: &Written) -> Option<Self> {
        match written {
            Written::Text(text) => Self::of_text(OsStr::new(text)),
            _ => None,
        }
    }

    /// Whether it says nothing: pipelines set variables to "" where they have nothing.
    fn is_blank(&self) -> bool {
        false
    }
}

impl Value for String {
    const FORMS: &'static str = "text in UTF-8";
    const IN_FILE: &'static str = "text";

    fn of_text(text: &OsStr) -> Option<Self> {
        text.to_str()
            .map(|text| reference::trimmed(text).to_owned())
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl Value for Vec<String> {
    const FORMS: &'static str = "text, or several with commas between";
    const IN_FILE: &'static str = "one text or a list of them";

    fn of_flag(flags: &ArgMatches, id: &str) -> Option<Self> {
        let values = flags.try_get_many::<String>(id).ok().flatten()?;
        Some(distinct(values.map(String::as_str)))
    }

    fn of_text(text: &OsStr) -> Option<Self> {
        Some(distinct(text.to_str()?.split(',')))
    }

    fn of_file(written: &Written) -> Option<Self> {
        match written {
            Written::Text(text) => Some(distinct(text.split(','))),
            Written::Texts(texts) => Some(distinct(texts.iter().map(String::as_str))),
            _ => None,
        }
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut distinct = Vec::new();
    for text in texts.map(reference::trimmed) {
        if !text.is_empty() && !distinct.iter().any(|known| known == text) {
            distinct.push(text.to_owned());
        }
    }
    distinct
}

impl Value for PathBuf {
    const FORMS: &'static str = "a path";

    fn of_text(text: &OsStr) -> Option<Self> {
        // What is no UTF-8 is a path all the same.
        Some(
            text.to_str()
                .map_or(text.into(), |text| reference::trimmed(text).into()),
        )
    }

    fn is_blank(&self) -> bool {
        self.as_os_str().is_empty()
    }
}

impl Value for i32 {
    const FORMS: &'static str = "a whole number";

    fn of_text(text: &OsStr) -> Option<Self> {
        reference::trimmed(text.to_str()?).parse().ok()
    }

    fn of_file(written: &Written) -> Option<Self> {
        match written {
            Written::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }
}

impl Value for bool {
    const FORMS: &'static str = "true, false, 1, 0, yes or no";
    const IN_FILE: &'static str = "true or false";

    /// A flag that is absent says nothing: it is not a no.
    fn of_flag(flags: &ArgMatches, id: &str) -> Option<Self> {
        let given = flags.try_get_one::<Self>(id).ok().flatten();
        given.filter(|given| **given).copied()
    }

    // A typo must not be a yes: this decides whether anybody is asked.
    fn of_text(text: &OsStr) -> Option<Self> {
        match reference::trimmed(text.to_str()?).to_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        }
    }

    fn of_file(written: &Written) -> Option<Self> {
        match written {
            Written::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

impl Value for Duration {
    const FORMS: &'static str = "a number and m, h or d: 90m, 24h, 7d";

    fn of_text(text: &OsStr) -> Option<Self> {
        time::span(reference::trimmed(text.to_str()?)).ok()
    }
}

/// Options of a closed set of words, which clap knows.
macro_rules! words {
    ($($option:ty: $forms:literal),*) => {$(
        impl Value for $option {
            const FORMS: &'static str = $forms;

            fn of_text(text: &OsStr) -> Option<Self> {
                Self::of_word(reference::trimmed(text.to_str()?))
            }
        }
    )*};
}

words!(
    Architecture: "arm64 or x86_64",
    ForgotPassword: "refuse or migrate",
    MfaUsers: "refuse or migrate",
    Output: "human or json",
    TemporaryPasswords: "refuse or reset"
);

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a closed set of words is what clap takes.
    #[test]
    fn the_forms_are_those_of_clap() {
        fn same<T: Value + Choice>() {
            let words: Vec<_> = T::WORDS.iter().map(|(word, ..)| *word).collect();
            assert_eq!(T::FORMS, words.join(" or "));
        }
        same::<Architecture>();
        same::<ForgotPassword>();
        same::<MfaUsers>();
        same::<Output>();
        same::<TemporaryPasswords>();
    }
}
