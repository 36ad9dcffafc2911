//! The one JSON document of `--output json`, its members in a stable order. `output.schema.json`
//! is generated from these types.

mod document;
mod edit;
mod error;
mod status;
#[cfg(test)]
mod tests;
mod user;
#[cfg(test)]
mod words;

use cogmig_core::outcome::{Ended, Outcome};

use self::document::{Document, Run};
use super::transcript::Transcript;

pub use self::document::Invocation;

/// The document of a run.
pub fn document(
    invocation: &Invocation,
    transcript: &Transcript,
    ended: Ended,
    error: Option<&anyhow::Error>,
    outcome: Option<&Outcome<'_>>,
) -> String {
    let document = Document::of(&Run {
        invocation,
        transcript,
        ended,
        error,
        outcome,
    });
    serde_json::to_string_pretty(&document).expect("text and numbers are valid JSON")
}
