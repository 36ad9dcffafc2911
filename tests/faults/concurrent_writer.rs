//! Somebody else at work on the same pool at the same moment: a proxy before the proxy that
//! answers one update with ConcurrentModification, after the other's change was made.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::support::stage::Stage;

type Edit = Box<dyn FnOnce(&Stage) + Send>;

impl Stage {
    /// A profile like another, through which the first `operation` meets `edit`.
    fn with_concurrent_write(
        self: &Arc<Self>,
        name: &str,
        like: &str,
        operation: &'static str,
        edit: Edit,
    ) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = format!("http://{}", listener.local_addr().unwrap());
        let there = self
            .sandbox
            .endpoint()
            .trim_start_matches("http://")
            .to_owned();
        let edit = Arc::new(Mutex::new(Some(edit)));
        let stage = Arc::downgrade(self);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (edit, stage, there) = (Arc::clone(&edit), stage.clone(), there.clone());
                std::thread::spawn(move || {
                    let write = || {
                        let edit = edit.lock().unwrap().take();
                        edit.zip(stage.upgrade()).map(|(edit, stage)| edit(&stage))
                    };
                    let _ = pass(connection, &there, operation, write);
                });
            }
        });
        let (account, region) = match like {
            "old" => ("111111111111", "eu-west-1"),
            _ => ("222222222222", "eu-central-1"),
        };
        self.raw_profile(
            name,
            &format!(
                "region = {region}\nendpoint_url = {here}\naws_access_key_id = {account}\naws_secret_access_key = test\n"
            ),
        );
    }
}

/// One request on, one answer back; byte for byte, but that the connection is closed.
fn pass(
    connection: TcpStream,
    there: &str,
    operation: &str,
    write: impl FnOnce() -> Option<()>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut connection = connection;
    let mut head = String::new();
    let mut length = 0;
    loop {
        let start = head.len();
        reader.read_line(&mut head)?;
        let line = head[start..].to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let target = format!("AWSCognitoIdentityProviderService.{operation}\r\n");
    if head.contains(&target) && write().is_some() {
        let body = r#"{"__type":"ConcurrentModificationException","message":"again"}"#;
        return write!(
            connection,
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
    }
    let mut upstream = TcpStream::connect(there)?;
    let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    upstream.write_all(head.as_bytes())?;
    upstream.write_all(&body)?;
    std::io::copy(&mut upstream, &mut connection).map(|_| ())
}

#[test]
fn what_others_set_on_the_pool_between_two_attempts_stays() {
    let stage = Arc::new(Stage::new());
    stage.with_concurrent_write(
        "busy",
        "new",
        "UpdateUserPool",
        Box::new(|stage| {
            stage.edit_pool(&stage.new, |pool| {
                pool["DeletionProtection"] = json!("INACTIVE");
                pool["LambdaConfig"]["PreSignUp"] =
                    json!("arn:aws:lambda:eu-central-1:222222222222:function:guard");
            });
        }),
    );
    stage.ok("setup --old-profile old --new-profile busy");
    let pool = json!({"UserPoolId": stage.new.id});
    let stands = stage.in_pool(&stage.new, "DescribeUserPool", pool)["UserPool"].clone();
    assert_eq!(stands["DeletionProtection"], "INACTIVE");
    let triggers = &stands["LambdaConfig"];
    assert!(triggers["PreSignUp"].is_string() && triggers["UserMigration"].is_string());
}

#[test]
fn what_others_set_on_the_client_between_two_attempts_stays() {
    let stage = Arc::new(Stage::new());
    stage.with_concurrent_write(
        "busy",
        "new",
        "UpdateUserPoolClient",
        Box::new(|stage| {
            stage.edit_client(&stage.new, &stage.new.client, |client| {
                client["ExplicitAuthFlows"] = json!(["ALLOW_CUSTOM_AUTH"]);
                client["RefreshTokenValidity"] = json!(7);
            });
        }),
    );
    stage.ok("setup --old-profile old --new-profile busy");
    let stands = stage.described(&stage.new, &stage.new.client);
    assert_eq!(
        stage.flows(&stage.new, &stage.new.client),
        ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"]
    );
    assert!(
        stands.to_string().contains("\"RefreshTokenValidity\":7"),
        "{stands}"
    );
}
