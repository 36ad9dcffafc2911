//! Trying an operation again while AWS settles: by the error that it gives, never on
//! a timer alone, to a deadline, and told while it lasts.

use std::time::Duration;

use cogmig_core::call::CallError;
use tokio::time::Instant;

use crate::aws::account::Account;
use crate::stop::Stop;

/// IAM publishes no bound for its propagation; terraform's provider waits as long.
pub const DEADLINE: Duration = Duration::from_mins(2);
/// How long a service may not see what was written to itself a moment before. Longer,
/// and somebody has deleted it.
pub const SIGHT: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// What is waited for is seen at most this much later than it is there.
const LONGEST_PAUSE: Duration = Duration::from_millis(800);

/// Errors that pass by themselves, and within what time.
pub struct Passing {
    /// Their codes, and fragments of their messages.
    errors: &'static [(&'static str, &'static str)],
    /// No answer at all is one of them.
    silence: bool,
    patience: Duration,
}

impl Passing {
    /// These, within two minutes.
    pub const fn new(errors: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            errors,
            silence: false,
            patience: DEADLINE,
        }
    }

    fn has(&self, error: &CallError) -> bool {
        let is = error.code.as_deref().unwrap_or_default();
        let mut errors = self.errors.iter();
        (self.silence && error.unanswered)
            || errors.any(|(code, fragment)| is == *code && error.message.contains(fragment))
    }
}

/// What a role, or its rights, not yet known everywhere looks like from elsewhere.
pub const PROPAGATION: &Passing = &Passing::new(&[
    (
        "InvalidParameterValueException",
        "cannot be assumed by Lambda",
    ),
    (
        "InvalidParameterValueException",
        "does not have permissions",
    ),
    (
        "InvalidParameterValueException",
        "is invalid for CreateGrant",
    ),
    ("MalformedPolicyDocument", "Invalid principal in policy"),
]);

/// What IAM or Lambda itself has only just been told of.
pub const UNSEEN: &Passing = &Passing {
    errors: &[
        ("NoSuchEntity", ""),
        ("DeleteConflict", ""),
        ("ResourceNotFoundException", "Function not found"),
    ],
    silence: false,
    patience: SIGHT,
};

/// Two writers at once, or a change that is still being carried out.
pub const BUSY: &Passing = &Passing::new(&[
    ("ConcurrentModification", ""),
    ("ConcurrentModificationException", ""),
    ("ResourceConflictException", "in progress"),
    ("ResourceConflictException", "state: Pending"),
    ("ResourceConflictException", "state: 'Pending'"),
    ("ResourceConflictException", "concurrent"),
    ("OperationAbortedException", ""),
    ("UserImportInProgressException", ""),
    ("TooManyRequestsException", ""),
    ("ThrottlingException", ""),
    ("Throttling", ""),
    ("InternalErrorException", ""),
    ("ServiceUnavailable", ""),
]);

/// What a role that was made a moment ago looks like to a function that it runs.
pub const DECRYPTION: &Passing = &Passing::new(&[
    ("KMSAccessDeniedException", ""),
    ("AccessDeniedException", "decrypt"),
]);

/// No answer, or none of AWS: for calls that the SDK must not send again by itself.
pub const UNANSWERED: &Passing = &Passing {
    errors: &[],
    silence: true,
    patience: DEADLINE,
};

