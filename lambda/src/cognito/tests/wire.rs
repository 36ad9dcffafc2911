//! Which connections are opened, kept and used again, counted by the server; and what becomes of calls on one that dies.

use serde_json::json;

use super::server::{Act, Asked, assumed, between, connections, keep, listen, operations, session};
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

/// As a pool does that knows one user and takes any password.
fn usual(operation: &str) -> Act {
    match operation {
        "DescribeUserPoolClient" => answer(0, &json!({"UserPoolClient": {"ClientSecret": "s"}})),
        "AdminInitiateAuth" => answer(0, &json!({"AuthenticationResult": {"AccessToken": "t"}})),
        "AdminGetUser" => answer(0, &json!({"Username": "user", "Enabled": true})),
        KEYS => answer(10, &json!({"keys": []})),
        other => panic!("{other}"),
    }
}

/// A pool with a server that answers as `act` wants, which is told the operation and how often there was a request
/// before; and what that server and the one for STS are asked.
async fn stage(
    idle: Duration,
    act: impl Fn(&str, usize) -> Act + Send + Sync + 'static,
) -> (Cognito, Asked, Asked) {
    let ((sts, sts_endpoint), (listener, endpoint)) = (listen().await, listen().await);
    let sts = keep(sts, |_, _| assumed("NEW"));
    let asked = keep(listener, act);
    let pool = between(&sts_endpoint, &endpoint, Wire::with_idle(idle));
    (pool, asked, sts)
}

const AT_ONCE: Duration = Duration::ZERO;
const LATER: Duration = Duration::from_mins(1);

async fn sign_in(pool: &Cognito) -> (Result<bool, Failure>, Result<String, Failure>) {
    let (password, user) = tokio::join!(password(pool), pool.user("user", soon()));
    (
        password.map(|(tokens, _)| tokens),
        user.map(|user| user.username),
    )
}

fn right() -> (Result<bool, Failure>, Result<String, Failure>) {
    (Ok(true), Ok("user".into()))
}

fn count(asked: &Asked, operation: &str) -> usize {
    let operations = operations(asked);
    operations.iter().filter(|one| *one == operation).count()
}

/// What is left of a request goes its way.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn both_connections_are_open_before_the_first_event_and_are_all_there_ever_are() {
    for (has_secret, calls) in [
        (false, &[KEYS, KEYS][..]),
        (true, &[KEYS, KEYS, "DescribeUserPoolClient"]),
    ] {
        let (mut pool, asked, sts) = stage(LATER, |operation, _| usual(operation)).await;
        pool.settings.has_secret = has_secret;
        pool.warm_up().await;
        assert_eq!(operations(&asked), calls);
        assert_eq!(
            (connections(&asked), operations(&sts)),
            (2, vec!["AssumeRole".to_owned()])
        );
        for _ in 0..20 {
            assert_eq!(
                (pool.session().await, pool.prepare(soon()).await),
                (Ok(()), Ok(()))
            );
            assert_eq!(sign_in(&pool).await, right());
        }
        assert_eq!((connections(&asked), operations(&sts).len()), (2, 1));
        assert_eq!(operations(&asked).len(), calls.len() + 40);
    }
}

/// A probe knows no session and no secret, but it is the same network.
#[tokio::test]
async fn a_pool_asked_afresh_assumes_the_role_anew_over_the_same_connections() {
    let (pool, asked, sts) = stage(LATER, |operation, _| usual(operation)).await;
    pool.warm_up().await;
    let afresh = pool.afresh();
    assert_eq!(afresh.session().await, Ok(()));
    assert_eq!(sign_in(&afresh).await, right());
    assert_eq!((connections(&asked), operations(&sts).len()), (2, 2));
}

#[tokio::test]
async fn what_fails_before_the_first_event_is_made_good_on_its_path() {
    let act = |operation: &str, before: usize| match before {
        0 | 1 => Act::Cut,
        2 => rejected(0, "AccessDeniedException"),
        _ => usual(operation),
    };
    let (mut pool, asked, _) = stage(LATER, act).await;
    pool.settings.has_secret = true;
    pool.warm_up().await;
    assert_eq!(operations(&asked), [KEYS, KEYS, "DescribeUserPoolClient"]);
    assert_eq!(pool.prepare(soon()).await, Ok(()));
    assert_eq!(sign_in(&pool).await, right());
}

