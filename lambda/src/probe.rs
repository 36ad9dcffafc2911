//! The answer to `cogmig`, which asks whether a sign-in would work. It says why not, which a sign-in never does, but
//! only in words that say nothing of a user to one who does not know the password: who may invoke the function learns
//! no more by a probe than by a sign-in.

use rules::decision::Migration;
use rules::probe::{Answer, Call, Verdict};
use rules::reasons::{Failure, Fault, Rejection};
use serde_json::Value;

#[cfg(test)]
mod tests;

/// The answer: closed sets of words, and the names of attributes.
pub fn answer(decision: &Result<Migration, Failure>, at_fault: Option<Call>) -> Value {
    let (verdict, call) = match decision {
        Ok(migration) => {
            let names = migration.attribute_names().map(str::to_owned);
            (Verdict::Migrated(names.collect()), None)
        }
        Err(failure) => {
            let redacted = redacted(*failure);
            (Verdict::Failed(redacted), call(redacted, at_fault))
        }
    };
    Answer { verdict, call }.to_json()
}

/// The old pool gives these whether or not the password is right, and only for a user who is there or who is not. The
/// log has them as they are. What the decision finds in the user it finds only after the password was right.
const fn redacted(failure: Failure) -> Failure {
    match failure {
        Failure::Rejected(
            Rejection::UnknownUser | Rejection::NotConfirmed | Rejection::ResetRequired,
        ) => Failure::Rejected(Rejection::NotAuthorized),
        other => other,
    }
}

/// The call that met the fault.
const fn call(failure: Failure, at_fault: Option<Call>) -> Option<Call> {
    match failure {
        Failure::Rejected(_) => None,
        Failure::Fault(Fault::Credentials) => Some(Call::AssumeRole),
        Failure::Fault(_) => at_fault,
    }
}
