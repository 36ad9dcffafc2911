//! Replies to events, with a fake old pool.

pub mod fake;
mod fuzz;
mod record;

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

fn calls_of(service: &super::Service<FakePool>) -> Vec<String> {
    service.pool.calls.borrow().clone()
}

fn parsed(reply: super::Reply) -> Value {
    let event = reply.into_parts().0.expect("no fault");
    serde_json::from_str(event.get()).expect("JSON")
}

#[tokio::test]
async fn a_correct_password_migrates_the_user() {
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
        calls_of(&service),
        ["password marked-user marked-password", "user marked-user"]
    );
}

#[tokio::test]
async fn a_forgotten_password_migrates_without_a_final_status() {
    let mut event = event(FORGOT_PASSWORD);
    event["request"] = json!({"clientMetadata": {}});
    event["response"] = Value::Null;
    // There is no password call, so its prerequisites aren't needed.
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
    assert_eq!(calls_of(&service), ["user marked-user"]);
}

/// Another function can stand between Cognito and this one.
fn with_response(source: &str) -> Value {
    let mut event = event(source);
    event["response"] = json!({
        "userAttributes": {"email": "other@example.com", "email_verified": "true", "username": "other"},
        "finalUserStatus": "CONFIRMED", "messageAction": "RESEND",
        "desiredDeliveryMediums": ["EMAIL"], "forceAliasCreation": true, "enableSMSMFA": true,
        "aMemberOfTheFuture": 1,
    });
    event
}

#[tokio::test]
async fn a_response_that_the_event_came_with_changes_no_migration() {
    let attributes = json!({"email": "marked@example.com", "email_verified": "true"});
    for (source, status) in [
        (AUTHENTICATION, Some("CONFIRMED")),
        // Without a status, Cognito requires a password reset.
        (FORGOT_PASSWORD, None),
    ] {
        let sent = with_response(source);
        let got = parsed(answer(Some(&service(pool())), raw(&sent)).await);
        let mut wanted = sent.clone();
        wanted["response"] = json!({
            "userAttributes": attributes, "messageAction": "SUPPRESS", "aMemberOfTheFuture": 1,
        });
        if let Some(status) = status {
            wanted["response"]["finalUserStatus"] = status.into();
        }
        assert_eq!(got, wanted, "{source}");
    }
}

/// Otherwise Cognito would create the user of that response.
#[tokio::test]
async fn attack_a_response_that_the_event_came_with_migrates_no_rejected_user() {
    for source in [AUTHENTICATION, FORGOT_PASSWORD] {
        let rejecting = service(FakePool {
            password: Err(Failure::Rejected(Rejection::NotAuthorized)),
            user: Err(Failure::Rejected(Rejection::UnknownUser)),
            ..pool()
        });
        let sent = with_response(source);
        let mut wanted = sent.clone();
        wanted["response"] = json!({"aMemberOfTheFuture": 1});
        let got = parsed(answer(Some(&rejecting), raw(&sent)).await);
        assert_eq!(got, wanted, "{source}");
        // Each member alone. The other members stay null, as Cognito sends them.
        let mut all = with_response(source)["response"].take();
        let all = all.as_object_mut().expect("members");
        all.remove("aMemberOfTheFuture");
        for (name, value) in all {
            let mut sent = event(source);
            let mut wanted = sent.clone();
            sent["response"][name] = value.clone();
            let members = wanted["response"].as_object_mut().expect("members");
            members.remove(name);
            let got = parsed(answer(Some(&rejecting), raw(&sent)).await);
            assert_eq!(got, wanted, "{name}");
        }
    }
}

