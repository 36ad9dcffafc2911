//! Calls to AWS that did not succeed, and what can be done about each.

mod advice;
mod error;

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
        problem
    }
}

/// An error as a problem, by the chain that begins with it, and with all that it was caused by.
pub fn problem<'a>(chain: impl Iterator<Item = &'a (dyn Error + 'static)>) -> Problem {
    let mut links = chain.map(of_one);
    let first = links.next();
    let first = first.unwrap_or_else(|| Problem::error("error", "the reason is unknown"));
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
