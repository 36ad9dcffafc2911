//! Which connections are opened, kept and reused, counted by the server, and the effect of dead
//! connections on calls.

use serde_json::json;

use super::server::{
    Act, Requests, assumed, cognito_with_sts, connections, listen, operations, serve_keep_alive,
    session,
};
use super::*;

const KEYS: &str = "GET /pool/.well-known/jwks.json HTTP/1.1";

fn answer(after: u64, body: &Value) -> Act {
    Act::Answer(after, 200, body.to_string())
}

fn rejected(after: u64, code: &str) -> Act {
    Act::Answer(
        after,
        400,
        json!({"__type": code, "message": ""}).to_string(),
    )
}

/// The response of a pool that has one user and accepts any password.
fn success(operation: &str) -> Act {
    match operation {
        "DescribeUserPoolClient" => answer(0, &json!({"UserPoolClient": {"ClientSecret": "s"}})),
        "AdminInitiateAuth" => answer(0, &json!({"AuthenticationResult": {"AccessToken": "t"}})),
        "AdminGetUser" => answer(0, &json!({"Username": "user", "Enabled": true})),
        KEYS => answer(10, &json!({"keys": []})),
        other => panic!("{other}"),
    }
}

/// A pool with a server that answers with `act`, which receives the operation and the number of
/// earlier requests. Also returns the requests to that server and to STS.
async fn setup(
    idle: Duration,
    act: impl Fn(&str, usize) -> Act + Send + Sync + 'static,
) -> (Cognito, Requests, Requests) {
    let ((sts, sts_endpoint), (listener, endpoint)) = (listen().await, listen().await);
    let sts = serve_keep_alive(sts, |_, _| assumed("NEW"));
    let requests = serve_keep_alive(listener, act);
    let pool = cognito_with_sts(&sts_endpoint, &endpoint, Connections::with_idle(idle));
    (pool, requests, sts)
}

/// Connections count as idle at once.
const AT_ONCE: Duration = Duration::ZERO;
/// No connection counts as idle during the test.
const LATER: Duration = Duration::from_mins(1);

async fn sign_in(pool: &Cognito) -> (Result<bool, Failure>, Result<String, Failure>) {
    let (password, user) = tokio::join!(password(pool), read_user(pool));
    (
        password.map(|(tokens, _)| tokens),
        user.map(|user| user.username),
    )
}

fn signed_in() -> (Result<bool, Failure>, Result<String, Failure>) {
    (Ok(true), Ok("user".into()))
}

fn count(requests: &Requests, operation: &str) -> usize {
    let operations = operations(requests);
    operations.iter().filter(|one| *one == operation).count()
}

/// Waits until requests in progress have completed.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn both_connections_are_opened_before_the_first_event_and_no_others() {
    for (has_secret, calls) in [
        (false, &[KEYS, KEYS][..]),
        (true, &[KEYS, KEYS, "DescribeUserPoolClient"]),
    ] {
        let (mut pool, requests, sts) = setup(LATER, |operation, _| success(operation)).await;
        pool.settings.has_secret = has_secret;
        pool.warm_up().await;
        assert_eq!(operations(&requests), calls);
        assert_eq!(
            (connections(&requests), operations(&sts)),
            (2, vec!["AssumeRole".to_owned()])
        );
        for _ in 0..20 {
            assert_eq!(
                (pool.session().await, pool.prepare(deadline()).await),
                (Ok(()), Ok(()))
            );
            assert_eq!(sign_in(&pool).await, signed_in());
        }
        assert_eq!((connections(&requests), operations(&sts).len()), (2, 1));
        assert_eq!(operations(&requests).len(), calls.len() + 40);
    }
}

#[tokio::test]
async fn a_cold_pool_assumes_the_role_again_and_uses_the_same_connections() {
    let (pool, requests, sts) = setup(LATER, |operation, _| success(operation)).await;
    pool.warm_up().await;
    let cold = pool.cold();
    assert_eq!(cold.session().await, Ok(()));
    assert_eq!(sign_in(&cold).await, signed_in());
    assert_eq!((connections(&requests), operations(&sts).len()), (2, 2));
}

