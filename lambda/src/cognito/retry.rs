//! Retries of calls to the old pool, with growing pauses, within the time budget of the event.

use std::time::Duration;

use rules::reasons::{Failure, Fault};
use tokio::time::{Instant, sleep, timeout_at};

#[cfg(test)]
mod tests;

/// The longest pause before each retry. The length is the maximum number of retries.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_millis(1200),
    Duration::from_millis(1600),
];

/// Whether to retry a call, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Don't retry.
    Never,
    /// Retry without a pause.
    Immediately,
    /// Retry after a pause, because the error is transient.
    AfterPause,
}

/// An attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedAttempt {
    /// The error.
    pub failure: Failure,
    /// Whether to retry.
    pub retry: Retry,
}

/// Makes attempts until one succeeds or no retry is allowed. If the deadline passes during a retry,
/// returns the error of the attempt before it.
pub async fn with_retries<T>(
    deadline: Instant,
    attempt: impl AsyncFn() -> Result<T, FailedAttempt>,
) -> Result<T, Failure> {
    let mut last = Failure::Fault(Fault::TimedOut);
    for pause in PAUSES.into_iter().map(Some).chain([None]) {
        let failed = match timeout_at(deadline, attempt()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(failed)) => failed,
            Err(_) => return Err(last),
        };
        last = failed.failure;
        let pause = match (failed.retry, pause) {
            (Retry::Never, _) | (_, None) => break,
            (Retry::Immediately, _) => continue,
            (Retry::AfterPause, Some(longest)) => jittered(longest),
        };
        if Instant::now() + pause >= deadline {
            break;
        }
        sleep(pause).await;
    }
    Err(last)
}

/// A random pause between a third of `longest` and `longest`. Tested with 50 execution environments
/// that were throttled at the same time, with a quota of 20 calls per second: their retries are
/// spread over the whole time budget, and all succeed. With first pauses of 50 to 100 ms, all
/// retries came at the same time, and four in ten failed.
fn jittered(longest: Duration) -> Duration {
    longest.mul_f64((1.0 + 2.0 * fastrand::f64()) / 3.0)
}
