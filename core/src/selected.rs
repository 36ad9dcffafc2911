//! The user pools and app clients that a command works with.

use crate::identity::Side;
use crate::reference::Listed;

/// The selected user pool or app clients of one side.
#[derive(Clone, Debug)]
pub struct Selected {
    /// The side of the migration.
    pub side: Side,
    /// The type, in AWS's words.
    pub what: &'static str,
    /// The selected ones.
    pub all: Vec<Listed>,
    /// What selected them.
    pub source: SelectedBy,
}

/// What selected a user pool or an app client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectedBy {
    /// An option: a flag, a variable or the file.
    Option,
    /// The record of an earlier setup.
    Record,
    /// It's the only one that exists.
    Only,
    /// The user, from a list on the terminal.
    Prompt,
}

impl SelectedBy {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Option, Self::Record, Self::Only, Self::Prompt];

    /// The value of `source` in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::Record => "record",
            Self::Only => "only_one",
            Self::Prompt => "prompt",
        }
    }

    /// The same, for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Option => "specified",
            Self::Record => "recorded by setup",
            Self::Only => "the only one",
            Self::Prompt => "selected",
        }
    }
}