#[tokio::test]
async fn the_first_event_retries_steps_that_failed_before_it() {
    let act = |operation: &str, before: usize| match before {
        0 | 1 => Act::Cut,
        2 => rejected(0, "AccessDeniedException"),
        _ => success(operation),
    };
    let (mut pool, requests, _) = setup(LATER, act).await;
    pool.settings.has_secret = true;
    pool.warm_up().await;
    assert_eq!(
        operations(&requests),
        [KEYS, KEYS, "DescribeUserPoolClient"]
    );
    assert_eq!(pool.prepare(deadline()).await, Ok(()));
    assert_eq!(sign_in(&pool).await, signed_in());
}

#[tokio::test]
async fn a_rejected_sign_in_closes_no_connection_and_retries_no_read() {
    for user in [
        success("AdminGetUser"),
        rejected(0, "TooManyRequestsException"),
    ] {
        let Act::Answer(_, status, body) = user else {
            panic!("an answer")
        };
        let act = move |operation: &str, _| match operation {
            "AdminInitiateAuth" => rejected(0, "NotAuthorizedException"),
            "AdminGetUser" => Act::Answer(50, status, body.clone()),
            other => success(other),
        };
        let (pool, requests, _) = setup(LATER, act).await;
        pool.warm_up().await;
        for times in 1..=3 {
            // Like the handler.
            let user = async { Ok(pool.user("user", deadline(), &Cell::default()).await) };
            let rejected = tokio::try_join!(password(&pool), user);
            assert_eq!(
                rejected.err(),
                Some(Failure::Rejected(Rejection::NotAuthorized))
            );
            assert_eq!(count(&requests, "AdminGetUser"), times);
            settle().await;
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(
            (connections(&requests), count(&requests, "AdminGetUser")),
            (2, 3)
        );
    }
}

/// Even if the next sign-in comes before the response about the user of the last one.
#[tokio::test]
async fn a_sign_in_right_after_a_rejected_one_opens_no_connection() {
    for takes in [20, 400] {
        let act = move |operation: &str, before: usize| match (operation, success(operation)) {
            ("AdminInitiateAuth", _) if before < 20 => rejected(0, "NotAuthorizedException"),
            ("AdminGetUser", Act::Answer(_, status, body)) if before < 20 => {
                Act::Answer(takes, status, body)
            }
            (_, success) => success,
        };
        let (pool, requests, _) = setup(LATER, act).await;
        pool.warm_up().await;
        for _ in 0..5 {
            let user = async { Ok(pool.user("user", deadline(), &Cell::default()).await) };
            let rejected = tokio::try_join!(password(&pool), user);
            assert_eq!(
                rejected.err(),
                Some(Failure::Rejected(Rejection::NotAuthorized))
            );
        }
        assert_eq!(sign_in(&pool).await.1, signed_in().1);
        assert_eq!(connections(&requests), 2);
    }
}

#[tokio::test]
async fn each_connection_that_died_while_idle_causes_one_retry() {
    for dead in [vec![2], vec![3], vec![2, 3]] {
        let cut = dead.clone();
        let act = move |operation: &str, before: usize| {
            if cut.contains(&before) {
                Act::Cut
            } else {
                success(operation)
            }
        };
        let (pool, requests, _) = setup(AT_ONCE, act).await;
        pool.warm_up().await;
        assert_eq!(sign_in(&pool).await, signed_in());
        assert_eq!(operations(&requests).len(), 2 + 2 + dead.len());
        assert_eq!(sign_in(&pool).await, signed_in());
        assert_eq!(operations(&requests).len(), 2 + 4 + dead.len());
    }
}

/// A response that came before a freeze may be read after it, from a connection that has died
/// since.
#[tokio::test]
async fn a_connection_with_a_late_response_still_counts_as_idle() {
    let idle = Duration::from_millis(300);
    let act = |operation: &str, before: usize| match (before, success(operation)) {
        (2, Act::Answer(_, status, body)) => Act::Answer(500, status, body),
        (3, _) => Act::Cut,
        (_, success) => success,
    };
    let (pool, requests, _) = setup(idle, act).await;
    pool.role.set_current(session(3600));
    // All three requests use the same connection.
    for _ in 0..3 {
        assert!(
            pool.user("user", deadline(), &Cell::default())
                .await
                .is_ok()
        );
    }
    assert_eq!(password(&pool).await.map(|(tokens, _)| tokens), Ok(true));
    assert_eq!(count(&requests, "AdminInitiateAuth"), 2);
    assert_eq!(connections(&requests), 2);
}

/// A password is sent again at most once, and only if an idle connection was closed without a
/// response.
#[tokio::test]
async fn attack_password_that_may_have_been_checked_twice() {
    type Row = (Duration, bool, fn() -> Act, Failure, usize);
    let unreachable = Failure::Fault(Fault::Unreachable);
    let internal = Failure::Fault(Fault::Internal);
    let rows: [Row; 7] = [
        // The retry's connection is dead too.
        (AT_ONCE, true, || Act::Cut, unreachable, 2),
        // The connection was used recently.
        (LATER, true, || Act::Cut, unreachable, 1),
        // The connection is new.
        (AT_ONCE, false, || Act::Cut, unreachable, 1),
        // Incomplete and invalid responses.
        (AT_ONCE, true, || Act::CutShort, internal, 1),
        (LATER, true, || Act::CutShort, internal, 1),
        (AT_ONCE, true, || answer(0, &json!("invalid")), internal, 1),
        (
            AT_ONCE,
            true,
            || rejected(0, "InternalErrorException"),
            internal,
            1,
        ),
    ];
    for (number, (idle, is_warm, bad, fault, calls)) in rows.into_iter().enumerate() {
        let act = move |operation: &str, _| match operation {
            "AdminInitiateAuth" => bad(),
            other => success(other),
        };
        let (pool, requests, _) = setup(idle, act).await;
        if is_warm {
            pool.warm_up().await;
        }
        assert_eq!(password(&pool).await, Err(fault), "row {number}");
        assert_eq!(count(&requests, "AdminInitiateAuth"), calls, "row {number}");
    }
}

#[tokio::test]
async fn a_session_that_expired_early_is_renewed_and_the_calls_are_retried_once() {
    for (expired_for, wanted, calls) in [
        (2, signed_in(), 4),
        (
            9,
            (
                Err(Failure::Fault(Fault::AccessDenied)),
                Err(Failure::Fault(Fault::AccessDenied)),
            ),
            4,
        ),
    ] {
        let act = move |operation: &str, before: usize| {
            if before < expired_for {
                rejected(20, "ExpiredTokenException")
            } else {
                success(operation)
            }
        };
        let (pool, requests, sts) = setup(LATER, act).await;
        pool.role.set_current(session(3600));
        assert_eq!(sign_in(&pool).await, wanted);
        assert_eq!(
            (operations(&requests).len(), operations(&sts).len()),
            (calls, 1)
        );
    }
}

#[tokio::test]
async fn only_the_connections_that_a_sign_in_needs_are_kept() {
    let (pool, requests, _) = setup(LATER, |operation, _| match operation {
        "AdminGetUser" => answer(500, &json!({"Username": "user"})),
        other => success(other),
    })
    .await;
    pool.role.set_current(session(3600));
    let user = || read_user(&pool);
    let all = tokio::join!(user(), user(), user(), user(), user());
    assert!(all.0.is_ok() && all.4.is_ok());
    assert_eq!(connections(&requests), 5);
    settle().await;
    let all = tokio::join!(user(), user(), user());
    assert!(all.0.is_ok() && all.2.is_ok());
    assert_eq!(connections(&requests), 6, "three were closed");
}
