//! When the role is assumed, how often, and who waits for it.

use std::time::{Duration, SystemTime};

use rules::reasons::{Failure, Fault};

use super::super::tests::server::{Act, assumed, cognito, keep, listen, operations, session};
use super::super::{Cognito, OldPool};

/// A pool whose STS answers as `act` wants, with a session that ends in so many seconds, if any; and what it is asked.
async fn pool(
    ends_in: Option<u64>,
    act: impl Fn(usize) -> Act + Send + Sync + 'static,
) -> (Cognito, impl Fn() -> usize) {
    let (listener, endpoint) = listen().await;
    let asked = keep(listener, move |operation, before| {
        assert_eq!(operation, "AssumeRole");
        act(before)
    });
    let pool = cognito(&endpoint);
    if let Some(ends_in) = ends_in {
        pool.role.hold(session(ends_in));
    }
    (pool, move || operations(&asked).len())
}

fn key(pool: &Cognito) -> String {
    let held = pool.role.held();
    held.map_or_else(String::new, |held| held.access_key_id().to_owned())
}

async fn until(is_so: impl Fn() -> bool) {
    let soon = tokio::time::timeout(Duration::from_secs(5), async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    soon.await.expect("in time");
}

fn denied() -> Act {
    let body = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>";
    Act::Answer(0, 403, body.into())
}

#[tokio::test]
async fn a_session_that_lasts_is_left_alone() {
    let (pool, asked) = pool(Some(16 * 60), |_| assumed("NEW")).await;
    for _ in 0..3 {
        assert_eq!(pool.session().await, Ok(()));
    }
    assert_eq!((asked(), &*key(&pool)), (0, "AKID960"));
}

#[tokio::test]
async fn a_session_near_its_end_is_renewed_once_and_nobody_waits() {
    let slowly = |_| {
        let Act::Answer(_, status, body) = assumed("NEW") else {
            panic!("an answer")
        };
        Act::Answer(50, status, body)
    };
    let (pool, asked) = pool(Some(14 * 60), slowly).await;
    for _ in 0..5 {
        assert_eq!(pool.session().await, Ok(()));
        // What is at hand goes on.
        assert_eq!(key(&pool), "AKID840");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    until(|| key(&pool) == "NEW").await;
    assert_eq!(pool.session().await, Ok(()));
    assert_eq!(asked(), 1);
}

#[tokio::test]
async fn a_renewal_that_failed_is_tried_again_at_a_later_event() {
    let (pool, asked) = pool(Some(60), |before| match before {
        0 | 1 => denied(),
        _ => assumed("NEW"),
    })
    .await;
    for count in 1..=3 {
        assert_eq!(pool.session().await, Ok(()), "what is at hand will do");
        until(|| asked() == count).await;
        until(|| pool.role.0.turn.try_lock().is_ok()).await;
    }
    assert_eq!(key(&pool), "NEW");
}

#[tokio::test]
async fn a_session_that_has_ended_or_never_was_is_waited_for_by_all_and_assumed_once() {
    for ends_in in [None, Some(0), Some(3)] {
        let (pool, asked) = pool(ends_in, |_| assumed("NEW")).await;
        let all = tokio::join!(pool.session(), pool.session(), pool.session());
        assert_eq!(all, (Ok(()), Ok(()), Ok(())));
        assert_eq!((asked(), &*key(&pool)), (1, "NEW"));
        let end = pool.role.held().and_then(|held| held.expiry());
        assert!(end.is_some_and(|end| end > SystemTime::now()));
    }
}

#[tokio::test]
async fn an_ended_session_that_cannot_be_renewed_is_a_fault() {
    let (pool, asked) = pool(Some(0), |_| denied()).await;
    assert_eq!(
        pool.session().await,
        Err(Failure::Fault(Fault::Credentials))
    );
    assert_eq!(asked(), 1);
}

#[tokio::test]
async fn who_stops_waiting_does_not_stop_it() {
    let slowly = |before| {
        assert_eq!(before, 0, "one is enough");
        let Act::Answer(_, status, body) = assumed("NEW") else {
            panic!("an answer")
        };
        Act::Answer(50, status, body)
    };
    let (pool, asked) = pool(None, slowly).await;
    let impatient = tokio::time::timeout(Duration::from_millis(10), pool.session());
    assert!(impatient.await.is_err());
    assert_eq!(pool.session().await, Ok(()));
    assert_eq!(asked(), 1);
}

/// What a freeze cut short is not waited for. A short wait is no freeze.
#[tokio::test]
async fn a_renewal_that_froze_is_begun_again() {
    for (frozen, calls) in [(Duration::from_secs(1), 1), (Duration::from_mins(5), 2)] {
        let act = |before| match (before, assumed("NEW")) {
            (0, Act::Answer(_, status, body)) => Act::Answer(300, status, body),
            (_, answer) => answer,
        };
        let (pool, asked) = pool(Some(60), act).await;
        assert_eq!(pool.session().await, Ok(()));
        until(|| asked() == 1).await;
        pool.role.freeze(frozen);
        pool.role.hold(session(0));
        assert_eq!(pool.session().await, Ok(()));
        assert_eq!((asked(), &*key(&pool)), (calls, "NEW"));
    }
}
