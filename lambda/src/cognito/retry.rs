//! Patience with the old pool: calls that may be made again, with growing pauses, as long as the event's time allows.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep, timeout_at};

use crate::failure::{Failure, Fault};

#[cfg(test)]
mod tests;

/// The longest pause before each repetition. So there are at most as many.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
];

/// An attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// What came of it.
    pub failure: Failure,
    /// Whether another may be made.
    pub again: bool,
}

/// Makes attempts until one does not fail, or is the last one that may be made. When time runs out during a repetition,
/// what is known is why there had to be one.
pub async fn patiently<T>(
    deadline: Instant,
    attempt: impl AsyncFn() -> Result<T, Missed>,
) -> Result<T, Failure> {
    let mut known = Failure::Fault(Fault::TimedOut);
    for pause in PAUSES.into_iter().map(Some).chain([None]) {
        match timeout_at(deadline, attempt()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(missed)) if missed.again => known = missed.failure,
            Ok(Err(missed)) => return Err(missed.failure),
            Err(_) => return Err(known),
        }
        match pause.map(jittered) {
            Some(pause) if Instant::now() + pause < deadline => sleep(pause).await,
            _ => break,
        }
    }
    Err(known)
}

/// Between half of `most` and all of it, so that environments throttled at once do not come back at once. The clock is
/// random enough for that.
fn jittered(most: Duration) -> Duration {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    most.mul_f64(0.5 + f64::from(now.subsec_micros() % 1000) / 2000.0)
}
