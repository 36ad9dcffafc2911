//! Options with a fixed set of values. One table defines the values for the command line, the
//! environment and the file.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use cogmig_core::identity::Side;
use cogmig_core::options::{LogUsers, Output};
use cogmig_core::package::Architecture;
use cogmig_core::problem::Severity;
use rules::settings::{ForgotPassword, MfaUsers, TemporaryPasswords};

/// The text of a value, the value, and its help.
type Word<T> = (&'static str, T, &'static str);

/// The value of an option with a fixed set of values.
pub trait Choice: Copy + Send + Sync + 'static {
    /// All values.
    const WORDS: &'static [Word<Self>];

    /// The value with this text.
    fn of_word(text: &str) -> Option<Self> {
        let mut words = Self::WORDS.iter();
        words
            .find(|(word, ..)| *word == text)
            .map(|(_, value, _)| *value)
    }
}

/// Parses the value of a flag.
pub fn choice<T: Choice>() -> impl TypedValueParser<Value = T> {
    let words = T::WORDS.iter().map(|(word, _, help)| {
        let value = PossibleValue::new(*word);
        if help.is_empty() {
            value
        } else {
            value.help(*help)
        }
    });
    // Clap has rejected all other texts.
    PossibleValuesParser::new(words)
        .try_map(|text| T::of_word(&text).ok_or("not one of the valid values"))
}

impl Choice for MfaUsers {
    const WORDS: &'static [Word<Self>] = &[
        ("refuse", Self::Refuse, "They aren't migrated"),
        (
            "migrate",
            Self::Migrate,
            "They are migrated after a check of their password alone. SMS MFA is kept if the new pool has SMS MFA enabled",
        ),
    ];
}

impl Choice for ForgotPassword {
    const WORDS: &'static [Word<Self>] = &[
        (
            "refuse",
            Self::Refuse,
            "A password reset request doesn't migrate the user. A later sign-in with the password does",
        ),
        (
            "migrate",
            Self::Migrate,
            "They are migrated if their email or phone number is verified, and set a new password with the code",
        ),
    ];
}

impl Choice for TemporaryPasswords {
    const WORDS: &'static [Word<Self>] = &[
        (
            "refuse",
            Self::Refuse,
            "Users with a temporary password aren't migrated",
        ),
        (
            "reset",
            Self::Reset,
            "They are migrated, and set a password with a code sent to their verified email or phone number",
        ),
    ];
}

impl Choice for LogUsers {
    const WORDS: &'static [Word<Self>] = &[
        (
            "hash",
            Self::Hash,
            "By a keyed hash of the username, so that distinct users can be counted",
        ),
        (
            "none",
            Self::None,
            "Not at all. Distinct users can't be counted, only sign-ins",
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
        ("human", Self::Human, "Text"),
        (
            "json",
            Self::Json,
            "One JSON document, also if the command fails",
        ),
    ];
}

impl Choice for Severity {
    const WORDS: &'static [Word<Self>] = &[
        ("info", Self::Info, "For information only"),
        ("warning", Self::Warning, "Users or teardown are affected"),
        ("data-loss", Self::DataLoss, "Attributes aren't migrated"),
        ("lockout", Self::Lockout, "Some users can't sign in"),
        ("security", Self::Security, "An attacker could exploit this"),
    ];
}

impl Choice for Side {
    const WORDS: &'static [Word<Self>] = &[
        ("old", Self::Old, "The account that users are migrated from"),
        ("new", Self::New, "The account that users are migrated to"),
    ];
}
