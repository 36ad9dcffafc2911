//! Retries while AWS becomes consistent: only for known errors, with a deadline, and with events
//! about the wait.

use std::time::Duration;

use cogmig_core::call::CallError;
use tokio::time::Instant;

use crate::aws::account::Account;
use crate::stop::Stop;

/// IAM doesn't document a limit for its propagation. Terraform's AWS provider waits as long.
pub const DEADLINE: Duration = Duration::from_mins(2);
/// The time in which a service must return a resource that was just written. If it doesn't, the
/// resource was deleted.
pub const VISIBILITY: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest delay between an event and its detection.
const LONGEST_PAUSE: Duration = Duration::from_millis(800);

/// Transient errors, and the time for which they're retried.
pub struct Transient {
    /// Error codes, and fragments of their messages.
    errors: &'static [(&'static str, &'static str)],
    /// Whether a missing response is also transient.
    no_answer: bool,
    deadline: Duration,
    /// What the run waits for, if it isn't the operation.
    waits_for: Option<&'static str>,
}

impl Transient {
    /// These errors, for two minutes.
    pub const fn new(errors: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            errors,
            no_answer: false,
            deadline: DEADLINE,
            waits_for: None,
        }
    }

    fn has(&self, error: &CallError) -> bool {
        let is = error.code.as_deref().unwrap_or_default();
        let mut errors = self.errors.iter();
        (self.no_answer && error.unanswered)
            || errors.any(|(code, fragment)| is == *code && error.message.contains(fragment))
    }
}

