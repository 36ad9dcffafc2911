//! Which Region's STS is asked, how often, and how long it takes.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{BehaviorVersion, Region};
use tokio::time::Instant;

use super::super::connections::Connections;
use super::super::credentials::Role;
use super::super::tests::server::{Act, Requests, assumed, listen, operations, serve_keep_alive};
use super::*;

/// The answer of a Region's STS.
type Answer = fn() -> Act;

/// An error of STS.
fn refused(status: u16, code: &str, message: &str) -> Act {
    let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    Act::Answer(0, status, format!("<ErrorResponse>{error}</ErrorResponse>"))
}

fn region_disabled() -> Act {
    refused(
        403,
        "RegionDisabledException",
        "STS is not activated in this region for account:111111111111.",
    )
}

/// The client of a Region's STS, which answers with `act`, and the requests.
async fn region(
    name: &str,
    act: impl Fn(usize) -> Act + Send + Sync + 'static,
) -> ((String, Client), Requests) {
    let (listener, endpoint) = listen().await;
    let requests = serve_keep_alive(listener, move |_, before| act(before));
    let config = aws_sdk_sts::config::Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Connections::new())
        .retry_config(RetryConfig::standard().with_max_attempts(2))
        .region(Region::new(name.to_owned()))
        .credentials_provider(Credentials::new("AKIDOWN", "secret", None, None, "test"))
        .endpoint_url(endpoint);
    (
        (name.to_owned(), Client::from_conf(config.build())),
        requests,
    )
}

fn request() -> Request {
    Request {
        role_arn: "arn:aws:iam::111111111111:role/access".into(),
        external_id: "marked-external-id".into(),
    }
}

fn key(answer: Result<Credentials, Vec<StsError>>) -> Result<String, Vec<Option<String>>> {
    let codes = |errors: Vec<StsError>| errors.into_iter().map(|error| error.code).collect();
    let key = answer.map(|session| session.access_key_id().to_owned());
    key.map_err(codes)
}

/// The number of requests to each Region.
fn counts(requests: &[Requests; 2]) -> [usize; 2] {
    [&requests[0], &requests[1]].map(|requests| operations(requests).len())
}

#[tokio::test]
async fn the_other_region_is_asked_at_once_only_after_an_error_of_the_region() {
    let code = |code: &str| Some(code.to_owned());
    let (disabled, invalid) = ("RegionDisabledException", "InvalidClientTokenId");
    let denied: Answer = || refused(403, "AccessDenied", "not authorized");
    let unknown: Answer = || refused(403, "InvalidClientTokenId", "The token is invalid.");
    let expired: Answer = || refused(403, "ExpiredToken", "expired");
    let new: Answer = || assumed("NEW");
    let rows: [(Answer, Answer, _, _); 7] = [
        (new, denied, Ok("NEW".to_owned()), [1, 0]),
        (region_disabled, new, Ok("NEW".to_owned()), [1, 1]),
        (unknown, new, Ok("NEW".to_owned()), [1, 1]),
        (denied, new, Err(vec![code("AccessDenied")]), [1, 0]),
        (expired, new, Err(vec![code("ExpiredToken")]), [1, 0]),
        (
            region_disabled,
            unknown,
            Err(vec![code(disabled), code(invalid)]),
            [1, 1],
        ),
        (
            region_disabled,
            denied,
            Err(vec![code(disabled), code("AccessDenied")]),
            [1, 1],
        ),
    ];
    for (own, old, wanted, calls) in rows {
        let (first, one) = region("eu-south-2", move |_| own()).await;
        let (second, other) = region("eu-west-1", move |_| old()).await;
        let started = Instant::now();
        let got = Sts::new(first, Some(second)).assume(&request()).await;
        assert_eq!((key(got), counts(&[one, other])), (wanted, calls));
        assert!(started.elapsed() < Duration::from_millis(700));
    }
}

