//! The user pools and app clients that a command is about.

use crate::identity::Side;
use crate::reference::Listed;

/// The pool or the app clients that were settled on.
#[derive(Clone, Debug)]
pub struct Selected {
    /// Of which side.
    pub side: Side,
    /// AWS's word for such a thing.
    pub what: &'static str,
    /// Which.
    pub all: Vec<Listed>,
    /// How they came to be the ones.
    pub how: SelectedBy,
}

/// How a pool or an app client came to be the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectedBy {
    /// It was named.
    Option,
    /// An earlier setup recorded it.
    Record,
    /// It is the only one there.
    Only,
    /// It was picked from a list.
    Prompt,
}

impl SelectedBy {
    /// In words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Option => "as named",
            Self::Record => "as set up before",
            Self::Only => "the only one",
            Self::Prompt => "as picked",
        }
    }
}
