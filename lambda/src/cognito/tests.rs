//! The calls with the SDK against a scripted server: the result of each response, and the number of
//! requests.

mod connections;
pub mod server;

use std::collections::HashMap;

use rules::decision::Status;
use rules::reasons::Rejection;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use server::{cognito, error, serve, session, with_script};

/// A deadline that the tests don't reach.
fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

async fn read_user(pool: &Cognito) -> Result<OldUser, Failure> {
    pool.user("user", deadline(), &Cell::default()).await
}

async fn password(pool: &Cognito) -> Result<(bool, Option<String>), Failure> {
    let sign_in = SignIn {
        username: "user",
        password: "pass",
        metadata: HashMap::new(),
    };
    let answer = pool.check_password(&sign_in, deadline()).await?;
    Ok((answer.tokens, answer.challenge))
}

fn body(request: &str) -> Value {
    let (_, sent) = request.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(sent).expect("JSON")
}

fn wanted_password_call() -> Value {
    json!({
        "UserPoolId": "pool", "ClientId": "client", "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "user", "PASSWORD": "pass"},
    })
}

#[tokio::test]
async fn responses_to_a_password_are_converted() {
    let tokens =
        json!({"AccessToken": "t", "IdToken": "t", "ExpiresIn": 60, "TokenType": "Bearer"});
    let challenge = |name: &str| Some(name.to_owned());
    let rows = [
        (
            json!({"AuthenticationResult": tokens, "ChallengeParameters": {}}),
            (true, None),
        ),
        (
            json!({"AuthenticationResult": tokens, "ChallengeName": "SMS_MFA"}),
            (true, challenge("SMS_MFA")),
        ),
        (json!({}), (false, None)),
        (json!({"Session": "s"}), (false, None)),
        // No token is no evidence.
        (json!({"AuthenticationResult": {}}), (false, None)),
        (
            json!({"AuthenticationResult": {"AccessToken": ""}}),
            (false, None),
        ),
        (
            json!({"AuthenticationResult": null, "ChallengeName": null}),
            (false, None),
        ),
        (
            json!({"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s"}),
            (false, challenge("NEW_PASSWORD_REQUIRED")),
        ),
        (
            json!({"ChallengeName": "SOMETHING_NEW", "Session": "s"}),
            (false, challenge("SOMETHING_NEW")),
        ),
        (json!({"ChallengeName": ""}), (false, challenge(""))),
    ];
    for (answer, meaning) in rows {
        let script = vec![(200, answer.clone())];
        let (got, requests) = with_script(script, async |pool| password(&pool).await).await;
        assert_eq!(got, Ok(meaning), "{answer}");
        assert_eq!(body(&requests[0]), wanted_password_call());
    }
}

#[tokio::test]
async fn a_password_that_may_have_been_checked_is_not_sent_again() {
    let rows = [
        (
            error(400, "NotAuthorizedException", "Incorrect"),
            Failure::Rejected(Rejection::NotAuthorized),
        ),
        (
            error(400, "UserNotFoundException", ""),
            Failure::Rejected(Rejection::UnknownUser),
        ),
        (
            error(
                400,
                "NotAuthorizedException",
                "Unable to verify secret hash",
            ),
            Failure::Fault(Fault::SecretHash),
        ),
        (
            error(500, "InternalErrorException", ""),
            Failure::Fault(Fault::Internal),
        ),
        (
            error(400, "AccessDeniedException", ""),
            Failure::Fault(Fault::AccessDenied),
        ),
        ((503, Value::Null), Failure::Fault(Fault::Internal)),
        (
            (200, json!("an invalid response")),
            Failure::Fault(Fault::Internal),
        ),
    ];
    for (answer, meaning) in rows {
        // A second request would fail with another error, because the port is closed then.
        let script = vec![answer.clone()];
        let (got, _) = with_script(script, async |pool| password(&pool).await).await;
        assert_eq!(got, Err(meaning), "{answer:?}");
    }
}

