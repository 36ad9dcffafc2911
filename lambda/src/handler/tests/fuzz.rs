//! Every event gets a reply, and no user is migrated without evidence from the old pool.

use proptest::prelude::*;
use rules::decision::{Answer, OldUser, Status};
use rules::reasons::{Failure, Fault, Rejection};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Number, Value};

use super::fake::{
    AUTHENTICATION, FORGOT_PASSWORD, FakePool, PROBE, challenge, event, pool, service, tokens, user,
};
use crate::handler::answer;

/// The members of the trigger's response, written down here a second time.
const MEMBERS: [&str; 6] = [
    "userAttributes",
    "forceAliasCreation",
    "enableSMSMFA",
    "finalUserStatus",
    "messageAction",
    "desiredDeliveryMediums",
];

fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        AUTHENTICATION,
        FORGOT_PASSWORD,
        PROBE,
        "eu-west-1_x",
        "marked-user",
        "",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| Number::from_f64(number).map_or(Value::Null, Value::Number)),
        prop::sample::select(words.to_vec()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let members = [
            "triggerSource",
            "userPoolId",
            "userName",
            "request",
            "password",
            "response",
            "x",
        ];
        let name = prop_oneof![
            prop::sample::select(members.to_vec()).prop_map(str::to_owned),
            any::<String>()
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A valid event in which up to three fields are replaced or removed.
fn any_mutation() -> impl Strategy<Value = Value> {
    let paths = [
        "/triggerSource",
        "/userPoolId",
        "/userName",
        "/request",
        "/request/password",
        "/response",
        "/response/userAttributes",
        "/response/finalUserStatus",
        "/response/forceAliasCreation",
        "/response/enableSMSMFA",
        "/callerContext",
        "/region",
    ];
    let source = prop::sample::select(vec![AUTHENTICATION, FORGOT_PASSWORD, PROBE]);
    let change = (
        prop::sample::select(paths.to_vec()),
        prop::option::of(any_json()),
    );
    (source, prop::collection::vec(change, 0..3)).prop_map(|(source, changes)| {
        let mut event = event(source);
        for (path, value) in changes {
            let (parent, name) = path.rsplit_once('/').expect("a path");
            let Some(parent) = event.pointer_mut(parent).and_then(Value::as_object_mut) else {
                continue;
            };
            match value {
                Some(value) => parent.insert(name.to_owned(), value),
                None => parent.remove(name),
            };
        }
        event
    })
}

fn any_failure() -> impl Strategy<Value = Failure> {
    prop::sample::select(vec![
        Failure::Rejected(Rejection::NotAuthorized),
        Failure::Rejected(Rejection::UnknownUser),
        Failure::Fault(Fault::Throttled),
        Failure::Fault(Fault::Credentials),
    ])
}

fn any_pool() -> impl Strategy<Value = FakePool> {
    let password = prop_oneof![
        3 => Just(Ok(tokens())),
        1 => Just(Ok(Answer::default())),
        1 => "[A-Z_]{1,12}".prop_map(|name| Ok(challenge(&name))),
        1 => any_failure().prop_map(Err),
    ];
    let any_user = (any::<[bool; 3]>(), any::<String>(), any::<bool>()).prop_map(
        |([enabled, confirmed, has_mfa], username, same)| {
            let status = if confirmed {
                Status::Confirmed
            } else {
                Status::Unconfirmed
            };
            let username = if same { user().username } else { username };
            OldUser {
                username,
                enabled,
                status,
                has_mfa,
                ..user()
            }
        },
    );
    let old_user = prop_oneof![
        3 => Just(Ok(user())),
        2 => any_user.prop_map(Ok),
        1 => any_failure().prop_map(Err),
    ];
    (password, old_user).prop_map(|(password, user)| FakePool {
        password,
        user,
        ..pool()
    })
}

/// The invariants of every reply.
fn check(sent: Box<RawValue>, pool: FakePool) -> Result<(), TestCaseError> {
    let bytes = sent.get().to_owned();
    let event: Value = serde_json::from_str(&bytes).unwrap_or_default();
    let service = service(pool);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let reply = runtime.block_on(answer(Some(&service), sent));
    let failure = reply.record.failure;
    let result = reply.into_parts().0;
    let calls = service.pool.calls.borrow();
    let is_of_new_pool = event["userPoolId"] == "eu-west-1_x";
    prop_assert!(calls.is_empty() || is_of_new_pool);
    match (event["triggerSource"].as_str(), failure) {
        (Some(PROBE), _) => {
            let answer = result.expect("an answer");
            prop_assert!(!answer.get().contains("marked"));
        }
        (_, Some(Failure::Rejected(_))) => {
            let back = result.expect("the event").get().to_owned();
            let returned: Value = serde_json::from_str(&back).expect("JSON");
            prop_assert_eq!(&returned["userName"], &event["userName"]);
            let empty = MEMBERS
                .iter()
                .all(|name| event["response"][*name].is_null());
            prop_assert!(back == bytes || !empty);
            prop_assert!(
                MEMBERS
                    .iter()
                    .all(|name| returned["response"][*name].is_null())
            );
        }
        (_, Some(Failure::Fault(_))) => prop_assert!(result.is_err()),
        (Some(source), None) => {
            prop_assert!(result.is_ok() && is_of_new_pool);
            let Ok(user) = &service.pool.user else {
                panic!("no user")
            };
            prop_assert!(user.enabled && !user.has_mfa);
            let proved = matches!(&service.pool.password, Ok(answer) if answer.tokens && answer.challenge.is_none());
            prop_assert!(
                source == FORGOT_PASSWORD
                    && matches!(user.status, Status::Confirmed | Status::ResetRequired)
                    || source == AUTHENTICATION && proved
            );
            prop_assert_eq!(calls.len(), if source == AUTHENTICATION { 2 } else { 1 });
        }
        (None, None) => panic!("migrated without a trigger source"),
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_json_gets_a_reply(event in any_json(), pool in any_pool()) {
        check(to_raw_value(&event).expect("JSON"), pool)?;
    }

    #[test]
    fn mutated_events_get_a_reply(event in any_mutation(), pool in any_pool()) {
        check(to_raw_value(&event).expect("JSON"), pool)?;
    }

    #[test]
    fn mutated_bytes_get_a_reply(
        at in 0_usize..500, with in any::<String>(), cut in 0_usize..20, pool in any_pool(),
    ) {
        let mut text: Vec<char> = event(AUTHENTICATION).to_string().chars().collect();
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        text.splice(at..end, with.chars());
        // The Lambda runtime rejects events that aren't JSON.
        if let Ok(sent) = RawValue::from_string(text.into_iter().collect()) {
            check(sent, pool)?;
        }
    }
}