/// Awaits `operation` until it succeeds, fails for good, or what passes has not passed.
///
/// # Errors
/// The last error, when it is not among `passing`, its time is over, or the run was
/// asked to stop.
pub async fn retry_until<T>(
    account: &Account,
    what: &str,
    passing: &[&Passing],
    operation: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T, CallError> {
    let told = |since| account.waiting(what, since);
    settle(
        told,
        Pauses::unless_asked(account.stop(), DEADLINE),
        passing,
        operation,
    )
    .await
}

/// The same, but that no wish to stop makes it shorter: for what must not be left half-done.
///
/// # Errors
/// The last error, when it is not among `passing`, or its time is over.
pub async fn uninterruptible<T>(
    account: &Account,
    what: &str,
    passing: &[&Passing],
    operation: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T, CallError> {
    let told = |since| account.waiting(what, since);
    settle(told, Pauses::within(DEADLINE), passing, operation).await
}

/// A write that another one at the same moment may keep waiting.
///
/// # Errors
/// As [`retry_until`].
pub async fn retry_conflicts<T>(
    account: &Account,
    operation: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T, CallError> {
    retry_until(account, "another change to end", &[BUSY], operation).await
}

/// Asks `question` until it has an answer; `None` when it has none within [`SIGHT`]. From
/// that it follows that somebody has deleted what is looked for, so that no wish to stop
/// makes it shorter.
///
/// # Errors
/// Whatever the question failed with.
pub async fn until_seen<T>(
    account: &Account,
    what: &str,
    question: impl AsyncFnMut() -> Result<Option<T>, CallError>,
) -> Result<Option<T>, CallError> {
    until_answered(account, what, Pauses::within(SIGHT), question).await
}

/// Asks `question` until it has an answer; `None` when it has none within [`DEADLINE`], or
/// the run was asked to stop.
///
/// # Errors
/// Whatever the question failed with.
pub async fn until_ready<T>(
    account: &Account,
    what: &str,
    question: impl AsyncFnMut() -> Result<Option<T>, CallError>,
) -> Result<Option<T>, CallError> {
    until_answered(
        account,
        what,
        Pauses::unless_asked(account.stop(), DEADLINE),
        question,
    )
    .await
}

async fn until_answered<T>(
    account: &Account,
    what: &str,
    mut pauses: Pauses,
    mut question: impl AsyncFnMut() -> Result<Option<T>, CallError>,
) -> Result<Option<T>, CallError> {
    loop {
        let answer = question().await?;
        if answer.is_some() || !pauses.next(|since| account.waiting(what, since)).await {
            return Ok(answer);
        }
    }
}

async fn settle<T>(
    told: impl Fn(Duration),
    mut pauses: Pauses,
    passing: &[&Passing],
    mut operation: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T, CallError> {
    loop {
        let error = match operation().await {
            Err(error) => error,
            done => return done,
        };
        let Some(passing) = passing.iter().find(|passing| passing.has(&error)) else {
            return Err(error);
        };
        pauses.patience = passing.patience;
        if !pauses.next(&told).await {
            return Err(error);
        }
    }
}

/// Pauses that grow, to a deadline.
pub struct Pauses {
    start: Instant,
    patience: Duration,
    pause: Duration,
    /// A wish to stop ends them.
    stop: Option<Stop>,
}

impl Pauses {
    /// For attempts over so long a time.
    pub fn within(patience: Duration) -> Self {
        Self {
            start: Instant::now(),
            patience,
            pause: FIRST_PAUSE,
            stop: None,
        }
    }

    /// The same, but that a wish to stop ends them.
    fn unless_asked(stop: &Stop, patience: Duration) -> Self {
        Self {
            stop: Some(stop.clone()),
            ..Self::within(patience)
        }
    }

    /// Pauses, and says so; whether there is to be another attempt.
    pub async fn next(&mut self, told: impl Fn(Duration)) -> bool {
        let since = self.start.elapsed();
        if since + self.pause > self.patience {
            return false;
        }
        told(since);
        let pause = tokio::time::sleep(self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        let asked = async {
            match &self.stop {
                Some(stop) => stop.asked().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = pause => true,
            () = asked => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn refused(code: &str, message: &str) -> CallError {
        CallError {
            place: "new account".into(),
            call: "cognito-idp:UpdateUserPool",
            code: Some(code.into()),
            message: message.into(),
            request_id: None,
            answered: true,
            unanswered: false,
        }
    }

    /// How long it is tried and how often, and how often that is told.
    async fn tries(code: &str, message: &str) -> (Duration, usize, usize) {
        let start = Instant::now();
        let (mut tries, told) = (0, RefCell::new(0));
        let answer = settle(
            |_| *told.borrow_mut() += 1,
            Pauses::within(DEADLINE),
            &[PROPAGATION, UNSEEN, BUSY, DECRYPTION],
            async || {
                tries += 1;
                Err::<(), _>(refused(code, message))
            },
        )
        .await;
        assert!(answer.is_err_and(|error| error.is(code)));
        (start.elapsed(), tries, told.into_inner())
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_tried_to_the_deadline_and_told() {
        for passing in [PROPAGATION, UNSEEN, BUSY, DECRYPTION] {
            let patience = passing.patience;
            for (code, message) in passing.errors {
                let (took, tries, told) = tries(code, &format!("… {message} …")).await;
                assert!(
                    took <= patience && took > patience * 2 / 3,
                    "{code} {took:?}"
                );
                assert!(tries > 6 && told == tries - 1, "{code} {tries} {told}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_pass_is_not_tried_again() {
        for (code, message) in [
            ("AccessDenied", "no"),
            ("InvalidParameterValueException", "The handler is too long"),
            ("ResourceConflictException", "already exists"),
            (
                "ResourceConflictException",
                "Function already exist: cognito-migration-lambda-Pending",
            ),
            ("MalformedPolicyDocument", "Syntax errors in policy."),
        ] {
            assert_eq!(tries(code, message).await, (Duration::ZERO, 1, 0), "{code}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_attempts_come_early() {
        let mut attempts = Vec::new();
        let start = Instant::now();
        let answer = settle(
            |_| (),
            Pauses::within(DEADLINE),
            &[BUSY],
            async || {
                attempts.push(start.elapsed());
                match attempts.len() {
                    4 => Ok(()),
                    _ => Err(refused("TooManyRequestsException", "Rate exceeded")),
                }
            },
        )
        .await;
        assert!(answer.is_ok());
        assert!(attempts[3] < Duration::from_secs(2), "{attempts:?}");
    }
}