#[tokio::test]
async fn a_rejected_sign_in_throws_no_connection_away_and_repeats_no_question() {
    for user in [
        usual("AdminGetUser"),
        rejected(0, "TooManyRequestsException"),
    ] {
        let Act::Answer(_, status, body) = user else {
            panic!("an answer")
        };
        let act = move |operation: &str, _| match operation {
            "AdminInitiateAuth" => rejected(0, "NotAuthorizedException"),
            "AdminGetUser" => Act::Answer(50, status, body.clone()),
            other => usual(other),
        };
        let (pool, asked, _) = stage(LATER, act).await;
        pool.warm_up().await;
        for times in 1..=3 {
            // As the handler does.
            let user = async { Ok(pool.user("user", soon()).await) };
            let rejected = tokio::try_join!(password(&pool), user);
            assert_eq!(
                rejected.err(),
                Some(Failure::Rejected(Rejection::NotAuthorized))
            );
            assert_eq!(count(&asked, "AdminGetUser"), times);
            settle().await;
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!((connections(&asked), count(&asked, "AdminGetUser")), (2, 3));
    }
}

/// Not even when the next one comes at once, before the question of the last is answered.
#[tokio::test]
async fn a_sign_in_right_after_a_rejected_one_opens_no_connection() {
    for takes in [20, 400] {
        let act = move |operation: &str, before: usize| match (operation, usual(operation)) {
            ("AdminInitiateAuth", _) if before < 20 => rejected(0, "NotAuthorizedException"),
            ("AdminGetUser", Act::Answer(_, status, body)) if before < 20 => {
                Act::Answer(takes, status, body)
            }
            (_, usual) => usual,
        };
        let (pool, asked, _) = stage(LATER, act).await;
        pool.warm_up().await;
        for _ in 0..5 {
            let user = async { Ok(pool.user("user", soon()).await) };
            let rejected = tokio::try_join!(password(&pool), user);
            assert_eq!(
                rejected.err(),
                Some(Failure::Rejected(Rejection::NotAuthorized))
            );
        }
        assert_eq!(sign_in(&pool).await.1, right().1);
        assert_eq!(connections(&asked), 2);
    }
}

#[tokio::test]
async fn connections_that_died_while_idle_cost_one_repetition() {
    for dead in [vec![2], vec![3], vec![2, 3]] {
        let cut = dead.clone();
        let act = move |operation: &str, before: usize| {
            if cut.contains(&before) {
                Act::Cut
            } else {
                usual(operation)
            }
        };
        let (pool, asked, _) = stage(AT_ONCE, act).await;
        pool.warm_up().await;
        assert_eq!(sign_in(&pool).await, right());
        assert_eq!(operations(&asked).len(), 2 + 2 + dead.len());
        assert_eq!(sign_in(&pool).await, right());
        assert_eq!(operations(&asked).len(), 2 + 4 + dead.len());
    }
}

/// An answer that came before a freeze is read after it, over a connection that has died since.
#[tokio::test]
async fn a_late_answer_makes_no_connection_fresh() {
    let idle = Duration::from_millis(300);
    let act = |operation: &str, before: usize| match (before, usual(operation)) {
        (2, Act::Answer(_, status, body)) => Act::Answer(500, status, body),
        (3, _) => Act::Cut,
        (_, usual) => usual,
    };
    let (pool, asked, _) = stage(idle, act).await;
    pool.role.hold(session(3600));
    // Both read before by the one connection.
    for _ in 0..3 {
        assert!(pool.user("user", soon()).await.is_ok());
    }
    assert_eq!(password(&pool).await.map(|(tokens, _)| tokens), Ok(true));
    assert_eq!(count(&asked, "AdminInitiateAuth"), 2);
    assert_eq!(connections(&asked), 2);
}

/// One repetition is all there ever is, and only on a connection that had been idle and has brought nothing.
#[tokio::test]
async fn attack_password_that_may_have_been_judged_twice() {
    type Row = (Duration, bool, fn() -> Act, Failure, usize);
    let unreachable = Failure::Fault(Fault::Unreachable);
    let internal = Failure::Fault(Fault::Internal);
    let rows: [Row; 7] = [
        // Dead again.
        (AT_ONCE, true, || Act::Cut, unreachable, 2),
        // In use a moment ago.
        (LATER, true, || Act::Cut, unreachable, 1),
        // Never used before.
        (AT_ONCE, false, || Act::Cut, unreachable, 1),
        // Answers, of which a half, or another than was promised.
        (AT_ONCE, true, || Act::CutShort, internal, 1),
        (LATER, true, || Act::CutShort, internal, 1),
        (AT_ONCE, true, || answer(0, &json!("odd")), internal, 1),
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
            other => usual(other),
        };
        let (pool, asked, _) = stage(idle, act).await;
        if is_warm {
            pool.warm_up().await;
        }
        assert_eq!(password(&pool).await, Err(fault), "row {number}");
        assert_eq!(count(&asked, "AdminInitiateAuth"), calls, "row {number}");
    }
}

#[tokio::test]
async fn a_session_that_ended_early_is_renewed_and_the_calls_repeated_once() {
    for (expired_for, wanted, calls) in [
        (2, right(), 4),
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
                usual(operation)
            }
        };
        let (pool, asked, sts) = stage(LATER, act).await;
        pool.role.hold(session(3600));
        assert_eq!(sign_in(&pool).await, wanted);
        assert_eq!(
            (operations(&asked).len(), operations(&sts).len()),
            (calls, 1)
        );
    }
}

#[tokio::test]
async fn no_more_connections_are_kept_than_a_sign_in_needs() {
    let (pool, asked, _) = stage(LATER, |operation, _| match operation {
        "AdminGetUser" => answer(500, &json!({"Username": "user"})),
        other => usual(other),
    })
    .await;
    pool.role.hold(session(3600));
    let user = || pool.user("user", soon());
    let all = tokio::join!(user(), user(), user(), user(), user());
    assert!(all.0.is_ok() && all.4.is_ok());
    assert_eq!(connections(&asked), 5);
    settle().await;
    let all = tokio::join!(user(), user(), user());
    assert!(all.0.is_ok() && all.2.is_ok());
    assert_eq!(connections(&asked), 6, "three were closed");
}
