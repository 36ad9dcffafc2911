//! The SDK side against a server that answers from a script: what each answer becomes, and how often we ask.

mod server;

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError, future};
use serde_json::{Value, json};
use server::{asked, cognito, error, serve};
use tokio::net::TcpListener;

use super::*;

#[tokio::test]
async fn only_tokens_prove_a_password() {
    let tokens =
        json!({"AccessToken": "t", "IdToken": "t", "ExpiresIn": 60, "TokenType": "Bearer"});
    let mut rows = vec![
        (
            json!({"AuthenticationResult": tokens, "ChallengeParameters": {}}),
            Ok(()),
        ),
        (
            json!({"AuthenticationResult": tokens, "ChallengeName": "SMS_MFA"}),
            Err(Refusal::Challenge),
        ),
        (json!({}), Err(Refusal::UnknownAnswer)),
        (json!({"Session": "s"}), Err(Refusal::UnknownAnswer)),
    ];
    let challenges = "SMS_MFA SOFTWARE_TOKEN_MFA EMAIL_OTP SELECT_MFA_TYPE MFA_SETUP NEW_PASSWORD_REQUIRED \
        CUSTOM_CHALLENGE SELECT_CHALLENGE PASSWORD PASSWORD_SRP PASSWORD_VERIFIER DEVICE_SRP_AUTH \
        DEVICE_PASSWORD_VERIFIER ADMIN_NO_SRP_AUTH WEB_AUTHN SMS_OTP SOMETHING_NEW";
    for name in challenges.split_whitespace() {
        rows.push((
            json!({"ChallengeName": name, "Session": "s"}),
            Err(Refusal::Challenge),
        ));
    }
    for (body, meaning) in rows {
        let script = vec![(200, body.clone())];
        let (answer, requests) = asked(script, async |pool| {
            pool.check_password("user", "pass").await
        })
        .await;
        assert_eq!(answer, meaning.map_err(Failure::Refused), "{body}");
        let (_, sent) = requests[0].split_once("\r\n\r\n").expect("a body");
        let wanted = json!({
            "UserPoolId": "pool", "ClientId": "client", "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "user", "PASSWORD": "pass"},
        });
        assert_eq!(serde_json::from_str::<Value>(sent).expect("JSON"), wanted);
    }
}

#[tokio::test]
async fn a_password_that_may_have_been_judged_is_not_sent_again() {
    let rows = [
        (
            error(400, "NotAuthorizedException", "Incorrect"),
            Failure::Refused(Refusal::NotAuthorized),
        ),
        (
            error(400, "UserNotFoundException", ""),
            Failure::Refused(Refusal::UnknownUser),
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
            (200, json!("not what was promised")),
            Failure::Fault(Fault::Internal),
        ),
    ];
    for (answer, meaning) in rows {
        // A second request would meet a closed port, which would change the meaning.
        let script = vec![answer.clone()];
        let (got, _) = asked(script, async |pool| {
            pool.check_password("user", "pass").await
        })
        .await;
        assert_eq!(got, Err(meaning), "{answer:?}");
    }
}

#[tokio::test]
async fn a_password_whose_answer_was_lost_is_not_sent_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
    let tokens = (200, json!({"AuthenticationResult": {"AccessToken": "t"}}));
    let server = tokio::spawn(serve(listener, vec![(0, Value::Null), tokens]));
    let pool = cognito(
        &endpoint,
        Credentials::new("AKID", "secret", None, None, "test"),
    );
    assert_eq!(
        pool.check_password("user", "pass").await,
        Err(Failure::Fault(Fault::Unreachable))
    );
    assert!(!server.is_finished(), "one request was enough");
}

#[tokio::test]
async fn a_throttled_password_is_sent_once_more() {
    let throttled = error(400, "TooManyRequestsException", "");
    let wrong = error(400, "NotAuthorizedException", "");
    let rows = [
        (
            vec![throttled.clone(), wrong],
            Failure::Refused(Refusal::NotAuthorized),
        ),
        (
            vec![throttled.clone(), throttled],
            Failure::Fault(Fault::Throttled),
        ),
    ];
    for (script, meaning) in rows {
        let (got, requests) = asked(script, async |pool| {
            pool.check_password("user", "pass").await
        })
        .await;
        assert_eq!((got, requests.len()), (Err(meaning), 2));
    }
}

#[tokio::test]
async fn users_are_read_and_read_again_after_a_passing_error() {
    let body = json!({
        "Username": "user", "Enabled": true, "UserStatus": "CONFIRMED",
        "UserAttributes": [{"Name": "email", "Value": "e"}, {"Name": "name"}],
    });
    let script = vec![error(500, "InternalErrorException", ""), (200, body)];
    let (user, _) = asked(script, async |pool| pool.user("user").await).await;
    let Ok(user) = user else { panic!("a user") };
    assert!(user.enabled && user.confirmed);
    let wanted =
        [("email", "e"), ("name", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(user.attributes, wanted);
    for status in [
        "UNCONFIRMED",
        "FORCE_CHANGE_PASSWORD",
        "RESET_REQUIRED",
        "EXTERNAL_PROVIDER",
        "SOMETHING_NEW",
    ] {
        let body = json!({"Username": "user", "UserStatus": status});
        let (user, _) = asked(vec![(200, body)], async |pool| pool.user("user").await).await;
        assert!(
            user.is_ok_and(|user| !user.enabled && !user.confirmed),
            "{status}"
        );
    }
}

#[derive(Debug)]
struct NoCredentials;

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::provider_error(
            "AssumeRole said no",
        )))
    }
}

#[tokio::test]
async fn what_is_not_an_answer_of_the_pool_is_a_fault() {
    let pool = cognito("http://127.0.0.1:1", NoCredentials);
    assert_eq!(
        pool.check_password("user", "pass").await,
        Err(Failure::Fault(Fault::Credentials))
    );
    let pool = cognito(
        "http://127.0.0.1:1",
        Credentials::new("AKID", "secret", None, None, "test"),
    );
    assert_eq!(
        pool.check_password("user", "pass").await,
        Err(Failure::Fault(Fault::Unreachable))
    );
}

#[tokio::test]
async fn a_second_factor_of_any_kind_is_seen() {
    let rows = [
        (json!({}), false),
        (json!({"UserMFASettingList": []}), false),
        (json!({"UserMFASettingList": ["SOFTWARE_TOKEN_MFA"]}), true),
        (json!({"PreferredMfaSetting": "SMS_MFA"}), true),
        (json!({"MFAOptions": [{"DeliveryMedium": "SMS"}]}), true),
    ];
    for (mut body, seen) in rows {
        body["Username"] = json!("user");
        let (user, _) = asked(vec![(200, body.clone())], async |pool| {
            pool.user("user").await
        })
        .await;
        assert!(user.is_ok_and(|user| user.has_mfa == seen), "{body}");
    }
}
