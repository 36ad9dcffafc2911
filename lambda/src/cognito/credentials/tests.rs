//! When the role is assumed, how often, and which calls wait for it.

use std::time::{Duration, SystemTime};

use rules::reasons::{Failure, Fault};

use super::super::tests::server::{
    Act, assumed, cognito, listen, operations, serve_keep_alive, session,
};
use super::super::{Cognito, OldPool};

/// A pool with an STS server that answers with `act`, and with a session that expires in `ends_in`
/// seconds, if any. Also returns the number of requests to STS.
async fn pool(
    ends_in: Option<u64>,
    act: impl Fn(usize) -> Act + Send + Sync + 'static,
) -> (Cognito, impl Fn() -> usize) {
    let (listener, endpoint) = listen().await;
    let requests = serve_keep_alive(listener, move |operation, before| {
        assert_eq!(operation, "AssumeRole");
        act(before)
    });
    let pool = cognito(&endpoint);
    if let Some(ends_in) = ends_in {
        pool.role.set_current(session(ends_in));
    }
    (pool, move || operations(&requests).len())
}

fn key(pool: &Cognito) -> String {
    let current = pool.role.current();
    current.map_or_else(String::new, |current| current.access_key_id().to_owned())
}

async fn until(condition: impl Fn() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(5), async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("the condition within 5 s");
}

fn denied() -> Act {
    let body = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>";
    Act::Answer(0, 403, body.into())
}

#[tokio::test]
async fn a_session_far_from_expiration_is_not_renewed() {
    let (pool, requests) = pool(Some(16 * 60), |_| assumed("NEW")).await;
    for _ in 0..3 {
        assert_eq!(pool.session().await, Ok(()));
    }
    assert_eq!((requests(), &*key(&pool)), (0, "AKID960"));
}

#[tokio::test]
async fn a_session_near_expiration_is_renewed_once_in_the_background() {
    let slowly = |_| {
        let Act::Answer(_, status, body) = assumed("NEW") else {
            panic!("an answer")
        };
        Act::Answer(50, status, body)
    };
    let (pool, requests) = pool(Some(14 * 60), slowly).await;
    for _ in 0..5 {
        assert_eq!(pool.session().await, Ok(()));
        // The current session remains in use.
        assert_eq!(key(&pool), "AKID840");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    until(|| key(&pool) == "NEW").await;
    assert_eq!(pool.session().await, Ok(()));
    assert_eq!(requests(), 1);
}

#[tokio::test]
async fn a_failed_renewal_is_retried_at_a_later_event() {
    let (pool, requests) = pool(Some(60), |before| match before {
        0 | 1 => denied(),
        _ => assumed("NEW"),
    })
    .await;
    for count in 1..=3 {
        assert_eq!(pool.session().await, Ok(()), "the current session is valid");
        until(|| requests() == count).await;
        until(|| pool.role.0.lock.try_lock().is_ok()).await;
    }
    assert_eq!(key(&pool), "NEW");
}

#[tokio::test]
async fn without_a_valid_session_all_calls_wait_and_the_role_is_assumed_once() {
    for ends_in in [None, Some(0), Some(3)] {
        let (pool, requests) = pool(ends_in, |_| assumed("NEW")).await;
        let all = tokio::join!(pool.session(), pool.session(), pool.session());
        assert_eq!(all, (Ok(()), Ok(()), Ok(())));
        assert_eq!((requests(), &*key(&pool)), (1, "NEW"));
        let end = pool.role.current().and_then(|current| current.expiry());
        assert!(end.is_some_and(|end| end > SystemTime::now()));
    }
}

#[tokio::test]
async fn an_expired_session_that_cannot_be_renewed_is_a_fault() {
    let (pool, requests) = pool(Some(0), |_| denied()).await;
    assert_eq!(
        pool.session().await,
        Err(Failure::Fault(Fault::Credentials))
    );
    assert_eq!(requests(), 1);
}

#[tokio::test]
async fn a_renewal_completes_after_the_caller_stops_waiting() {
    let slowly = |before| {
        assert_eq!(before, 0, "there is only one request");
        let Act::Answer(_, status, body) = assumed("NEW") else {
            panic!("an answer")
        };
        Act::Answer(50, status, body)
    };
    let (pool, requests) = pool(None, slowly).await;
    let timed_out = tokio::time::timeout(Duration::from_millis(10), pool.session());
    assert!(timed_out.await.is_err());
    assert_eq!(pool.session().await, Ok(()));
    assert_eq!(requests(), 1);
}

/// A renewal that a freeze interrupted is aborted. A renewal that is merely slow isn't.
#[tokio::test]
async fn a_renewal_that_a_freeze_interrupted_is_started_again() {
    for (frozen, calls) in [(Duration::from_secs(1), 1), (Duration::from_mins(5), 2)] {
        let act = |before| match (before, assumed("NEW")) {
            (0, Act::Answer(_, status, body)) => Act::Answer(300, status, body),
            (_, answer) => answer,
        };
        let (pool, requests) = pool(Some(60), act).await;
        assert_eq!(pool.session().await, Ok(()));
        until(|| requests() == 1).await;
        pool.role.freeze(frozen);
        pool.role.set_current(session(0));
        assert_eq!(pool.session().await, Ok(()));
        assert_eq!((requests(), &*key(&pool)), (calls, "NEW"));
    }
}