#[tokio::test]
async fn attack_enumeration_all_rejections_alike_byte_for_byte() {
    use Rejection::{
        Challenge, Disabled, Inactive, InvalidParameter, Mfa, Name, NoAttributes,
        NoVerifiedContact, NotAuthorized, NotConfirmed, OldTrigger, OldTriggerFailed,
        ResetRequired, TemporaryPassword, UnknownAnswer, UnknownUser,
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
        NoAttributes,
        Inactive,
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

/// The user is read while the password is being checked. Without the right password, the reply and
/// its timing are the same as for any wrong password, for every result about the user.
#[tokio::test(start_paused = true)]
async fn attack_user_answer_without_proof() {
    use Failure::{Fault as F, Rejected as R};
    const FOREVER: Duration = Duration::from_mins(1);
    let rejected = |rejection| (Err(R(rejection)), R(rejection).reason());
    let challenged = |name| Ok(challenge(name));
    let passwords = [
        rejected(Rejection::NotAuthorized),
        rejected(Rejection::UnknownUser),
        rejected(Rejection::NotConfirmed),
        rejected(Rejection::ResetRequired),
        rejected(Rejection::LockedOut),
        rejected(Rejection::Blocked),
        rejected(Rejection::OldTrigger),
        rejected(Rejection::InvalidParameter),
        rejected(Rejection::UnknownAnswer),
        (challenged("CUSTOM_CHALLENGE"), "challenge"),
        (challenged("SMS_MFA"), "mfa"),
        (challenged("NEW_PASSWORD_REQUIRED"), "temporary_password"),
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
            // Before the response to the password, right after it, and never.
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
    // The result about the user doesn't change the reported fault.
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
        assert_eq!(calls_of(&service).len(), calls);
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
async fn all_faults_return_the_same_error() {
    use Fault::{
        AccessDenied, ClientNotFound, Configuration, Credentials, Flow, Internal, NotAvailable,
        PoolNotFound, SecretHash, SecretRotated, Throttled, TimedOut, Unreachable,
    };
    let all = [
        SecretHash,
        SecretRotated,
        Flow,
        NotAvailable,
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
        assert!(calls_of(&failing).is_empty());
        let failing = service(FakePool {
            session: Err(failure),
            ..pool()
        });
        assert_fault(Some(&failing), &event(AUTHENTICATION), reason).await;
        assert_fault(Some(&failing), &event(FORGOT_PASSWORD), reason).await;
        assert!(calls_of(&failing).is_empty());
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
async fn a_misconfigured_function_replies_to_every_event() {
    let events = [
        event(AUTHENTICATION),
        event(FORGOT_PASSWORD),
        json!(null),
        event("PreSignUp_SignUp"),
    ];
    for event in events {
        assert_fault(None, &event, "configuration").await;
    }
    let none: Option<&super::Service<FakePool>> = None;
    let got = parsed(answer(none, raw(&event(PROBE))).await);
    let wanted =
        json!({"outcome": "fault", "reason": "configuration", "call": null, "attributes": []});
    assert_eq!(got, wanted);
}

#[tokio::test(start_paused = true)]
async fn an_event_times_out_after_the_budget_if_the_pool_does_not_respond() {
    let started = tokio::time::Instant::now();
    let slow = service(FakePool {
        takes: Duration::from_mins(1),
        user_takes: Duration::from_mins(1),
        ..pool()
    });
    assert_fault(Some(&slow), &event(AUTHENTICATION), "timed_out").await;
    assert!(started.elapsed() < BUDGET + Duration::from_millis(100));
    let reply = answer(Some(&slow), raw(&event(FORGOT_PASSWORD))).await;
    let duration = line(&reply)["getUserMs"].as_u64();
    assert!(
        duration.is_some_and(|duration| (4000..4100).contains(&duration)),
        "{duration:?}"
    );
    assert_eq!(line(&reply).get("initiateAuthMs"), None);
    assert_eq!(
        parsed(answer(Some(&slow), raw(&event(PROBE))).await)["call"],
        "AdminInitiateAuth"
    );
}

/// A read in parallel with the password call would be too early.
#[tokio::test]
async fn a_user_that_a_trigger_of_the_old_pool_creates_is_migrated_at_the_first_sign_in() {
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
async fn attributes_that_a_trigger_of_the_old_pool_writes_at_a_sign_in_are_migrated() {
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

/// A sign-in with a rejected password doesn't read the user. A connectivity check does, because it
/// checks all components.
#[tokio::test]
async fn with_triggers_in_the_old_pool_only_a_probe_reads_the_user_after_a_rejected_password() {
    for (source, reads) in [(AUTHENTICATION, 0), (PROBE, 1)] {
        let mut service = service(FakePool {
            password: Err(Failure::Rejected(Rejection::NotAuthorized)),
            ..pool()
        });
        service.rules.old_triggers = true;
        let _ = answer(Some(&service), raw(&event(source))).await;
        let calls = calls_of(&service);
        let users = calls.iter().filter(|one| one.starts_with("user")).count();
        assert_eq!(users, reads, "{source}");
    }
}

/// Cognito's five seconds include the cold start.
#[tokio::test(start_paused = true)]
async fn the_budget_of_the_first_event_includes_the_cold_start() {
    let (start, spent) = (tokio::time::Instant::now(), Duration::from_secs(2));
    let service = service(FakePool {
        takes: Duration::from_mins(1),
        ..pool()
    });
    service.first_answer_by.set(Some(start + FIRST_BUDGET));
    tokio::time::sleep(spent).await;
    assert_fault(Some(&service), &event(AUTHENTICATION), "timed_out").await;
    assert_eq!(start.elapsed(), FIRST_BUDGET);
    let second = tokio::time::Instant::now();
    assert_fault(Some(&service), &event(AUTHENTICATION), "timed_out").await;
    assert_eq!(second.elapsed(), BUDGET);
}

#[tokio::test(start_paused = true)]
async fn the_second_event_has_the_full_budget() {
    let service = service(FakePool {
        takes: Duration::from_secs(3),
        ..pool()
    });
    let start = tokio::time::Instant::now();
    service.first_answer_by.set(Some(start + FIRST_BUDGET));
    for _ in 0..2 {
        let reply = answer(Some(&service), raw(&event(AUTHENTICATION))).await;
        assert!(reply.record.failure.is_none());
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
            assert!(calls_of(&service).is_empty());
        }
    }
}

#[tokio::test]
async fn malformed_events_are_faults_and_never_panic() {
    let values = [
        Value::Null,
        json!(1),
        json!(""),
        json!([]),
        json!({}),
        json!({"password": ["marked-password"]}),
    ];
    for value in values {
        for source in [AUTHENTICATION, FORGOT_PASSWORD] {
            let service = service(pool());
            let mut without_name = event(source);
            without_name["userName"] = value.clone();
            if value == "" {
                // An empty input raises no alarm.
                let reply = answer(Some(&service), raw(&without_name)).await;
                assert_eq!(line(&reply)["reason"], "invalid_parameter");
                assert_eq!(
                    reply.into_parts().0.map(|raw| raw.to_string()),
                    Ok(without_name.to_string())
                );
            } else {
                assert_fault(Some(&service), &without_name, "event").await;
            }
            let mut other_trigger = event(source);
            other_trigger["triggerSource"] = value.clone();
            assert_fault(Some(&service), &other_trigger, "trigger_source").await;
            assert_fault(Some(&service), &value, "trigger_source").await;
            assert!(calls_of(&service).is_empty());
            let mut other_response = event(source);
            other_response["response"] = value.clone();
            let reply = answer(Some(&service), raw(&other_response)).await;
            assert_eq!(line(&reply)["outcome"], "migrated");
        }
        let mut without_password = event(AUTHENTICATION);
        without_password["request"] = value;
        assert_fault(Some(&service(pool())), &without_password, "event").await;
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_parsed_has_no_known_source() {
    let unpaired_surrogate = event(AUTHENTICATION)
        .to_string()
        .replace("marked-user", r"\ud800");
    let nested = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    for text in [unpaired_surrogate, nested] {
        let Ok(sent) = RawValue::from_string(text) else {
            continue;
        };
        let service = service(pool());
        let reply = answer(Some(&service), sent).await;
        assert_eq!(line(&reply)["reason"], "trigger_source");
        assert!(reply.into_parts().0.is_err());
        assert!(calls_of(&service).is_empty());
    }
}

#[tokio::test]
async fn an_event_of_another_trigger_is_a_fault_and_its_source_is_not_logged() {
    for source in ["PreSignUp_SignUp", "UserMigration_", "marked-password"] {
        let service = service(pool());
        let reply = answer(Some(&service), raw(&event(source))).await;
        assert_eq!(line(&reply)["triggerSource"], "other");
        assert_fault(Some(&service), &event(source), "trigger_source").await;
    }
}
