//! What the log has that the reply must not depend on: the reason of a rejected password, and the
//! user.

use std::time::Duration;

use rules::decision::{OldUser, Status};
use rules::log::{EVENT, USER};
use rules::reasons::{Failure, Fault, Rejection};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::fake::{
    AUTHENTICATION, FORGOT_PASSWORD, FakePool, PROBE, event, line, pool, raw, service, user,
};
use crate::handler::{BUDGET, Service, answer};

/// `marked-user` and `MARKED-USER` under the key of the tests, computed with Python.
const HASH: &str = "3772b75485b3ccff";
const HASH_OF_UPPER_CASE: &str = "53c059fae63f5aa4";

const REJECTED: Failure = Failure::Rejected(Rejection::NotAuthorized);
const UNKNOWN: Failure = Failure::Rejected(Rejection::UnknownUser);

/// The log line of an event after the reply, and the time until the reply and until the line.
async fn logged(service: &Service<FakePool>, event: &Value) -> (Value, [Duration; 2]) {
    let started = Instant::now();
    let mut reply = answer(Some(service), raw(event)).await;
    let replied = started.elapsed();
    reply.record.replied.set(true);
    reply.record.finish().await;
    (line(&reply), [replied, started.elapsed()])
}

/// The old pool answers the password after 50 ms, and the user after 2 s.
fn slow(user: Result<OldUser, Failure>) -> FakePool {
    FakePool {
        password: Err(REJECTED),
        user,
        takes: Duration::from_millis(50),
        user_takes: Duration::from_secs(2),
        ..pool()
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_has_the_reason_and_the_user_after_a_reply_that_depends_on_neither() {
    let with = |change: fn(&mut OldUser)| {
        let mut user = user();
        change(&mut user);
        Ok(user)
    };
    let rows = [
        (Ok(user()), "wrong_password", Some(HASH)),
        (Err(UNKNOWN), "unknown_user", None),
        (with(|user| user.enabled = false), "disabled", Some(HASH)),
        (
            with(|user| user.status = Status::Unconfirmed),
            "not_confirmed",
            Some(HASH),
        ),
        (
            with(|user| user.status = Status::ResetRequired),
            "reset_required",
            Some(HASH),
        ),
        (
            with(|user| user.status = Status::External),
            "external_provider",
            Some(HASH),
        ),
        (
            Err(Failure::Fault(Fault::Throttled)),
            "not_authorized",
            None,
        ),
    ];
    for (user, reason, hash) in rows {
        let service = service(slow(user));
        let (line, [replied, written]) = logged(&service, &event(AUTHENTICATION)).await;
        assert_eq!(line["reason"], reason);
        assert_eq!(line.get(USER).and_then(Value::as_str), hash, "{reason}");
        assert!(replied <= Duration::from_millis(51), "{replied:?}");
        assert!(written >= Duration::from_secs(2), "{written:?}");
        assert_eq!(service.pool.calls.borrow().len(), 2);
        let directives = line["_aws"]["CloudWatchMetrics"].to_string();
        assert!(!directives.contains(USER), "never a dimension");
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_does_not_wait_for_the_user_longer_than_the_time_budget() {
    let hanging = FakePool {
        user_takes: Duration::from_mins(1),
        ..slow(Ok(user()))
    };
    let service = service(hanging);
    let (line, [replied, written]) = logged(&service, &event(AUTHENTICATION)).await;
    assert!(replied <= Duration::from_millis(51), "{replied:?}");
    assert!(written <= BUDGET + Duration::from_millis(1), "{written:?}");
    assert_eq!(line["reason"], "not_authorized");
    assert_eq!(line.get(USER), None);
}

#[tokio::test]
async fn every_outcome_of_a_known_user_has_the_same_hash() {
    let failing = |password| FakePool {
        password: Err(password),
        ..pool()
    };
    let pools = [
        pool(),
        failing(REJECTED),
        failing(Failure::Rejected(Rejection::LockedOut)),
        failing(Failure::Fault(Fault::Throttled)),
    ];
    for pool in pools {
        for source in [AUTHENTICATION, FORGOT_PASSWORD, PROBE] {
            let (line, _) = logged(&service(pool_like(&pool)), &event(source)).await;
            assert_eq!(line[USER], HASH, "{line}");
        }
    }
}

fn pool_like(of: &FakePool) -> FakePool {
    FakePool {
        password: of.password.clone(),
        ..pool()
    }
}

/// The typed name can be an alias, in any case. The hash is of the username in the old pool.
#[tokio::test]
async fn the_hash_is_of_the_username_in_the_old_pool() {
    let upper = || OldUser {
        username: "MARKED-USER".into(),
        ..user()
    };
    for (case_sensitive, hash) in [(false, HASH), (true, HASH_OF_UPPER_CASE)] {
        let mut service = service(slow(Ok(upper())));
        service.rules.names.old_case_sensitive = case_sensitive;
        let mut event = event(AUTHENTICATION);
        event["userName"] = json!("marked@example.com");
        assert_eq!(logged(&service, &event).await.0[USER], hash);
    }
}

#[tokio::test]
async fn without_a_key_the_log_has_no_user() {
    let mut service = service(pool());
    service.log_key = None;
    let (line, _) = logged(&service, &event(AUTHENTICATION)).await;
    assert_eq!(
        (&line["outcome"], line.get(USER)),
        (&json!("migrated"), None)
    );
}

/// With triggers in the old pool, a rejected password makes no call for the user, also not for the
/// log.
#[tokio::test]
async fn with_triggers_in_the_old_pool_the_reason_stays_as_the_pool_gave_it() {
    let mut service = service(slow(Ok(user())));
    service.rules.old_triggers = true;
    let (line, _) = logged(&service, &event(AUTHENTICATION)).await;
    assert_eq!(
        (&line["reason"], line.get(USER)),
        (&json!("not_authorized"), None)
    );
    assert_eq!(service.pool.calls.borrow().len(), 1);
}

#[tokio::test]
async fn the_log_has_an_identity_of_the_request_only_if_it_is_no_free_text() {
    let long = "a".repeat(65);
    let rows = [
        (json!("1a-2B"), Some("1a-2B")),
        (json!(&long[1..]), Some(&long[1..])),
        (json!(long), None),
        (json!(""), None),
        (json!("marked user"), None),
        (json!("a\nb"), None),
        (json!(7), None),
        (json!(null), None),
    ];
    for (identity, wanted) in rows {
        let mut event = event(AUTHENTICATION);
        event["callerContext"]["requestId"] = identity;
        let (line, _) = logged(&service(pool()), &event).await;
        assert_eq!(line.get(EVENT).and_then(Value::as_str), wanted);
    }
    let (line, _) = logged(&service(pool()), &event(AUTHENTICATION)).await;
    assert_eq!(line.get(EVENT), None);
}
