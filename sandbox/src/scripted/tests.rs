//! The server's replies to a client.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::{Reply, ScriptedServer, closed_port};

/// Sends a request with this body. Returns everything that the server sends.
fn ask(server: &ScriptedServer, body: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    let length = body.len();
    let request = format!("POST /x HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn replies_are_sent_in_order_and_requests_are_recorded() {
    let replies = vec![
        Reply::json(200, &json!({"first": true})),
        Reply::cut(),
        Reply::query_error(403, "AccessDenied", "no"),
        Reply::cut_short(),
    ];
    let server = ScriptedServer::in_order(replies).expect("a port");
    let answers = ["Action=CreateRole&x=1", "{}", "", "", ""].map(|body| ask(&server, body));
    assert!(answers[0].starts_with("HTTP/1.1 200 ") && answers[0].ends_with(r#"{"first":true}"#));
    assert_eq!(answers[1], "");
    assert!(answers[2].contains("connection: close\r\n") && answers[2].contains("AccessDenied"));
    assert!(answers[3].ends_with("\r\n\r\n{"));
    assert_eq!(answers[4], "", "more requests than replies");
    assert_eq!(server.operations()[..2], ["CreateRole", "POST /x HTTP/1.1"]);
    assert_eq!(server.requests()[1].json(), json!({}));
    assert_eq!(server.connections(), 5);
}

#[test]
fn a_forwarded_reply_can_be_delayed() {
    let upstream = ScriptedServer::start(|request| Reply::text(200, &*request.body).last());
    let upstream = upstream.expect("a port").address();
    let late = Duration::from_millis(20);
    let server = ScriptedServer::start(move |_| Reply::forward(upstream).after(late));
    let server = server.expect("a port");
    let start = std::time::Instant::now();
    assert!(ask(&server, "echo").ends_with("\r\n\r\necho"));
    assert!(start.elapsed() >= late);
    let closed = closed_port().expect("a port");
    let server = ScriptedServer::start(move |_| Reply::forward(closed)).expect("a port");
    assert_eq!(ask(&server, "echo"), "");
}
