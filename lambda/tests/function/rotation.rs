//! The secret of the old app client is rotated during the migration.

use cogmig_sandbox::Reply;
use serde_json::json;

use super::{FAULT, Function, SIGN_IN, client, error, event, tokens, valid_user};

const SECRET: [(&str, Option<&str>); 1] = [("OLD_CLIENT_SECRET", Some("read"))];
const READ: &str = "DescribeUserPoolClient";

/// An app client whose first secret was deleted, or whose secret is in Secrets Manager.
fn hidden(members: serde_json::Value) -> Reply {
    let mut client = members;
    client["ClientId"] = "marked-client".into();
    Reply::json(200, &json!({"UserPoolClient": client}))
}

/// Signs in `count` times, and returns the calls of each event.
fn sign_in(function: &mut Function, password: &Reply, count: usize) -> Vec<Vec<String>> {
    let event = event(SIGN_IN).to_string();
    let each = (0..count).map(|_| {
        let password = std::slice::from_ref(password);
        let ((responded, body), calls) = function.invoke(&event, password, &valid_user());
        assert!(responded || body.contains(FAULT), "{body}");
        calls
    });
    each.collect()
}

fn reasons(function: Function) -> Vec<String> {
    let lines = function.end();
    let reasons = lines.iter().map(|line| line["reason"].as_str());
    reasons
        .map(|reason| reason.unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_rotated_secret_is_named_and_not_read_at_each_event() {
    let arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:marked";
    for members in [json!({}), json!({"ClientSecretArn": arn})] {
        let mut function = Function::start(&SECRET);
        sign_in(&mut function, &tokens(), 1);
        function.server.script(READ, &[hidden(members)]);
        let refused = error("NotAuthorizedException", "Unable to verify secret hash");
        let calls = sign_in(&mut function, &refused, 6);
        let reads = calls.iter().flatten().filter(|call| *call == READ);
        assert_eq!(reads.count(), 1, "{calls:?}");
        // A password that Cognito can't check isn't sent.
        assert_eq!(calls[2..].concat(), Vec::<String>::new(), "{calls:?}");
        let wanted = [&["", "secret_hash"][..], &["secret_rotated"; 5]].concat();
        assert_eq!(reasons(function), wanted);
    }
}

#[test]
fn a_secret_that_stays_rejected_is_read_once_more() {
    let mut function = Function::start(&SECRET);
    let refused = error("NotAuthorizedException", "Unable to verify secret hash");
    let calls = sign_in(&mut function, &refused, 6);
    let reads = calls.iter().flatten().filter(|call| *call == READ);
    // Before the first event, and after the first rejection.
    assert!(reads.count() <= 2, "{calls:?}");
    assert!(
        calls[2..].iter().flatten().all(|call| call != READ),
        "{calls:?}"
    );
    assert_eq!(reasons(function), ["secret_hash"; 6]);
}

#[test]
fn after_a_rotation_with_a_visible_secret_users_migrate_again() {
    let mut function = Function::start(&SECRET);
    let refused = error("NotAuthorizedException", "Unable to verify secret hash");
    sign_in(&mut function, &refused, 1);
    function.server.script(READ, &[client()]);
    sign_in(&mut function, &tokens(), 1);
    assert_eq!(reasons(function), ["secret_hash", ""]);
}

#[test]
fn a_secret_that_setup_did_not_see_is_named() {
    let mut function = Function::start(&[]);
    let message = "Client marked-client is configured with secret but SECRET_HASH was not received";
    let calls = sign_in(&mut function, &error("NotAuthorizedException", message), 2);
    assert!(calls.iter().flatten().all(|call| call != READ), "{calls:?}");
    assert_eq!(reasons(function), ["secret_rotated"; 2]);
}
