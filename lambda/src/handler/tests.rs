//! The decision row by row, on a pool that answers as it is told.

mod fake;

use std::time::Duration;

use fake::{
    AUTHENTICATION, FORGOT_PASSWORD, FakePool, assert_fault, assert_refused, event, line, pool,
    user,
};
use serde_json::{Value, json};

use super::{BUDGET, OldUser, answer};
use crate::failure::{Failure, Fault, Refusal};

#[tokio::test]
async fn a_right_password_migrates() {
    let pool = pool();
    let reply = answer(&pool, event(AUTHENTICATION)).await;
    assert_eq!(line(&reply)["outcome"], "migrated");
    assert_eq!(line(&reply).get("reason"), None);
    let mut wanted = event(AUTHENTICATION);
    wanted["response"]["userAttributes"] =
        json!({"email": "marked@example.com", "email_verified": "true"});
    wanted["response"]["finalUserStatus"] = json!("CONFIRMED");
    wanted["response"]["messageAction"] = json!("SUPPRESS");
    assert_eq!(reply.into_result(), Ok(wanted));
    assert_eq!(
        *pool.asked.borrow(),
        ["password marked-user marked-password", "user marked-user"]
    );
}

#[tokio::test]
async fn a_forgotten_password_migrates_without_a_final_status() {
    let mut event = event(FORGOT_PASSWORD);
    event["request"] = json!({"clientMetadata": {}});
    event["response"] = Value::Null;
    let pool = pool();
    let reply = answer(&pool, event.clone()).await;
    assert_eq!(line(&reply)["outcome"], "migrated");
    event["response"] = json!({
        "userAttributes": {"email": "marked@example.com", "email_verified": "true"}, "messageAction": "SUPPRESS"
    });
    assert_eq!(reply.into_result(), Ok(event));
    assert_eq!(*pool.asked.borrow(), ["user marked-user"]);
}

#[tokio::test]
async fn refusals_return_the_event_as_it_came() {
    use Refusal::{
        Challenge, NotAuthorized, NotConfirmed, OldTrigger, ResetRequired, UnknownAnswer,
        UnknownUser,
    };
    let rows = [
        (NotAuthorized, "not_authorized"),
        (UnknownUser, "unknown_user"),
        (NotConfirmed, "not_confirmed"),
        (ResetRequired, "reset_required"),
        (Challenge, "challenge"),
        (OldTrigger, "old_trigger"),
        (UnknownAnswer, "unknown_answer"),
    ];
    for (refusal, reason) in rows {
        let failure = Failure::Refused(refusal);
        let refusing = FakePool {
            password: Err(failure),
            ..pool()
        };
        assert_refused(&refusing, AUTHENTICATION, reason).await;
        assert_eq!(
            refusing.asked.borrow().len(),
            1,
            "a user whose password is not proved is not looked at"
        );
        let refusing = FakePool {
            user: Err(failure),
            ..pool()
        };
        assert_refused(&refusing, AUTHENTICATION, reason).await;
        assert_refused(&refusing, FORGOT_PASSWORD, reason).await;
    }
}

#[tokio::test]
async fn who_may_not_sign_in_may_not_reset() {
    let without_contact = vec![("email".to_owned(), "marked@example.com".to_owned())];
    let rows = [
        (
            OldUser {
                enabled: false,
                ..user()
            },
            "disabled",
        ),
        (
            OldUser {
                confirmed: false,
                ..user()
            },
            "not_confirmed",
        ),
        (
            OldUser {
                has_mfa: true,
                ..user()
            },
            "second_factor",
        ),
        (
            OldUser {
                attributes: without_contact,
                ..user()
            },
            "no_verified_contact",
        ),
        (
            OldUser {
                attributes: Vec::new(),
                ..user()
            },
            "no_verified_contact",
        ),
    ];
    for (user, reason) in rows {
        assert_refused(
            &FakePool {
                user: Ok(user),
                ..pool()
            },
            FORGOT_PASSWORD,
            reason,
        )
        .await;
    }
}

#[tokio::test]
async fn faults_tell_one_text() {
    use Fault::{
        AccessDenied, Credentials, Internal, InvalidParameter, NotFound, SecretHash, Throttled,
        TimedOut, Unreachable,
    };
    let rows = [
        (SecretHash, "secret_hash"),
        (InvalidParameter, "invalid_parameter"),
        (NotFound, "not_found"),
        (AccessDenied, "access_denied"),
        (Credentials, "credentials"),
        (Throttled, "throttled"),
        (Internal, "internal"),
        (Unreachable, "unreachable"),
        (TimedOut, "timed_out"),
    ];
    for (fault, reason) in rows {
        let failure = Failure::Fault(fault);
        assert_fault(
            &FakePool {
                password: Err(failure),
                ..pool()
            },
            event(AUTHENTICATION),
            reason,
        )
        .await;
        assert_fault(
            &FakePool {
                user: Err(failure),
                ..pool()
            },
            event(AUTHENTICATION),
            reason,
        )
        .await;
        assert_fault(
            &FakePool {
                user: Err(failure),
                ..pool()
            },
            event(FORGOT_PASSWORD),
            reason,
        )
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_does_not_answer_costs_the_budget_and_no_more() {
    let started = tokio::time::Instant::now();
    let slow = FakePool {
        takes: Duration::from_mins(1),
        ..pool()
    };
    assert_fault(&slow, event(AUTHENTICATION), "timed_out").await;
    assert!(started.elapsed() < BUDGET + Duration::from_millis(100));
}

#[tokio::test]
async fn odd_events_are_faults_and_never_a_panic() {
    let odd = [
        Value::Null,
        json!(1),
        json!(""),
        json!([]),
        json!({}),
        json!({"password": ["marked-password"]}),
    ];
    for odd in odd {
        for source in [AUTHENTICATION, FORGOT_PASSWORD] {
            let pool = pool();
            let mut without_name = event(source);
            without_name["userName"] = odd.clone();
            assert_fault(&pool, without_name, "event").await;
            let mut other_trigger = event(source);
            other_trigger["triggerSource"] = odd.clone();
            assert_fault(&pool, other_trigger, "trigger_source").await;
            assert_fault(&pool, odd.clone(), "trigger_source").await;
            assert!(pool.asked.borrow().is_empty());
            let mut odd_response = event(source);
            odd_response["response"] = odd.clone();
            assert_eq!(
                line(&answer(&pool, odd_response).await)["outcome"],
                "migrated"
            );
        }
        let mut without_password = event(AUTHENTICATION);
        without_password["request"] = odd;
        assert_fault(&pool(), without_password, "event").await;
    }
}

#[tokio::test]
async fn other_triggers_are_a_fault_and_their_name_is_not_repeated() {
    for source in ["PreSignUp_SignUp", "UserMigration_", "marked-password"] {
        let reply = answer(&pool(), event(source)).await;
        assert_eq!(line(&reply)["triggerSource"], "other");
        assert_fault(&pool(), event(source), "trigger_source").await;
    }
}
