//! Latency, quotas, and replayed responses.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use cogmig_sandbox::{Conditions, Sandbox};
use serde_json::json;

const PASSWORD: &str = "Correct-horse-1";

/// An `InitiateAuth` over an open connection: its status line and body.
fn sign_in(stream: &mut TcpStream, client: &str) -> (String, String) {
    let body = json!({
        "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "ada", "PASSWORD": PASSWORD},
    });
    let body = body.to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: cognito\r\ncontent-type: application/x-amz-json-1.1\r\n\
         x-amz-target: AWSCognitoIdentityProviderService.InitiateAuth\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    loop {
        let mut bytes = vec![0; 1 << 16];
        let read = stream.read(&mut bytes).expect("an answer");
        assert_ne!(read, 0, "cut after {answer:?}");
        answer += std::str::from_utf8(&bytes[..read]).expect("text");
        if let Some((head, body)) = answer.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let status = lines.next().unwrap_or_default().to_owned();
            let length = lines.find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                (name == "content-length").then(|| value.parse::<usize>().expect("a length"))
            });
            if body.len() == length.expect("a length") {
                return (status, body.to_owned());
            }
        }
    }
}

#[test]
fn calls_over_one_connection_are_in_order_and_in_the_journal() {
    let sandbox = Sandbox::start().expect("a sandbox");
    let pool = sandbox.pool("old", "shop").expect("a pool");
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
    let client = sandbox.client(&pool, "app", flows).expect("a client");
    let email = [("email", "ada@example.com")];
    sandbox.user(&pool, "ada", PASSWORD, &email).expect("ada");
    let distance = sandbox
        .distance(Duration::from_millis(2), None)
        .expect("a distance");
    let address = distance.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let mut ask = |conditions: Conditions| {
        sandbox.set_conditions(conditions);
        sign_in(&mut stream, &client)
    };
    let (default, replay, quota) = (
        Conditions::default(),
        Conditions {
            replay: true,
            ..Conditions::default()
        },
        Conditions {
            requests_per_second: Some(0),
            ..Conditions::default()
        },
    );

    assert!(ask(default).1.contains("AccessToken"));
    let first = ask(replay);
    assert!(first.1.contains("AccessToken"));
    let (status, throttled) = ask(quota);
    assert!(status.contains(" 400 ") && throttled.contains("TooManyRequestsException"));

    let ada = json!({"UserPoolId": pool.id, "Username": "ada"});
    sandbox
        .in_pool(&pool, "AdminDeleteUser", ada)
        .expect("deleted");
    assert_eq!(ask(replay).1, first.1, "the first response again");
    assert!(ask(default).1.contains("NotAuthorizedException"));

    assert_eq!(sandbox.journal().len(), 5);
    assert_eq!(distance.connections(), 1);
    assert_eq!(distance.connections(), 0, "reading resets the count");
}
