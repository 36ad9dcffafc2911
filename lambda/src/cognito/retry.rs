//! Patience with the old pool: calls that may be made again, with growing pauses, as long as the event's time allows.

use std::time::Duration;

use rules::reasons::{Failure, Fault};
use tokio::time::{Instant, sleep, timeout_at};

#[cfg(test)]
mod tests;

/// The longest pause before each repetition. So there are at most as many.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_millis(1200),
    Duration::from_millis(1600),
];

/// Whether another attempt may be made, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// This was the last.
    Never,
    /// Nothing is to be waited for.
    AtOnce,
    /// What is in the way may pass.
    Later,
}

/// An attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// What came of it.
    pub failure: Failure,
    /// Whether another may be made.
    pub again: Again,
}

/// Makes attempts until one does not fail, or is the last one that may be made. When time runs out during a repetition,
/// what is known is why there had to be one.
pub async fn patiently<T>(
    deadline: Instant,
    attempt: impl AsyncFn() -> Result<T, Missed>,
) -> Result<T, Failure> {
    let mut known = Failure::Fault(Fault::TimedOut);
    for pause in PAUSES.into_iter().map(Some).chain([None]) {
        let missed = match timeout_at(deadline, attempt()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(missed)) => missed,
            Err(_) => return Err(known),
        };
        known = missed.failure;
        let pause = match (missed.again, pause) {
            (Again::Never, _) | (_, None) => break,
            (Again::AtOnce, _) => continue,
            (Again::Later, Some(most)) => jittered(most),
        };
        if Instant::now() + pause >= deadline {
            break;
        }
        sleep(pause).await;
    }
    Err(known)
}

/// Between a third of `most` and all of it. Fifty environments that are throttled at one instant, with room for twenty
/// calls a second, so come back spread over the whole budget and all get through; with pauses of 50 to 100 ms at first,
/// in which all of them come back at once, four in ten did not.
fn jittered(most: Duration) -> Duration {
    most.mul_f64((1.0 + 2.0 * fastrand::f64()) / 3.0)
}
