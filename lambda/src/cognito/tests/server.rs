//! A scripted server that replaces the old account. Unlike the sandbox's scripted server, it runs
//! on the test's runtime, so that requests of several connections arrive in a deterministic order.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::settings::OldPoolSettings;
use aws_credential_types::Credentials;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::{Cognito, Connections, Environment};

/// A status and a body. For status 0, the server closes the connection after the request.
pub type Answer = (u16, Value);

/// Answers one request per connection from the script, and returns the requests. Accepts no more
/// connections than the script has answers.
pub async fn serve(listener: TcpListener, script: Vec<Answer>) -> Vec<String> {
    let mut requests = Vec::new();
    for (status, body) in script {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        requests.push(read(&mut stream).await.expect("a request"));
        if status != 0 {
            write(&mut stream, status, &body.to_string(), "close").await;
        }
    }
    requests
}

/// The next request of a connection, or `None` if the client closes it.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    let is_whole = |request: &str| {
        let (head, body) = request.split_once("\r\n\r\n")?;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        Some(body.len() >= length.map_or(0, |length| length.parse().expect("a length")))
    };
    while is_whole(&request) != Some(true) {
        match stream.read(&mut buffer).await {
            Ok(count @ 1..) => {
                request.push_str(std::str::from_utf8(&buffer[..count]).expect("text"));
            }
            _ => return None,
        }
    }
    Some(request)
}

async fn write(stream: &mut TcpStream, status: u16, body: &str, connection: &str) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nconnection: {connection}\r\ncontent-length: {length}\r\n\r\n"
    );
    let written = stream.write_all(format!("{head}{body}").as_bytes()).await;
    written.expect("an answer");
}

/// The server's action for a request.
pub enum Act {
    /// Answers after a delay in milliseconds, with a status and a body, and keeps the connection.
    Answer(u64, u16, String),
    /// Closes the connection.
    Cut,
    /// Sends a part of an answer and closes the connection.
    CutShort,
}

/// The requested operations, each with the number of its connection.
pub type Requests = Arc<Mutex<Vec<(usize, String)>>>;

/// Keeps connections open and answers each request with `act`, which receives the operation and the
/// number of earlier requests.
pub fn serve_keep_alive(
    listener: TcpListener,
    act: impl Fn(&str, usize) -> Act + Send + Sync + 'static,
) -> Requests {
    let requests = Requests::default();
    let (log, act) = (Arc::clone(&requests), Arc::new(act));
    tokio::spawn(async move {
        for number in 0.. {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let (log, act) = (Arc::clone(&log), Arc::clone(&act));
            tokio::spawn(async move {
                while let Some(request) = read(&mut stream).await {
                    let operation = operation(&request);
                    let before = {
                        let mut log = log.lock().expect("no panic");
                        log.push((number, operation.clone()));
                        log.len() - 1
                    };
                    match act(&operation, before) {
                        Act::Answer(after, status, body) => {
                            tokio::time::sleep(Duration::from_millis(after)).await;
                            write(&mut stream, status, &body, "keep-alive").await;
                        }
                        Act::Cut => return,
                        Act::CutShort => {
                            let _ = stream
                                .write_all(b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\n{")
                                .await;
                            return;
                        }
                    }
                }
            });
        }
    });
    requests
}

fn operation(request: &str) -> String {
    let target = request
        .lines()
        .find_map(|line| line.strip_prefix("x-amz-target: "));
    let target = target.and_then(|target| target.split_once('.'));
    match target {
        Some((_, operation)) => operation.to_owned(),
        None if request.contains("Action=AssumeRole") => "AssumeRole".to_owned(),
        None => request.lines().next().expect("a line").to_owned(),
    }
}

/// The requested operations.
pub fn operations(requests: &Requests) -> Vec<String> {
    let requests = requests.lock().expect("no panic");
    requests
        .iter()
        .map(|(_, operation)| operation.clone())
        .collect()
}

/// The number of connections with at least one request.
pub fn connections(requests: &Requests) -> usize {
    let requests = requests.lock().expect("no panic");
    let numbers = requests.iter().map(|(number, _)| number + 1);
    numbers.max().unwrap_or(0)
}

/// Runs `ask` with a pool that answers from `script`. Returns its result and the requests. Fails if
/// not all answers of the script were requested.
pub async fn with_script<T>(
    script: Vec<Answer>,
    ask: impl AsyncFnOnce(Cognito) -> T,
) -> (T, Vec<String>) {
    let (listener, endpoint) = listen().await;
    let server = tokio::spawn(serve(listener, script));
    let pool = cognito(&endpoint);
    pool.role.set_current(session(3600));
    let answer = ask(pool).await;
    let requests = tokio::time::timeout(Duration::from_secs(5), server).await;
    let requests = requests.expect("a request for each answer in the script");
    (answer, requests.expect("a server"))
}

pub async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
    (listener, endpoint)
}

/// A session that expires in `ends_in` seconds.
pub fn session(ends_in: u64) -> Credentials {
    let end = SystemTime::now() + Duration::from_secs(ends_in);
    Credentials::new(format!("AKID{ends_in}"), "secret", None, Some(end), "test")
}

/// The response of STS to AssumeRole.
pub fn assumed(key: &str) -> Act {
    let body = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
         <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    );
    Act::Answer(0, 200, body)
}

/// A pool with this endpoint and without a session.
pub fn cognito(endpoint: &str) -> Cognito {
    cognito_with_sts(endpoint, endpoint, Connections::new())
}

/// A pool with separate endpoints for STS and Cognito, and with these connections.
pub fn cognito_with_sts(sts: &str, endpoint: &str, connections: Connections) -> Cognito {
    let environment = Environment {
        credentials: Some(Credentials::new("AKIDOWN", "secret", None, None, "test")),
        region: Some("eu-west-1".into()),
        sts: Some(sts.into()),
        cognito: Some(endpoint.into()),
        fips: false,
        dual_stack: false,
    };
    Cognito::new(settings(), environment, connections)
}

pub fn settings() -> OldPoolSettings {
    OldPoolSettings {
        user_pool_id: "pool".into(),
        region: "eu-west-1".into(),
        client_id: "client".into(),
        has_secret: false,
        role_arn: "role".into(),
        external_id: "id".into(),
    }
}

pub fn error(status: u16, code: &str, message: &str) -> Answer {
    (status, json!({"__type": code, "message": message}))
}
