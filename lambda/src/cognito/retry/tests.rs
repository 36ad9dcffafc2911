//! The number and the times of attempts, with a paused clock.

use std::cell::RefCell;
use std::time::Duration;

use rules::reasons::{Failure, Fault, Rejection};
use tokio::time::{Instant, sleep};

use super::{FailedAttempt, PAUSES, Retry, jittered, with_retries};

const AFTER_PAUSE: FailedAttempt = failed(Failure::Fault(Fault::Throttled), Retry::AfterPause);
const IMMEDIATELY: FailedAttempt = failed(Failure::Fault(Fault::Unreachable), Retry::Immediately);
const NO: Failure = Failure::Rejected(Rejection::NotAuthorized);

const fn failed(failure: Failure, retry: Retry) -> FailedAttempt {
    FailedAttempt { failure, retry }
}

/// Runs attempts that take `takes` each and return the results in `script`, the last one
/// repeatedly. Returns the final result and the start time of each attempt.
async fn run(
    script: &[Result<u8, FailedAttempt>],
    takes: Duration,
    budget: Duration,
) -> (Result<u8, Failure>, Vec<Duration>) {
    let (started, starts) = (Instant::now(), RefCell::new(Vec::new()));
    let got = with_retries(started + budget, async || {
        let count = starts.borrow().len();
        starts.borrow_mut().push(started.elapsed());
        sleep(takes).await;
        script[count.min(script.len() - 1)]
    });
    (got.await, starts.into_inner())
}

#[tokio::test(start_paused = true)]
async fn only_retryable_errors_are_retried() {
    let second = Duration::from_secs(1);
    let fault = failed(Failure::Fault(Fault::Internal), Retry::Never);
    let rows: [(&[_], _, _); 7] = [
        (&[Ok(1)], Ok(1), 1),
        (&[Err(failed(NO, Retry::Never))], Err(NO), 1),
        (&[Err(fault), Ok(1)], Err(fault.failure), 1),
        (&[Err(AFTER_PAUSE), Ok(2)], Ok(2), 2),
        (
            &[
                Err(AFTER_PAUSE),
                Err(AFTER_PAUSE),
                Err(failed(NO, Retry::Never)),
                Ok(1),
            ],
            Err(NO),
            3,
        ),
        (&[Err(AFTER_PAUSE)], Err(AFTER_PAUSE.failure), 5),
        (&[Err(IMMEDIATELY)], Err(IMMEDIATELY.failure), 5),
    ];
    for (script, wanted, count) in rows {
        let (got, starts) = run(script, Duration::ZERO, 60 * second).await;
        assert_eq!((got, starts.len()), (wanted, count), "{script:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_and_have_jitter() {
    let (_, starts) = run(&[Err(AFTER_PAUSE)], Duration::ZERO, Duration::from_mins(1)).await;
    for (pair, longest) in starts.windows(2).zip(PAUSES) {
        let pause = pair[1].checked_sub(pair[0]).expect("an ascending order");
        // Tokio's paused clock has a resolution of one millisecond.
        let slack = Duration::from_millis(2);
        assert!(
            pause >= longest / 3 && pause <= longest + slack,
            "{pause:?} of {longest:?}"
        );
    }
    for longest in PAUSES {
        assert!(jittered(longest) >= longest / 3 && jittered(longest) <= longest);
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_after_a_throttled_attempt_returns_the_throttling() {
    let (second, budget) = (Duration::from_secs(1), Duration::from_secs(4));
    // The deadline passes during the second attempt, during a pause, and during the first attempt.
    let rows = [
        (3 * second, Fault::Throttled, 2),
        (Duration::from_millis(3950), Fault::Throttled, 1),
        (10 * second, Fault::TimedOut, 1),
    ];
    for (takes, fault, count) in rows {
        let started = Instant::now();
        let (got, starts) = run(&[Err(AFTER_PAUSE)], takes, budget).await;
        assert_eq!(
            (got, starts.len()),
            (Err(Failure::Fault(fault)), count),
            "{takes:?}"
        );
        assert!(started.elapsed() <= budget + Duration::from_millis(2));
    }
}
