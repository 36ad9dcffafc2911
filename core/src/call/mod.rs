//! Failed AWS calls, and the remedy for each.

mod advice;
mod error;
pub mod region;

use std::error::Error;

use crate::problem::{Cause, Problem};
pub use error::{CallError, NOT_OF_AWS};

impl From<&CallError> for Problem {
    fn from(error: &CallError) -> Self {
        let mut problem = Self::error("aws-call", error.to_string());
        problem.causes.push(match &error.code {
            Some(code) => Cause::Aws {
                code: code.clone(),
                message: error.message.clone(),
            },
            None if error.answered => Cause::Because(error.message.clone()),
            None => Cause::NoAnswer(error.message.clone()),
        });
        problem
            .causes
            .extend(error.request_id.clone().map(Cause::RequestId));
        problem.remedy.extend(advice::of(error));
        problem.remedy.extend(advice::requirement(error));
        problem
    }
}

/// Converts an error and its causes to one problem.
pub fn problem<'a>(chain: impl Iterator<Item = &'a (dyn Error + 'static)>) -> Problem {
    let mut links = chain.map(of_one);
    let first = links.next();
    let first = first.unwrap_or_else(|| Problem::error("error", "the cause is unknown"));
    links.fold(first, Problem::caused_by)
}

fn of_one(error: &(dyn Error + 'static)) -> Problem {
    if let Some(problem) = error.downcast_ref::<Problem>() {
        return problem.clone();
    }
    match error.downcast_ref::<CallError>() {
        Some(call) => call.into(),
        None => Problem::error("error", error.to_string()),
    }
}
