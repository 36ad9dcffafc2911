//! A server in the place of the old pool, which answers from a script.

use std::time::Duration;

use crate::settings::OldPoolSettings;
use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::{self, Region};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::{Cognito, OnceCell, http_client};

/// A status and a body, or for status 0 a connection that is cut after the request.
pub type Answer = (u16, Value);

/// Answers one request a connection from the script and returns the requests; more than are in the script are refused.
pub async fn serve(listener: TcpListener, script: Vec<Answer>) -> Vec<String> {
    let mut requests = Vec::new();
    for (status, body) in script {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut request = String::new();
        let mut buffer = [0; 4096];
        while !request.contains("\r\n\r\n") || !request.ends_with('}') {
            let count = stream.read(&mut buffer).await.expect("a request");
            request.push_str(std::str::from_utf8(&buffer[..count]).expect("text"));
        }
        requests.push(request);
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if status != 0 {
            stream
                .write_all(format!("{head}{body}").as_bytes())
                .await
                .expect("an answer");
        }
    }
    requests
}

/// What `ask` gets from a pool that answers from `script`, all of which must have been asked for.
pub async fn asked<T>(
    script: Vec<Answer>,
    ask: impl AsyncFnOnce(Cognito) -> T,
) -> (T, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
    let server = tokio::spawn(serve(listener, script));
    let answer = ask(cognito(
        &endpoint,
        Credentials::new("AKID", "secret", None, None, "test"),
    ))
    .await;
    let requests = tokio::time::timeout(Duration::from_secs(5), server).await;
    let requests = requests.expect("the whole script was asked for");
    (answer, requests.expect("a server"))
}

pub fn cognito(endpoint: &str, credentials: impl ProvideCredentials + 'static) -> Cognito {
    let client = config::Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(credentials)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(2)
                .with_initial_backoff(Duration::from_millis(1)),
        )
        .http_client(http_client())
        .endpoint_url(endpoint)
        .build();
    Cognito {
        client: Client::from_conf(client),
        settings: OldPoolSettings {
            user_pool_id: "pool".into(),
            region: "eu-west-1".into(),
            client_id: "client".into(),
            has_secret: false,
            role_arn: "role".into(),
            external_id: "id".into(),
        },
        secret: OnceCell::new(),
    }
}

pub fn error(status: u16, code: &str, message: &str) -> Answer {
    (status, json!({"__type": code, "message": message}))
}