#[tokio::test]
async fn a_password_is_not_sent_again_after_a_lost_response() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
    let tokens = (200, json!({"AuthenticationResult": {"AccessToken": "t"}}));
    let server = tokio::spawn(serve(listener, vec![(0, Value::Null), tokens]));
    let pool = cognito(&endpoint);
    pool.role.set_current(session(3600));
    assert_eq!(
        password(&pool).await,
        Err(Failure::Fault(Fault::Unreachable))
    );
    assert!(!server.is_finished(), "there was only one request");
}

#[tokio::test]
async fn a_throttled_password_is_sent_again_and_a_checked_one_is_not() {
    let throttled = || error(400, "TooManyRequestsException", "");
    let wrong = error(400, "NotAuthorizedException", "");
    let rows = [
        (
            vec![throttled(), wrong],
            Failure::Rejected(Rejection::NotAuthorized),
        ),
        (
            vec![
                throttled(),
                error(400, "ThrottlingException", ""),
                (429, json!({})),
                error(500, "InternalErrorException", ""),
            ],
            Failure::Fault(Fault::Internal),
        ),
        (
            std::iter::repeat_with(throttled).take(5).collect(),
            Failure::Fault(Fault::Throttled),
        ),
        (
            vec![error(400, "LimitExceededException", "")],
            Failure::Rejected(Rejection::UnknownAnswer),
        ),
    ];
    for (script, meaning) in rows {
        let count = script.len();
        let (got, requests) = with_script(script, async |pool| password(&pool).await).await;
        assert_eq!((got, requests.len()), (Err(meaning), count));
    }
}

#[tokio::test]
async fn a_password_is_sent_again_if_no_connection_could_be_opened() {
    // A port on which the server starts to listen later.
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = free.local_addr().expect("bound");
    drop(free);
    let pool = cognito(&format!("http://{address}"));
    pool.role.set_current(session(3600));
    let tokens = (200, json!({"AuthenticationResult": {"AccessToken": "t"}}));
    let later = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let listener = TcpListener::bind(address).await.expect("the port again");
        serve(listener, vec![tokens]).await
    };
    let (got, requests) = tokio::join!(password(&pool), later);
    assert_eq!((got, requests.len()), (Ok((true, None)), 1));
}

/// The hash of `user` for `client` under this secret, computed with Python.
const HASH: (&str, &str) = (
    "marked-client-secret",
    "Yq91gZa5OSQTPKs6IdRZX/UF4WSXDBVroLOh10EQbpw=",
);

fn described(secret: Option<&str>) -> server::Answer {
    (
        200,
        json!({"UserPoolClient": {"ClientId": "client", "ClientSecret": secret}}),
    )
}

#[tokio::test]
async fn the_client_secret_is_read_once_and_its_hash_is_sent() {
    let rejected = || error(400, "NotAuthorizedException", "Incorrect");
    let script = vec![
        // A read that fails before the first event is retried.
        error(400, "AccessDeniedException", ""),
        described(Some(HASH.0)),
        rejected(),
        rejected(),
    ];
    let ((), requests) = with_script(script, async |mut pool| {
        pool.settings.has_secret = true;
        assert_eq!(
            pool.prepare(deadline()).await,
            Err(Failure::Fault(Fault::AccessDenied))
        );
        for _ in 0..2 {
            assert_eq!(pool.prepare(deadline()).await, Ok(()));
            let got = password(&pool).await;
            assert_eq!(got, Err(Failure::Rejected(Rejection::NotAuthorized)));
        }
    })
    .await;
    let describe = json!({"UserPoolId": "pool", "ClientId": "client"});
    assert_eq!(
        (body(&requests[0]), body(&requests[1])),
        (describe.clone(), describe)
    );
    let mut wanted = wanted_password_call();
    wanted["AuthParameters"]["SECRET_HASH"] = json!(HASH.1);
    assert_eq!(
        (body(&requests[2]), body(&requests[3])),
        (wanted.clone(), wanted)
    );
    assert!(requests.iter().all(|request| !request.contains(HASH.0)));
}

