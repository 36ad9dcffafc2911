//! What `cogmig` is told, row by row, through the handler.

use std::time::Duration;

use rules::decision::OldUser;
use rules::reasons::{Failure, Fault, Rejection};
use serde_json::{Value, json};

use crate::handler::answer;
use crate::handler::tests::fake::{
    AUTHENTICATION, FORGOT_PASSWORD, FakePool, PROBE, SECRETS, challenge, event, line, pool, raw,
    service, user,
};

async fn probe(pool: FakePool) -> (Value, Vec<String>) {
    let service = service(pool);
    let reply = answer(Some(&service), raw(&event(PROBE))).await;
    let line = line(&reply);
    assert_eq!(line["triggerSource"], PROBE);
    assert_eq!(line.get("_aws"), None, "a probe is no sign-in");
    let got = reply.into_result().expect("a probe is always answered");
    assert!(
        SECRETS.iter().all(|secret| !got.get().contains(secret)),
        "{got}"
    );
    let asked = service.pool.asked.borrow().clone();
    (serde_json::from_str(got.get()).expect("JSON"), asked)
}

fn told(outcome: &str, reason: &str, call: Option<&str>) -> Value {
    json!({"outcome": outcome, "reason": reason, "call": call, "attributes": []})
}

const NOT_AUTHORIZED: Failure = Failure::Rejected(Rejection::NotAuthorized);
const UNKNOWN: Failure = Failure::Rejected(Rejection::UnknownUser);

#[tokio::test]
async fn a_sign_in_that_would_do_is_told_with_the_names_of_attributes() {
    let (got, asked) = probe(pool()).await;
    let wanted = json!({
        "outcome": "migrated", "reason": null, "call": null, "attributes": ["email", "email_verified"]
    });
    assert_eq!((got, asked.len()), (wanted, 2));
}

#[tokio::test]
async fn a_rejected_password_is_no_end_of_the_probe() {
    for user in [Err(UNKNOWN), Ok(user())] {
        let (got, asked) = probe(FakePool {
            password: Err(NOT_AUTHORIZED),
            user,
            ..pool()
        })
        .await;
        assert_eq!(
            (got, asked.len()),
            (told("rejected", "not_authorized", None), 2)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_told_with_its_call_and_before_a_rejection() {
    let fault = |fault| Failure::Fault(fault);
    let rows = [
        (
            pool_with(|pool| pool.prepared = Err(fault(Fault::AccessDenied))),
            "access_denied",
            "DescribeUserPoolClient",
        ),
        (
            pool_with(|pool| pool.prepared = Err(fault(Fault::Credentials))),
            "credentials",
            "AssumeRole",
        ),
        (
            pool_with(|pool| pool.session = Err(fault(Fault::Credentials))),
            "credentials",
            "AssumeRole",
        ),
        (
            // The other one's comes first.
            pool_with(|pool| {
                pool.password = Err(fault(Fault::Flow));
                pool.takes = Duration::from_millis(20);
                pool.user = Err(fault(Fault::AccessDenied));
            }),
            "flow",
            "AdminInitiateAuth",
        ),
        (
            pool_with(|pool| {
                pool.password = Err(NOT_AUTHORIZED);
                pool.user_takes = Duration::from_mins(1);
            }),
            "timed_out",
            "AdminGetUser",
        ),
        (
            pool_with(|pool| {
                pool.takes = Duration::from_mins(1);
                pool.user = Err(fault(Fault::AccessDenied));
            }),
            "timed_out",
            "AdminInitiateAuth",
        ),
        (
            pool_with(|pool| pool.password = Err(fault(Fault::Flow))),
            "flow",
            "AdminInitiateAuth",
        ),
        (
            pool_with(|pool| pool.password = Err(fault(Fault::Credentials))),
            "credentials",
            "AssumeRole",
        ),
        (
            pool_with(|pool| pool.user = Err(fault(Fault::AccessDenied))),
            "access_denied",
            "AdminGetUser",
        ),
        (
            pool_with(|pool| {
                pool.password = Err(NOT_AUTHORIZED);
                pool.user = Err(fault(Fault::Throttled));
            }),
            "throttled",
            "AdminGetUser",
        ),
    ];
    for (pool, reason, call) in rows {
        assert_eq!(probe(pool).await.0, told("fault", reason, Some(call)));
    }
}

fn pool_with(change: impl FnOnce(&mut FakePool)) -> FakePool {
    let mut pool = pool();
    change(&mut pool);
    pool
}

#[tokio::test]
async fn attack_enumeration_by_probe() {
    use Rejection::{NotAuthorized, NotConfirmed, ResetRequired, UnknownUser};
    // Whatever a wrong password meets, and whatever user there is: one and the same answer.
    let users = || {
        [
            Ok(user()),
            Err(UNKNOWN),
            Ok(OldUser {
                enabled: false,
                ..user()
            }),
            Ok(OldUser {
                has_mfa: true,
                confirmed: false,
                ..user()
            }),
            Ok(OldUser {
                username: "other".into(),
                ..user()
            }),
        ]
    };
    for rejection in [NotAuthorized, UnknownUser, NotConfirmed, ResetRequired] {
        for user in users() {
            let (got, asked) = probe(FakePool {
                password: Err(Failure::Rejected(rejection)),
                user,
                ..pool()
            })
            .await;
            assert_eq!(
                (got, asked.len()),
                (told("rejected", "not_authorized", None), 2)
            );
        }
    }
}

#[tokio::test]
async fn who_knows_the_password_is_told_why_not() {
    let rows = [
        (
            pool_with(|pool| pool.password = Ok(challenge("SMS_MFA"))),
            "mfa",
        ),
        (
            pool_with(|pool| pool.password = Ok(challenge("NEW_PASSWORD_REQUIRED"))),
            "temporary_password",
        ),
        (
            pool_with(|pool| pool.password = Ok(challenge("SOMETHING_NEW"))),
            "challenge",
        ),
        (
            pool_with(|pool| {
                pool.user = Ok(OldUser {
                    enabled: false,
                    ..user()
                });
            }),
            "disabled",
        ),
        (
            pool_with(|pool| {
                pool.user = Ok(OldUser {
                    username: "other".into(),
                    ..user()
                });
            }),
            "name",
        ),
    ];
    for (pool, reason) in rows {
        assert_eq!(probe(pool).await.0, told("rejected", reason, None));
    }
}

#[tokio::test]
async fn an_odd_probe_is_answered_too() {
    let mut odd = event(PROBE);
    odd["request"] = json!(null);
    let reply = answer(Some(&service(pool())), raw(&odd)).await;
    let got = reply.into_result().expect("an answer");
    let got: Value = serde_json::from_str(got.get()).expect("JSON");
    assert_eq!(got, told("fault", "event", None));
}

/// A role that is gone leaves a session behind, by which a sign-in goes on for a while: a probe must not go on by it.
#[tokio::test]
async fn a_probe_begins_anew_and_a_sign_in_does_not() {
    for (source, afresh) in [(AUTHENTICATION, 0), (FORGOT_PASSWORD, 0), (PROBE, 1)] {
        let service = service(pool());
        answer(Some(&service), raw(&event(source))).await;
        assert_eq!(service.pool.afresh.get(), afresh, "{source}");
    }
}
