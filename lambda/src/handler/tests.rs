//! From event to reply, on a pool that answers as it is told.

pub mod fake;
mod fuzz;

use std::time::Duration;

use rules::decision::{Answer, OldUser};
use rules::reasons::{Failure, Fault, Rejection};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{BUDGET, FIRST_BUDGET, answer};
use fake::{
    AUTHENTICATION, FORGOT_PASSWORD, FakePool, PROBE, assert_fault, assert_rejected, challenge,
    event, line, pool, raw, service, user,
};

fn asked(service: &super::Service<FakePool>) -> Vec<String> {
    service.pool.asked.borrow().clone()
}

fn parsed(reply: super::Reply) -> Value {
    let event = reply.into_result().expect("no fault");
    serde_json::from_str(event.get()).expect("JSON")
}

#[tokio::test]
async fn a_right_password_migrates() {
    let service = service(pool());
    let reply = answer(Some(&service), raw(&event(AUTHENTICATION))).await;
    assert_eq!(line(&reply)["outcome"], "migrated");
    assert_eq!(line(&reply).get("reason"), None);
    let mut wanted = event(AUTHENTICATION);
    wanted["response"]["userAttributes"] =
        json!({"email": "marked@example.com", "email_verified": "true"});
    wanted["response"]["finalUserStatus"] = json!("CONFIRMED");
    wanted["response"]["messageAction"] = json!("SUPPRESS");
    assert_eq!(parsed(reply), wanted);
    assert_eq!(
        asked(&service),
        ["password marked-user marked-password", "user marked-user"]
    );
}

#[tokio::test]
async fn a_forgotten_password_migrates_without_a_final_status() {
    let mut event = event(FORGOT_PASSWORD);
    event["request"] = json!({"clientMetadata": {}});
    event["response"] = Value::Null;
    // No password is sent, so none of what a password call needs is missed.
    let service = service(FakePool {
        prepared: Err(Failure::Fault(Fault::AccessDenied)),
        ..pool()
    });
    let reply = answer(Some(&service), raw(&event)).await;
    assert_eq!(line(&reply)["outcome"], "migrated");
    event["response"] = json!({
        "userAttributes": {"email": "marked@example.com", "email_verified": "true"}, "messageAction": "SUPPRESS"
    });
    assert_eq!(parsed(reply), event);
    assert_eq!(asked(&service), ["user marked-user"]);
}

#[tokio::test]
async fn attack_enumeration_all_rejections_alike_byte_for_byte() {
    use Rejection::{
        Challenge, Disabled, InvalidParameter, Mfa, Name, NoVerifiedContact, NotAuthorized,
        NotConfirmed, OldTrigger, OldTriggerFailed, ResetRequired, TemporaryPassword,
        UnknownAnswer, UnknownUser,
    };
    let all = [
        NotAuthorized,
        UnknownUser,
        NotConfirmed,
        ResetRequired,
        Challenge,
        Mfa,
        TemporaryPassword,
        OldTrigger,
        OldTriggerFailed,
        Disabled,
        NoVerifiedContact,
        Name,
        InvalidParameter,
        UnknownAnswer,
    ];
    for failure in all.map(Failure::Rejected) {
        let rejecting = service(FakePool {
            password: Err(failure),
            ..pool()
        });
        assert_rejected(&rejecting, AUTHENTICATION, failure.reason()).await;
        let rejecting = service(FakePool {
            user: Err(failure),
            ..pool()
        });
        assert_rejected(&rejecting, AUTHENTICATION, failure.reason()).await;
        assert_rejected(&rejecting, FORGOT_PASSWORD, failure.reason()).await;
    }
    let by_user = [
        (
            OldUser {
                enabled: false,
                ..user()
            },
            "disabled",
        ),
        (
            OldUser {
                has_mfa: true,
                ..user()
            },
            "mfa",
        ),
        (
            OldUser {
                username: "other".into(),
                ..user()
            },
            "name",
        ),
    ];
    for (user, reason) in by_user {
        let rejecting = service(FakePool {
            user: Ok(user),
            ..pool()
        });
        assert_rejected(&rejecting, AUTHENTICATION, reason).await;
        assert_rejected(&rejecting, FORGOT_PASSWORD, reason).await;
    }
    let by_challenge = [
        ("SMS_MFA", "mfa"),
        ("NEW_PASSWORD_REQUIRED", "temporary_password"),
        ("CUSTOM_CHALLENGE", "challenge"),
    ];
    for (name, reason) in by_challenge {
        let rejecting = service(FakePool {
            password: Ok(challenge(name)),
            ..pool()
        });
        assert_rejected(&rejecting, AUTHENTICATION, reason).await;
    }
}

