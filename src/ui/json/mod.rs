//! The one JSON document of `--output json`, its members in a stable order. `output.schema.json`
//! is generated from these types.

mod document;
mod edit;
mod error;
mod final_report;
mod status;
#[cfg(test)]
mod tests;
mod user;
#[cfg(test)]
mod words;

use cogmig_core::outcome::{Ended, Outcome};
use cogmig_core::status::FinalReport;

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

/// The document of the file of `--report`.
pub fn report_document(report: &FinalReport) -> String {
    let report = final_report::FinalReport::of(report);
    serde_json::to_string_pretty(&report).expect("text and numbers are valid JSON")
}
