//! How often is tried, and until when, on a clock of the test's own.

use std::cell::RefCell;
use std::time::Duration;

use rules::reasons::{Failure, Fault, Rejection};
use tokio::time::{Instant, sleep};

use super::{Again, Missed, PAUSES, jittered, patiently};

const AGAIN: Missed = missed(Failure::Fault(Fault::Throttled), Again::Later);
const AT_ONCE: Missed = missed(Failure::Fault(Fault::Unreachable), Again::AtOnce);
const NO: Failure = Failure::Rejected(Rejection::NotAuthorized);

const fn missed(failure: Failure, again: Again) -> Missed {
    Missed { failure, again }
}

/// What comes of attempts that take `takes` and end as in `script`, the last row of it again and again; and when each
/// was begun.
async fn tried(
    script: &[Result<u8, Missed>],
    takes: Duration,
    budget: Duration,
) -> (Result<u8, Failure>, Vec<Duration>) {
    let (started, begun) = (Instant::now(), RefCell::new(Vec::new()));
    let got = patiently(started + budget, async || {
        let count = begun.borrow().len();
        begun.borrow_mut().push(started.elapsed());
        sleep(takes).await;
        script[count.min(script.len() - 1)]
    });
    (got.await, begun.into_inner())
}

#[tokio::test(start_paused = true)]
async fn only_what_may_be_made_again_is() {
    let second = Duration::from_secs(1);
    let fault = missed(Failure::Fault(Fault::Internal), Again::Never);
    let rows: [(&[_], _, _); 7] = [
        (&[Ok(1)], Ok(1), 1),
        (&[Err(missed(NO, Again::Never))], Err(NO), 1),
        (&[Err(fault), Ok(1)], Err(fault.failure), 1),
        (&[Err(AGAIN), Ok(2)], Ok(2), 2),
        (
            &[Err(AGAIN), Err(AGAIN), Err(missed(NO, Again::Never)), Ok(1)],
            Err(NO),
            3,
        ),
        (&[Err(AGAIN)], Err(AGAIN.failure), 5),
        (&[Err(AT_ONCE)], Err(AT_ONCE.failure), 5),
    ];
    for (script, wanted, count) in rows {
        let (got, begun) = tried(script, Duration::ZERO, 60 * second).await;
        assert_eq!((got, begun.len()), (wanted, count), "{script:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_and_differ() {
    let (_, begun) = tried(&[Err(AGAIN)], Duration::ZERO, Duration::from_mins(1)).await;
    for (pair, most) in begun.windows(2).zip(PAUSES) {
        let pause = pair[1].checked_sub(pair[0]).expect("time goes on");
        // The clock of the test is exact to a millisecond.
        let slack = Duration::from_millis(2);
        assert!(
            pause >= most / 3 && pause <= most + slack,
            "{pause:?} of {most:?}"
        );
    }
    for most in PAUSES {
        assert!(jittered(most) >= most / 3 && jittered(most) <= most);
    }
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_ends_after_a_throttle_ends_throttled() {
    let (second, budget) = (Duration::from_secs(1), Duration::from_secs(4));
    // While the second attempt is out, while pausing, and with no attempt answered at all.
    let rows = [
        (3 * second, Fault::Throttled, 2),
        (Duration::from_millis(3950), Fault::Throttled, 1),
        (10 * second, Fault::TimedOut, 1),
    ];
    for (takes, fault, count) in rows {
        let started = Instant::now();
        let (got, begun) = tried(&[Err(AGAIN)], takes, budget).await;
        assert_eq!(
            (got, begun.len()),
            (Err(Failure::Fault(fault)), count),
            "{takes:?}"
        );
        assert!(started.elapsed() <= budget + Duration::from_millis(2));
    }
}