/// The user is asked for while the password is out. Whatever is known of the user by then, who has not proved to be
/// the user gets the reply of any wrong password, and at no other time.
#[tokio::test(start_paused = true)]
async fn attack_user_answer_without_proof() {
    use Failure::{Fault as F, Rejected as R};
    const FOREVER: Duration = Duration::from_mins(1);
    let rejected = |rejection| (Err(R(rejection)), R(rejection).reason());
    let asks_for = |name| Ok(challenge(name));
    let passwords = [
        rejected(Rejection::NotAuthorized),
        rejected(Rejection::UnknownUser),
        rejected(Rejection::NotConfirmed),
        rejected(Rejection::ResetRequired),
        rejected(Rejection::OldTrigger),
        rejected(Rejection::InvalidParameter),
        rejected(Rejection::UnknownAnswer),
        (asks_for("CUSTOM_CHALLENGE"), "challenge"),
        (asks_for("SMS_MFA"), "mfa"),
        (asks_for("NEW_PASSWORD_REQUIRED"), "temporary_password"),
        (Ok(Answer::default()), "unknown_answer"),
    ];
    let users = || {
        [
            Ok(user()),
            Ok(OldUser {
                enabled: false,
                ..user()
            }),
            Err(R(Rejection::UnknownUser)),
            Err(R(Rejection::UnknownAnswer)),
            Err(F(Fault::AccessDenied)),
            Err(F(Fault::Throttled)),
            Err(F(Fault::Internal)),
            Err(F(Fault::Unreachable)),
            Err(F(Fault::TimedOut)),
        ]
    };
    let takes = Duration::from_millis(50);
    for (password, reason) in passwords {
        for user in users() {
            // Long before the password's answer, right after it, and never.
            for user_takes in [Duration::ZERO, takes + Duration::from_millis(2), FOREVER] {
                let rejecting = service(FakePool {
                    password: password.clone(),
                    user: user.clone(),
                    takes,
                    user_takes,
                    ..pool()
                });
                let started = tokio::time::Instant::now();
                assert_rejected(&rejecting, AUTHENTICATION, reason).await;
                let took = started.elapsed();
                assert!(took <= takes + Duration::from_millis(1), "{took:?}");
            }
        }
    }
    // Nor does it change which fault is told.
    for user in users() {
        let failing = service(FakePool {
            password: Err(F(Fault::Flow)),
            user,
            takes,
            ..pool()
        });
        assert_fault(Some(&failing), &event(AUTHENTICATION), "flow").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_takes_one_round_trip() {
    let (takes, slack) = (Duration::from_millis(100), Duration::from_millis(2));
    for (source, calls) in [(AUTHENTICATION, 2), (FORGOT_PASSWORD, 1), (PROBE, 2)] {
        let service = service(FakePool {
            takes,
            user_takes: takes,
            ..pool()
        });
        let started = tokio::time::Instant::now();
        let reply = answer(Some(&service), raw(&event(source))).await;
        assert_eq!(line(&reply)["outcome"], "migrated");
        assert_eq!(asked(&service).len(), calls);
        assert!(started.elapsed() < takes + slack);
        for name in ["initiateAuthMs", "getUserMs"] {
            let took = line(&reply).get(name).map(Value::as_u64);
            let made = calls == 2 || name == "getUserMs";
            assert_eq!(took.is_some(), made);
            assert!(took.is_none_or(|took| took.is_some_and(|took| (100..=102).contains(&took))));
        }
    }
}

#[tokio::test]
async fn faults_tell_one_text() {
    use Fault::{
        AccessDenied, ClientNotFound, Configuration, Credentials, Flow, Internal, PoolNotFound,
        SecretHash, Throttled, TimedOut, Unreachable,
    };
    let all = [
        SecretHash,
        Flow,
        PoolNotFound,
        ClientNotFound,
        AccessDenied,
        Credentials,
        Throttled,
        Internal,
        Unreachable,
        TimedOut,
        Configuration,
    ];
    for failure in all.map(Failure::Fault) {
        let reason = failure.reason();
        let failing = service(FakePool {
            prepared: Err(failure),
            ..pool()
        });
        assert_fault(Some(&failing), &event(AUTHENTICATION), reason).await;
        assert!(asked(&failing).is_empty());
        let failing = service(FakePool {
            session: Err(failure),
            ..pool()
        });
        assert_fault(Some(&failing), &event(AUTHENTICATION), reason).await;
        assert_fault(Some(&failing), &event(FORGOT_PASSWORD), reason).await;
        assert!(asked(&failing).is_empty());
        let failing = service(FakePool {
            password: Err(failure),
            ..pool()
        });
        assert_fault(Some(&failing), &event(AUTHENTICATION), reason).await;
        let failing = service(FakePool {
            user: Err(failure),
            ..pool()
        });
        assert_fault(Some(&failing), &event(AUTHENTICATION), reason).await;
        assert_fault(Some(&failing), &event(FORGOT_PASSWORD), reason).await;
    }
}

#[tokio::test]
async fn a_function_that_is_not_configured_answers_every_event() {
    let odd = [
        event(AUTHENTICATION),
        event(FORGOT_PASSWORD),
        json!(null),
        event("PreSignUp_SignUp"),
    ];
    for event in odd {
        assert_fault(None, &event, "configuration").await;
    }
    let none: Option<&super::Service<FakePool>> = None;
    let got = parsed(answer(none, raw(&event(PROBE))).await);
    let wanted =
        json!({"outcome": "fault", "reason": "configuration", "call": null, "attributes": []});
    assert_eq!(got, wanted);
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_does_not_answer_costs_the_budget_and_no_more() {
    let started = tokio::time::Instant::now();
    let slow = service(FakePool {
        takes: Duration::from_mins(1),
        user_takes: Duration::from_mins(1),
        ..pool()
    });
    assert_fault(Some(&slow), &event(AUTHENTICATION), "timed_out").await;
    assert!(started.elapsed() < BUDGET + Duration::from_millis(100));
    let reply = answer(Some(&slow), raw(&event(FORGOT_PASSWORD))).await;
    let spent = line(&reply)["getUserMs"].as_u64();
    assert!(
        spent.is_some_and(|spent| (4000..4100).contains(&spent)),
        "{spent:?}"
    );
    assert_eq!(line(&reply).get("initiateAuthMs"), None);
    assert_eq!(
        parsed(answer(Some(&slow), raw(&event(PROBE))).await)["call"],
        "AdminInitiateAuth"
    );
}

/// Beside the password call it would be asked for too early.
#[tokio::test]
async fn a_user_whom_a_trigger_of_the_old_pool_makes_moves_at_the_first_attempt() {
    for old_triggers in [false, true] {
        let mut service = service(FakePool {
            user: Err(Failure::Rejected(Rejection::UnknownUser)),
            user_then: Some(user()),
            ..pool()
        });
        service.rules.old_triggers = old_triggers;
        let reply = answer(Some(&service), raw(&event(AUTHENTICATION))).await;
        assert_eq!(line(&reply)["outcome"], "migrated", "{old_triggers}");
    }
}

#[tokio::test]
async fn what_a_trigger_of_the_old_pool_writes_at_a_sign_in_moves_too() {
    let mut then = user();
    then.attributes[1].1 = "marked@example.com.then".into();
    let mut service = service(FakePool {
        user_then: Some(then),
        ..pool()
    });
    service.rules.old_triggers = true;
    let reply = answer(Some(&service), raw(&event(AUTHENTICATION))).await;
    let email = &parsed(reply)["response"]["userAttributes"]["email"];
    assert_eq!(email, "marked@example.com.then");
}

/// Nothing is asked about a user without a proof, and only a probe is to know all links of the chain.
#[tokio::test]
async fn beside_triggers_of_the_old_pool_only_a_probe_asks_for_a_user_without_a_proof() {
    for (source, asks) in [(AUTHENTICATION, 0), (PROBE, 1)] {
        let mut service = service(FakePool {
            password: Err(Failure::Rejected(Rejection::NotAuthorized)),
            ..pool()
        });
        service.rules.old_triggers = true;
        let _ = answer(Some(&service), raw(&event(source))).await;
        let asked = asked(&service);
        let users = asked.iter().filter(|one| one.starts_with("user")).count();
        assert_eq!(users, asks, "{source}");
    }
}

/// Cognito counts its five seconds from before the process began.
#[tokio::test(start_paused = true)]
async fn the_first_event_has_what_the_start_left_of_its_time() {
    let (start, spent) = (tokio::time::Instant::now(), Duration::from_secs(2));
    let service = service(FakePool {
        takes: Duration::from_mins(1),
        ..pool()
    });
    service.first_answer_by.set(Some(start + FIRST_BUDGET));
    tokio::time::sleep(spent).await;
    assert_fault(Some(&service), &event(AUTHENTICATION), "timed_out").await;
    assert_eq!(start.elapsed(), FIRST_BUDGET);
    let again = tokio::time::Instant::now();
    assert_fault(Some(&service), &event(AUTHENTICATION), "timed_out").await;
    assert_eq!(again.elapsed(), BUDGET);
}

/// It is the first event's alone: the next, which comes at once, has all of its own.
#[tokio::test(start_paused = true)]
async fn an_event_soon_after_the_first_has_all_of_its_time() {
    let service = service(FakePool {
        takes: Duration::from_secs(3),
        ..pool()
    });
    let start = tokio::time::Instant::now();
    service.first_answer_by.set(Some(start + FIRST_BUDGET));
    for _ in 0..2 {
        let reply = answer(Some(&service), raw(&event(AUTHENTICATION))).await;
        assert!(reply.failure().is_none());
    }
    assert_eq!(start.elapsed(), Duration::from_secs(6));
}

#[tokio::test]
async fn attack_foreign_pools_event() {
    for pool_id in [
        json!("eu-west-1_other"),
        json!(null),
        json!(["eu-west-1_x"]),
        json!(""),
    ] {
        for source in [AUTHENTICATION, FORGOT_PASSWORD] {
            let service = service(pool());
            let mut foreign = event(source);
            foreign["userPoolId"] = pool_id.clone();
            assert_fault(Some(&service), &foreign, "foreign_pool").await;
            foreign["triggerSource"] = json!(PROBE);
            let got = parsed(answer(Some(&service), raw(&foreign)).await);
            let wanted = json!({"outcome": "fault", "reason": "foreign_pool", "call": null, "attributes": []});
            assert_eq!(got, wanted);
            assert!(asked(&service).is_empty());
        }
    }
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
            let service = service(pool());
            let mut without_name = event(source);
            without_name["userName"] = odd.clone();
            if odd == "" {
                // Whoever types nothing raises no alarm.
                let reply = answer(Some(&service), raw(&without_name)).await;
                assert_eq!(line(&reply)["reason"], "invalid_parameter");
                assert_eq!(
                    reply.into_result().map(|raw| raw.to_string()),
                    Ok(without_name.to_string())
                );
            } else {
                assert_fault(Some(&service), &without_name, "event").await;
            }
            let mut other_trigger = event(source);
            other_trigger["triggerSource"] = odd.clone();
            assert_fault(Some(&service), &other_trigger, "trigger_source").await;
            assert_fault(Some(&service), &odd, "trigger_source").await;
            assert!(asked(&service).is_empty());
            let mut odd_response = event(source);
            odd_response["response"] = odd.clone();
            let reply = answer(Some(&service), raw(&odd_response)).await;
            assert_eq!(line(&reply)["outcome"], "migrated");
        }
        let mut without_password = event(AUTHENTICATION);
        without_password["request"] = odd;
        assert_fault(Some(&service(pool())), &without_password, "event").await;
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_an_event_of_no_known_source() {
    let half = event(AUTHENTICATION)
        .to_string()
        .replace("marked-user", r"\ud800");
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    for text in [half, deep] {
        let Ok(sent) = RawValue::from_string(text) else {
            continue;
        };
        let service = service(pool());
        let reply = answer(Some(&service), sent).await;
        assert_eq!(line(&reply)["reason"], "trigger_source");
        assert!(reply.into_result().is_err());
        assert!(asked(&service).is_empty());
    }
}

#[tokio::test]
async fn other_triggers_are_a_fault_and_their_name_is_not_repeated() {
    for source in ["PreSignUp_SignUp", "UserMigration_", "marked-password"] {
        let service = service(pool());
        let reply = answer(Some(&service), raw(&event(source))).await;
        assert_eq!(line(&reply)["triggerSource"], "other");
        assert_fault(Some(&service), &event(source), "trigger_source").await;
    }
}
