//! Options of a closed set of words: one table for the command line, the environment and the
//! file.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use cogmig_core::identity::Side;
use cogmig_core::options::Output;
use cogmig_core::package::Architecture;
use rules::settings::{ForgotPassword, MfaUsers, TemporaryPasswords};

/// A word, its value, and its help.
type Word<T> = (&'static str, T, &'static str);

/// The value of such an option.
pub trait Choice: Copy + Send + Sync + 'static {
    /// Its words.
    const WORDS: &'static [Word<Self>];

    /// The value of a word.
    fn of_word(text: &str) -> Option<Self> {
        let mut words = Self::WORDS.iter();
        words
            .find(|(word, ..)| *word == text)
            .map(|(_, value, _)| *value)
    }
}

/// Reads a flag.
pub fn choice<T: Choice>() -> impl TypedValueParser<Value = T> {
    let words = T::WORDS.iter().map(|(word, _, help)| {
        let value = PossibleValue::new(*word);
        if help.is_empty() {
            value
        } else {
            value.help(*help)
        }
    });
    // Clap has refused every other word.
    PossibleValuesParser::new(words)
        .try_map(|text| T::of_word(&text).ok_or("it is none of the possible values"))
}

impl Choice for MfaUsers {
    const WORDS: &'static [Word<Self>] = &[
        ("refuse", Self::Refuse, "They stay in the old pool"),
        (
            "migrate",
            Self::Migrate,
            "They move by their password alone; codes by SMS go on where the new pool sends them",
        ),
    ];
}

impl Choice for ForgotPassword {
    const WORDS: &'static [Word<Self>] = &[
        (
            "refuse",
            Self::Refuse,
            "They stay in the old pool until they know it",
        ),
        (
            "migrate",
            Self::Migrate,
            "They move where an e-mail address or phone number is verified, and set a new one",
        ),
    ];
}

impl Choice for TemporaryPasswords {
    const WORDS: &'static [Word<Self>] = &[
        ("refuse", Self::Refuse, "They stay in the old pool"),
        (
            "reset",
            Self::Reset,
            "They move, and set a password by a code sent to their verified e-mail or phone",
        ),
    ];
}

impl Choice for Architecture {
    const WORDS: &'static [Word<Self>] = &[
        (Self::Arm64.as_str(), Self::Arm64, "AWS Graviton"),
        (Self::X86_64.as_str(), Self::X86_64, "Intel and AMD"),
    ];
}

impl Choice for Output {
    const WORDS: &'static [Word<Self>] = &[
        ("human", Self::Human, "For people"),
        ("json", Self::Json, "One JSON document"),
    ];
}

impl Choice for Side {
    const WORDS: &'static [Word<Self>] = &[
        ("old", Self::Old, "Where the users come from"),
        ("new", Self::New, "Where the users go"),
    ];
}