#[tokio::test]
async fn the_region_that_worked_is_asked_first_by_all_sessions() {
    let (first, one) = region("eu-south-2", |before| match before {
        0 => region_disabled(),
        _ => assumed("FIRST"),
    })
    .await;
    // The administrator of the old account enables the Region later, and disables the other one.
    let (second, other) = region("eu-west-1", |before| match before {
        0..3 => assumed("SECOND"),
        _ => region_disabled(),
    })
    .await;
    let requests = [one, other];
    let sts = Arc::new(Sts::new(first, Some(second)));
    let role = Role::new(sts, Arc::new(request()));
    for calls in [[1, 1], [1, 2], [1, 3]] {
        let session = role.cold().session().await.expect("a session");
        let got = (session.access_key_id(), counts(&requests));
        assert_eq!(got, ("SECOND", calls));
        assert_eq!(role.errors(), []);
    }
    for calls in [[2, 4], [3, 4]] {
        let session = role.cold().session().await.expect("a session");
        let got = (session.access_key_id(), counts(&requests));
        assert_eq!(got, ("FIRST", calls));
    }
}

/// For example, in a VPC with an endpoint for the STS of one Region only.
#[tokio::test]
async fn a_region_that_does_not_respond_is_not_awaited() {
    let silent = || Act::Answer(60_000, 200, String::new());
    let (first, one) = region("eu-south-2", move |_| silent()).await;
    let (second, other) = region("eu-west-1", |_| assumed("SECOND")).await;
    let (requests, sts) = ([one, other], Sts::new(first, Some(second)));
    let started = Instant::now();
    assert_eq!(key(sts.assume(&request()).await), Ok("SECOND".into()));
    let took = started.elapsed();
    assert!(
        took >= FALLBACK_DELAY && took < Duration::from_millis(1900),
        "{took:?}"
    );
    let started = Instant::now();
    assert_eq!(key(sts.assume(&request()).await), Ok("SECOND".into()));
    assert!(started.elapsed() < Duration::from_millis(700));
    assert_eq!(counts(&requests), [1, 2]);
}

/// A slow Region is still awaited if the other one fails.
#[tokio::test]
async fn the_response_of_a_slow_region_is_used() {
    let (first, _) = region("eu-south-2", |_| match assumed("FIRST") {
        Act::Answer(_, status, body) => Act::Answer(1500, status, body),
        _ => unreachable!("an answer"),
    })
    .await;
    let (second, _) = region("eu-west-1", |_| region_disabled()).await;
    let sts = Sts::new(first, Some(second));
    assert_eq!(key(sts.assume(&request()).await), Ok("FIRST".into()));
}

#[tokio::test]
async fn without_a_connection_the_other_region_is_asked() {
    let (mut first, _) = region("eu-south-2", |_| Act::Cut).await;
    let config = first.1.config().to_builder();
    first.1 = Client::from_conf(config.endpoint_url("http://127.0.0.1:1").build());
    let (second, _) = region("eu-west-1", |_| assumed("SECOND")).await;
    let sts = Sts::new(first, Some(second));
    assert_eq!(key(sts.assume(&request()).await), Ok("SECOND".into()));
}

#[tokio::test]
async fn the_message_of_sts_has_no_external_id_and_is_short() {
    let quoting = "Value 'marked-external-id' at 'externalId'\u{7f}failed: ";
    let message = format!("{quoting}{}", "x".repeat(5000));
    let (first, _) = region("eu-west-1", move |_| {
        refused(400, "ValidationError", &message)
    })
    .await;
    let errors = Sts::new(first, None).assume(&request()).await;
    let [error] = <[StsError; 1]>::try_from(errors.expect_err("an error")).expect("one error");
    let wanted = "Value '(hidden)' at 'externalId' failed: xxx";
    assert!(error.message.starts_with(wanted), "{}", error.message);
    assert_eq!(error.message.chars().count(), LONGEST_MESSAGE);
    assert_eq!(error.code.as_deref(), Some("ValidationError"));
    assert_eq!(error.region, "eu-west-1");
}