#[tokio::test]
async fn after_a_change_of_the_client_secret_the_next_event_reads_it_again() {
    let script = vec![
        described(Some("marked-before")),
        error(
            400,
            "NotAuthorizedException",
            "Unable to verify secret hash for client client",
        ),
        described(Some(HASH.0)),
        error(400, "NotAuthorizedException", "Incorrect"),
    ];
    let (got, requests) = with_script(script, async |mut pool| {
        pool.settings.has_secret = true;
        assert_eq!(pool.prepare(deadline()).await, Ok(()));
        let first = password(&pool).await;
        assert_eq!(pool.prepare(deadline()).await, Ok(()));
        (first, password(&pool).await)
    })
    .await;
    let rejected = Failure::Rejected(Rejection::NotAuthorized);
    assert_eq!(got, (Err(Failure::Fault(Fault::SecretHash)), Err(rejected)));
    assert_eq!(body(&requests[3])["AuthParameters"]["SECRET_HASH"], HASH.1);
}

/// The secret was rotated, or Secrets Manager manages it.
#[tokio::test]
async fn no_password_is_sent_if_cognito_does_not_return_the_secret() {
    let rotated = Err(Failure::Fault(Fault::SecretRotated));
    let script = vec![
        described(None),
        described(None),
        described(Some(HASH.0)),
        error(400, "NotAuthorizedException", "Incorrect"),
    ];
    let (_, requests) = with_script(script, async |mut pool| {
        pool.settings.has_secret = true;
        // The app client is read again only after some time.
        for _ in 0..2 {
            for _ in 0..5 {
                assert_eq!(pool.prepare(deadline()).await, rotated);
            }
            pool.secret.pass(Duration::from_mins(5));
        }
        for _ in 0..5 {
            assert_eq!(pool.prepare(deadline()).await, Ok(()));
        }
        password(&pool).await
    })
    .await;
    assert_eq!(body(&requests[3])["AuthParameters"]["SECRET_HASH"], HASH.1);
}

