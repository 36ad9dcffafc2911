//! The response to the connectivity check of `cogmig`. Unlike the response to a sign-in, it
//! contains the reason of a failure. But without the user's password, the reason reveals nothing
//! about the user. So a caller who may invoke the function learns no more from a connectivity check
//! than from a sign-in.

use rules::decision::Migration;
use rules::probe::{Answer, Call, StsError, Verdict};
use rules::reasons::{Failure, Fault, Rejection};
use serde_json::Value;

#[cfg(test)]
mod tests;

/// The response. It contains only words of closed sets, the names of attributes, and the errors of
/// STS, which are about the function's role and not about a user.
pub fn answer(
    decision: &Result<Migration, Failure>,
    failed: Option<Call>,
    sts_errors: Vec<StsError>,
) -> Value {
    let (verdict, call) = match decision {
        Ok(migration) => {
            let names = migration.attribute_names().map(str::to_owned);
            (Verdict::Migrated(names.collect()), None)
        }
        Err(failure) => {
            let redacted = redacted(*failure);
            (Verdict::Failed(redacted), call(redacted, failed))
        }
    };
    let sts_errors = match verdict {
        Verdict::Failed(Failure::Fault(Fault::Credentials)) => sts_errors,
        _ => Vec::new(),
    };
    Answer {
        verdict,
        call,
        sts_errors,
    }
    .to_json()
}

/// Replaces reasons that the old pool returns without checking the password, because they reveal
/// whether the user exists. The log has the original reasons. All reasons that the decision derives
/// from the user require the right password.
const fn redacted(failure: Failure) -> Failure {
    match failure {
        Failure::Rejected(
            Rejection::UnknownUser
            | Rejection::NotConfirmed
            | Rejection::ResetRequired
            | Rejection::LockedOut
            | Rejection::Blocked,
        ) => Failure::Rejected(Rejection::NotAuthorized),
        other => other,
    }
}

/// The call that failed with the fault.
const fn call(failure: Failure, failed: Option<Call>) -> Option<Call> {
    match failure {
        Failure::Rejected(_) => None,
        Failure::Fault(Fault::Credentials) => Some(Call::AssumeRole),
        Failure::Fault(_) => failed,
    }
}