/// The errors of other services until IAM has propagated a role or its permissions.
pub const PROPAGATION: &Transient = &Transient::new(&[
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

/// The errors of IAM and Lambda for resources that were just written.
pub const NOT_VISIBLE: &Transient = &Transient {
    errors: &[
        ("NoSuchEntity", ""),
        ("DeleteConflict", ""),
        ("ResourceNotFoundException", "Function not found"),
    ],
    no_answer: false,
    deadline: VISIBILITY,
    waits_for: None,
};

/// Concurrent changes, changes in progress, and throttling.
pub const BUSY: &Transient = &Transient::new(&[
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

/// The error of an invocation that activates an inactive function. Until it's active, the function
/// is [`BUSY`].
pub const INACTIVE: &Transient = &Transient::new(&[("ResourceNotReadyException", "")]);

/// The errors of a function whose role was just created.
pub const DECRYPTION: &Transient = &Transient::new(&[
    ("KMSAccessDeniedException", ""),
    ("AccessDeniedException", "decrypt"),
]);

/// No response, or none from AWS: for calls that the SDK must not retry.
pub const UNANSWERED: &Transient = &Transient {
    errors: &[],
    no_answer: true,
    deadline: DEADLINE,
    waits_for: None,
};

/// The errors of UpdateUserPool for some minutes after the role was created with which the pool
/// sends SMS messages.
pub const SMS_ROLE: &Transient = &Transient {
    waits_for: Some("Cognito to accept the role with which the user pool sends SMS messages"),
    ..Transient::new(&[
        ("InvalidSmsRoleTrustRelationshipException", ""),
        ("InvalidSmsRoleAccessPolicyException", ""),
    ])
};

/// The transient errors of an update of a user pool or an app client.
pub const UPDATE: &[&Transient] = &[BUSY, UNANSWERED, SMS_ROLE];

/// Runs `operation` until it succeeds, fails permanently, or exceeds the deadline.
///
/// # Errors
/// The last error, if it isn't in `transient`, its deadline is exceeded, or the run was
/// interrupted.
pub async fn retry_until<T>(
    account: &Account,
    what: &str,
    transient: &[&Transient],
    operation: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T, CallError> {
    let report = |waits_for: Option<&str>, since| account.waiting(waits_for.unwrap_or(what), since);
    retry(
        report,
        Backoff::unless_stopped(account.stop(), DEADLINE),
        transient,
        operation,
    )
    .await
}

/// The same, but an interruption doesn't end it: for changes that must not be left incomplete.
///
/// # Errors
/// The last error, if it isn't in `transient` or its deadline is exceeded.
pub async fn uninterruptible<T>(
    account: &Account,
    what: &str,
    transient: &[&Transient],
    operation: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T, CallError> {
    let report = |waits_for: Option<&str>, since| account.waiting(waits_for.unwrap_or(what), since);
    retry(report, Backoff::within(DEADLINE), transient, operation).await
}

/// Runs a write, and retries it after conflicts with concurrent changes.
///
/// # Errors
/// As [`retry_until`].
pub async fn retry_conflicts<T>(
    account: &Account,
    operation: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T, CallError> {
    retry_until(account, "a concurrent change to end", &[BUSY], operation).await
}

/// Polls `read` until it returns a value. `None` after [`VISIBILITY`], which means that the
/// resource was deleted. An interruption doesn't end it.
///
/// # Errors
/// The error of `read`.
pub async fn until_visible<T>(
    account: &Account,
    what: &str,
    read: impl AsyncFnMut() -> Result<Option<T>, CallError>,
) -> Result<Option<T>, CallError> {
    poll(account, what, Backoff::within(VISIBILITY), read).await
}

/// Polls `read` until it returns a value. `None` after [`DEADLINE`], or if the run was interrupted.
///
/// # Errors
/// The error of `read`.
pub async fn until_ready<T>(
    account: &Account,
    what: &str,
    read: impl AsyncFnMut() -> Result<Option<T>, CallError>,
) -> Result<Option<T>, CallError> {
    poll(
        account,
        what,
        Backoff::unless_stopped(account.stop(), DEADLINE),
        read,
    )
    .await
}

async fn poll<T>(
    account: &Account,
    what: &str,
    mut backoff: Backoff,
    mut read: impl AsyncFnMut() -> Result<Option<T>, CallError>,
) -> Result<Option<T>, CallError> {
    loop {
        let answer = read().await?;
        if answer.is_some() || !backoff.next(|since| account.waiting(what, since)).await {
            return Ok(answer);
        }
    }
}

async fn retry<T>(
    report: impl Fn(Option<&'static str>, Duration),
    mut backoff: Backoff,
    transient: &[&Transient],
    mut operation: impl AsyncFnMut() -> Result<T, CallError>,
) -> Result<T, CallError> {
    loop {
        let error = match operation().await {
            Err(error) => error,
            success => return success,
        };
        let Some(transient) = transient.iter().find(|transient| transient.has(&error)) else {
            return Err(error);
        };
        backoff.deadline = transient.deadline;
        let report = |since| report(transient.waits_for, since);
        if !backoff.next(report).await {
            return Err(error);
        }
    }
}

/// Exponential backoff with a deadline.
pub struct Backoff {
    start: Instant,
    deadline: Duration,
    pause: Duration,
    /// If it's set, an interruption ends the pauses.
    stop: Option<Stop>,
}

impl Backoff {
    /// With this deadline.
    pub fn within(deadline: Duration) -> Self {
        Self {
            start: Instant::now(),
            deadline,
            pause: FIRST_PAUSE,
            stop: None,
        }
    }

    /// The same, but an interruption ends the pauses.
    pub fn unless_stopped(stop: &Stop, deadline: Duration) -> Self {
        Self {
            stop: Some(stop.clone()),
            ..Self::within(deadline)
        }
    }

    /// Reports the wait and pauses. Returns whether another attempt follows.
    pub async fn next(&mut self, report: impl Fn(Duration)) -> bool {
        let since = self.start.elapsed();
        if since + self.pause > self.deadline {
            return false;
        }
        report(since);
        let pause = tokio::time::sleep(self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        let stopped = async {
            match &self.stop {
                Some(stop) => stop.requested().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = pause => true,
            () = stopped => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn failure(code: &str, message: &str) -> CallError {
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

    /// The duration, the number of attempts, and the number of reports.
    async fn attempts(code: &str, message: &str) -> (Duration, usize, usize) {
        let start = Instant::now();
        let (mut attempts, reports) = (0, RefCell::new(0));
        let answer = retry(
            |_, _| *reports.borrow_mut() += 1,
            Backoff::within(DEADLINE),
            &[PROPAGATION, NOT_VISIBLE, BUSY, DECRYPTION, SMS_ROLE],
            async || {
                attempts += 1;
                Err::<(), _>(failure(code, message))
            },
        )
        .await;
        assert!(answer.is_err_and(|error| error.is(code)));
        (start.elapsed(), attempts, reports.into_inner())
    }

    #[tokio::test(start_paused = true)]
    async fn transient_errors_are_retried_until_the_deadline_and_reported() {
        for transient in [PROPAGATION, NOT_VISIBLE, BUSY, DECRYPTION, SMS_ROLE] {
            let deadline = transient.deadline;
            for (code, message) in transient.errors {
                let (took, attempts, reports) = attempts(code, &format!("… {message} …")).await;
                assert!(
                    took <= deadline && took > deadline * 2 / 3,
                    "{code} {took:?}"
                );
                assert!(
                    attempts > 6 && reports == attempts - 1,
                    "{code} {attempts} {reports}"
                );
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn permanent_errors_are_not_retried() {
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
            assert_eq!(
                attempts(code, message).await,
                (Duration::ZERO, 1, 0),
                "{code}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_retries_are_fast() {
        let mut attempts = Vec::new();
        let start = Instant::now();
        let answer = retry(
            |_, _| (),
            Backoff::within(DEADLINE),
            &[BUSY],
            async || {
                attempts.push(start.elapsed());
                match attempts.len() {
                    4 => Ok(()),
                    _ => Err(failure("TooManyRequestsException", "Rate exceeded")),
                }
            },
        )
        .await;
        assert!(answer.is_ok());
        assert!(attempts[3] < Duration::from_secs(2), "{attempts:?}");
    }
}
