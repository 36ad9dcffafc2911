//! The responses to the connectivity check, through the handler.

use std::time::Duration;

use rules::decision::{OldUser, Status};
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
    assert_eq!(
        line.get("_aws"),
        None,
        "the metrics don't include a connectivity check"
    );
    let got = reply
        .into_parts()
        .0
        .expect("a connectivity check always gets a response");
    assert!(
        SECRETS.iter().all(|secret| !got.get().contains(secret)),
        "{got}"
    );
    let calls = service.pool.calls.borrow().clone();
    (serde_json::from_str(got.get()).expect("JSON"), calls)
}

fn response(outcome: &str, reason: &str, call: Option<&str>) -> Value {
    json!({"outcome": outcome, "reason": reason, "call": call, "attributes": []})
}

const NOT_AUTHORIZED: Failure = Failure::Rejected(Rejection::NotAuthorized);
const UNKNOWN: Failure = Failure::Rejected(Rejection::UnknownUser);

#[tokio::test]
async fn a_successful_probe_returns_the_names_of_attributes() {
    let (got, calls) = probe(pool()).await;
    let wanted = json!({
        "outcome": "migrated", "reason": null, "call": null, "attributes": ["email", "email_verified"]
    });
    assert_eq!((got, calls.len()), (wanted, 2));
}

#[tokio::test]
async fn a_probe_reads_the_user_after_a_rejected_password() {
    for user in [Err(UNKNOWN), Ok(user())] {
        let (got, calls) = probe(FakePool {
            password: Err(NOT_AUTHORIZED),
            user,
            ..pool()
        })
        .await;
        assert_eq!(
            (got, calls.len()),
            (response("rejected", "not_authorized", None), 2)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_reported_with_its_call_and_has_priority_over_a_rejection() {
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
            // The fault of the other call comes first.
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
        let mut wanted = response("fault", reason, Some(call));
        if pool.session.is_err() {
            wanted["stsErrors"] = json!([
                {"region": "eu-west-1", "code": "AccessDenied", "message": "not authorized"}
            ]);
        }
        assert_eq!(probe(pool).await.0, wanted);
    }
}

fn pool_with(change: impl FnOnce(&mut FakePool)) -> FakePool {
    let mut pool = pool();
    change(&mut pool);
    pool
}

#[tokio::test]
async fn attack_enumeration_by_probe() {
    use Rejection::{Blocked, LockedOut, NotAuthorized, NotConfirmed, ResetRequired, UnknownUser};
    // The response is the same for every reason of a rejected password and every user.
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
                status: Status::Unconfirmed,
                ..user()
            }),
            Ok(OldUser {
                username: "other".into(),
                ..user()
            }),
        ]
    };
    for rejection in [
        NotAuthorized,
        UnknownUser,
        NotConfirmed,
        ResetRequired,
        LockedOut,
        Blocked,
    ] {
        for user in users() {
            let (got, calls) = probe(FakePool {
                password: Err(Failure::Rejected(rejection)),
                user,
                ..pool()
            })
            .await;
            assert_eq!(
                (got, calls.len()),
                (response("rejected", "not_authorized", None), 2)
            );
        }
    }
}

#[tokio::test]
async fn with_the_right_password_the_response_contains_the_reason() {
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
        assert_eq!(probe(pool).await.0, response("rejected", reason, None));
    }
}

#[tokio::test]
async fn a_malformed_probe_gets_a_response() {
    let mut malformed = event(PROBE);
    malformed["request"] = json!(null);
    let reply = answer(Some(&service(pool())), raw(&malformed)).await;
    let got = reply.into_parts().0.expect("an answer");
    let got: Value = serde_json::from_str(got.get()).expect("JSON");
    assert_eq!(got, response("fault", "event", None));
}

/// The session of a deleted role remains valid for a while. Sign-ins use it, but a connectivity
/// check must not.
#[tokio::test]
async fn a_probe_uses_no_cached_session_and_a_sign_in_does() {
    for (source, cold) in [(AUTHENTICATION, 0), (FORGOT_PASSWORD, 0), (PROBE, 1)] {
        let service = service(pool());
        answer(Some(&service), raw(&event(source))).await;
        assert_eq!(service.pool.cold.get(), cold, "{source}");
    }
}
