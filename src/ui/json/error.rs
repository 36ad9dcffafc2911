//! Why a command failed.

use cogmig_core::call::CallError;
use cogmig_core::problem::Problem;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use crate::ui::problem;

/// Why a command failed.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Error {
    /// A stable name.
    id: &'static str,
    summary: String,
    /// Whether the options are invalid. The exit status is then 64.
    usage: bool,
    /// The AWS call that failed, with the name of its IAM action.
    call: Option<&'static str>,
    /// AWS's error code.
    code: Option<String>,
    /// AWS's message, or why there is no response.
    message: Option<String>,
    request_id: Option<String>,
    /// The causes that are known.
    causes: Vec<String>,
    /// How to fix it. Each entry is an alternative.
    fix: Vec<String>,
    /// Other errors of changes that were applied in parallel.
    also: Vec<String>,
}

impl Error {
    /// Of an error, and of those that occurred in addition.
    pub fn of(error: &anyhow::Error, also: &[Problem]) -> Self {
        let (problem, call) = (problem::of(error), error.downcast_ref::<CallError>());
        Self {
            id: problem.id,
            usage: problem.is_usage(),
            causes: problem.causes.iter().map(problem::cause).collect(),
            summary: problem.summary,
            call: call.map(|call| call.call),
            code: call.and_then(|call| call.code.clone()),
            message: call.map(|call| call.message.clone()),
            request_id: call.and_then(|call| call.request_id.clone()),
            fix: problem.remedy,
            also: also.iter().map(problem::one_line).collect(),
        }
    }
}