#[tokio::test]
async fn a_secret_that_stays_rejected_is_not_read_at_each_event() {
    let refused = || {
        let message = "Unable to verify secret hash for client client";
        error(400, "NotAuthorizedException", message)
    };
    let script = vec![
        described(Some("marked-old")),
        refused(),
        // The first event after a rejection reads it again, the others don't.
        described(Some("marked-old")),
        refused(),
        refused(),
        refused(),
        // Five minutes later.
        described(Some("marked-old")),
        refused(),
        refused(),
    ];
    with_script(script, async |mut pool| {
        pool.settings.has_secret = true;
        for event in 0..6 {
            if event == 4 {
                pool.secret.pass(Duration::from_mins(5));
            }
            assert_eq!(pool.prepare(deadline()).await, Ok(()));
            let got = password(&pool).await;
            assert_eq!(got, Err(Failure::Fault(Fault::SecretHash)), "{event}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_setup_did_not_see_is_a_rotated_one() {
    let message = "Client client is configured with secret but SECRET_HASH was not received";
    let script = vec![error(400, "NotAuthorizedException", message)];
    let (got, requests) = with_script(script, async |pool| {
        assert_eq!(pool.prepare(deadline()).await, Ok(()));
        password(&pool).await
    })
    .await;
    assert_eq!(got, Err(Failure::Fault(Fault::SecretRotated)));
    assert_eq!(body(&requests[0]), wanted_password_call());
}

#[tokio::test]
async fn errors_of_reading_the_client_secret_are_faults() {
    let rows = [
        (
            "ResourceNotFoundException",
            "User pool client x does not exist.",
            Fault::ClientNotFound,
        ),
        ("NotAuthorizedException", "", Fault::AccessDenied),
        ("InvalidParameterException", "", Fault::Configuration),
        ("SomethingNew", "", Fault::Internal),
    ];
    for (code, message, fault) in rows {
        let (got, _) = with_script(vec![error(400, code, message)], async |mut pool| {
            pool.settings.has_secret = true;
            pool.prepare(deadline()).await
        })
        .await;
        assert_eq!(got, Err(Failure::Fault(fault)), "{code}");
    }
}

#[tokio::test]
async fn reading_the_user_is_retried_after_transient_errors() {
    let body = json!({
        "Username": "user", "Enabled": true, "UserStatus": "CONFIRMED",
        "UserAttributes": [{"Name": "email", "Value": "e"}, {"Name": "name"}],
    });
    let script = vec![
        error(500, "InternalErrorException", ""),
        (0, Value::Null),
        error(400, "TooManyRequestsException", ""),
        (200, body),
    ];
    let (user, _) = with_script(script, async |pool| read_user(&pool).await).await;
    let Ok(user) = user else { panic!("a user") };
    assert!(user.enabled && user.status == Status::Confirmed && user.username == "user");
    let wanted =
        [("email", "e"), ("name", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(user.attributes, wanted);
    for (name, status) in [
        ("UNCONFIRMED", Status::Unconfirmed),
        ("FORCE_CHANGE_PASSWORD", Status::TemporaryPassword),
        ("RESET_REQUIRED", Status::ResetRequired),
        ("EXTERNAL_PROVIDER", Status::External),
        ("ARCHIVED", Status::Inactive),
        ("COMPROMISED", Status::Inactive),
        ("UNKNOWN", Status::Other),
        ("SOMETHING_NEW", Status::Other),
    ] {
        let body = json!({"Username": "user", "UserStatus": name});
        let (user, _) = with_script(vec![(200, body)], async |pool| read_user(&pool).await).await;
        assert!(
            user.is_ok_and(|user| !user.enabled && user.status == status),
            "{name}"
        );
    }
}

#[tokio::test]
async fn errors_before_a_response_of_the_pool_are_faults() {
    let pool = cognito("http://127.0.0.1:1");
    assert_eq!(
        pool.session().await,
        Err(Failure::Fault(Fault::Credentials))
    );
    assert_eq!(
        password(&pool).await,
        Err(Failure::Fault(Fault::Credentials))
    );
    let pool = cognito("http://127.0.0.1:1");
    pool.role.set_current(session(3600));
    assert_eq!(
        password(&pool).await,
        Err(Failure::Fault(Fault::Unreachable))
    );
}

#[tokio::test]
async fn mfa_of_any_kind_is_detected() {
    let rows = [
        (json!({}), (false, false)),
        (json!({"UserMFASettingList": []}), (false, false)),
        (json!({"PreferredMfaSetting": ""}), (false, false)),
        (
            json!({"UserMFASettingList": ["SOFTWARE_TOKEN_MFA"]}),
            (true, false),
        ),
        (
            json!({"UserMFASettingList": ["EMAIL_OTP", "SMS_MFA"]}),
            (true, true),
        ),
        (
            json!({"PreferredMfaSetting": "SOFTWARE_TOKEN_MFA"}),
            (true, false),
        ),
        (json!({"PreferredMfaSetting": "SMS_MFA"}), (true, true)),
        (
            json!({"MFAOptions": [{"DeliveryMedium": "SMS"}]}),
            (true, true),
        ),
        (
            json!({"MFAOptions": [{"DeliveryMedium": "EMAIL"}]}),
            (true, false),
        ),
    ];
    for (mut answer, wanted) in rows {
        answer["Username"] = json!("user");
        let script = vec![(200, answer.clone())];
        let (user, _) = with_script(script, async |pool| read_user(&pool).await).await;
        let got = user.map(|user| (user.has_mfa, user.has_sms_mfa));
        assert_eq!(got, Ok(wanted), "{answer}");
    }
}

/// After the reply, the user is only needed for the log.
#[tokio::test]
async fn after_the_reply_no_request_for_the_user_is_sent() {
    let throttled = || error(400, "TooManyRequestsException", "");
    let replied = Cell::new(false);
    let ((first, second), requests) = with_script(vec![throttled()], async |pool| {
        let late = async {
            let user = pool.user("user", deadline(), &replied);
            tokio::join!(user, async { replied.set(true) }).0
        };
        (late.await, pool.user("user", deadline(), &replied).await)
    })
    .await;
    // A request in progress completes, and isn't repeated.
    assert_eq!(first.err(), Some(Failure::Fault(Fault::Throttled)));
    assert_eq!(second.err(), Some(Failure::Fault(Fault::TimedOut)));
    assert_eq!(requests.len(), 1);
}
