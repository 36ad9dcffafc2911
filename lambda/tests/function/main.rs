//! The real `bootstrap` with a Runtime API and an old account of the test. All secrets are marked,
//! and the log level is the most verbose. The function must write no marked text, and only one line
//! per event.

mod answers;
mod event;
mod regions;
mod rotation;
mod server;

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cogmig_sandbox::Reply;
use serde_json::{Value, json};
use server::{Returned, Server};

const MARK: &str = "marked";
/// The key of the hash of users, 64 hexadecimal digits.
const LOG_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// The hash of `marked-user` under this key, computed with Python.
const USER: &str = "8b1b7cd4d6494053";
const FAULT: &str = "temporarily unavailable";
const SIGN_IN: &str = "UserMigration_Authentication";
const FORGOT: &str = "UserMigration_ForgotPassword";
const PROBE: &str = "cogmig_Probe";
const CREDENTIALS: &str = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
    <Credentials><AccessKeyId>AKIDMARKED</AccessKeyId><SecretAccessKey>marked-role-key</SecretAccessKey>\
    <SessionToken>marked-role-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
    </AssumeRoleResult></AssumeRoleResponse>";

/// The function in its own process.
struct Function {
    child: Child,
    written: Vec<JoinHandle<String>>,
    server: Server,
}

impl Function {
    /// Starts the function with a valid environment. `changes` sets or removes variables.
    fn start(changes: &[(&str, Option<&str>)]) -> Self {
        Self::start_with(changes, &[Reply::text(200, CREDENTIALS)])
    }

    /// Starts the function with these responses of STS.
    fn start_with(changes: &[(&str, Option<&str>)], sessions: &[Reply]) -> Self {
        let server = Server::start();
        let (endpoint, address) = (server.endpoint(), server.runtime_api());
        // Another host name, so that STS has its own connections.
        let sts = endpoint.replace("127.0.0.1", "localhost");
        let valid = [
            ("AWS_LAMBDA_RUNTIME_API", &*address),
            ("AWS_LAMBDA_FUNCTION_NAME", "function-1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDMARKED"),
            ("AWS_SECRET_ACCESS_KEY", "marked-own-key"),
            ("AWS_SESSION_TOKEN", "marked-own-token"),
            ("AWS_ENDPOINT_URL_STS", &sts),
            ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &endpoint),
            ("RUST_LOG", "trace"),
            ("RUST_BACKTRACE", "full"),
            ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("OLD_CLIENT_ID", "marked-client"),
            ("OLD_EXTERNAL_ID", "marked-external-id"),
            ("OLD_ROLE_ARN", "arn:aws:iam::111111111111:role/marked"),
            ("OLD_USER_POOL_ID", "eu-west-1_marked"),
            ("OLD_USER_POOL_REGION", "eu-west-1"),
            ("NEW_USER_POOL_ID", "eu-west-1_markednew"),
            (
                "ATTRIBUTES",
                "email,email_verified,sub=custom:legacy_sub,custom:markedname",
            ),
            ("MFA_USERS", "refuse"),
            ("TEMPORARY_PASSWORDS", "refuse"),
            ("FORGOT_PASSWORD", "migrate"),
            ("NEW_RECOVERY", "email,phone_number"),
            ("LOG_USER_KEY", LOG_KEY),
        ];
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootstrap"));
        command.env_clear().envs(valid);
        for (name, value) in changes {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        server.script("AssumeRole", sessions);
        server.script("DescribeUserPoolClient", &[client()]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a process");
        let written = vec![
            collect(child.stdout.take().expect("a pipe")),
            collect(child.stderr.take().expect("a pipe")),
        ];
        Self {
            child,
            written,
            server,
        }
    }

    fn invoke(&mut self, event: &str, password: &[Reply], user: &Reply) -> (Returned, Vec<String>) {
        // The function reads the user of the previous event after its reply.
        self.server.wait_until_idle();
        self.server.script("AdminInitiateAuth", password);
        self.server
            .script("AdminGetUser", std::slice::from_ref(user));
        self.server.invoke(event)
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status();
        assert!(status.expect("a kill").success());
    }

    /// Stops the function and returns the lines that it wrote. Fails if one contains marked text.
    fn end(mut self) -> Vec<Value> {
        self.server.wait_until_idle();
        let alive = self.child.try_wait().expect("a state").is_none();
        assert!(alive, "no event stops the process");
        self.child.kill().expect("a running process");
        self.child.wait().expect("an end");
        let mut written = self
            .written
            .into_iter()
            .map(|one| one.join().expect("text"));
        let (out, err) = (
            written.next().expect("stdout"),
            written.next().expect("stderr"),
        );
        assert!(!out.to_lowercase().contains(MARK), "{out}");
        assert!(!out.contains(LOG_KEY), "{out}");
        assert_eq!(err, "", "the function writes only log lines");
        out.lines()
            .map(|line| serde_json::from_str(line).expect(line))
            .collect()
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).expect("text");
        text
    })
}

fn event(source: &str) -> Value {
    json!({
        "version": "1", "triggerSource": source, "region": "eu-west-1", "userPoolId": "eu-west-1_markednew",
        "userName": "marked-user", "callerContext": {"awsSdkVersion": "1", "clientId": "marked-new-client"},
        "request": {"password": "marked-password", "validationData": {"k": "marked-data"}, "userAttributes": null},
        "response": {"userAttributes": null, "finalUserStatus": null, "messageAction": null},
    })
}

fn client() -> Reply {
    let client = json!({"ClientId": "marked-client", "ClientSecret": "marked-client-secret"});
    Reply::json(200, &json!({"UserPoolClient": client}))
}

fn tokens() -> Reply {
    let tokens = json!({"AccessToken": "marked-access", "IdToken": "marked-id", "RefreshToken": "marked-refresh"});
    Reply::json(200, &json!({"AuthenticationResult": tokens}))
}

fn challenge(name: &str) -> Reply {
    let challenge = json!({
        "ChallengeName": name, "Session": "marked-session", "ChallengeParameters": {"USERNAME": "marked-user"}
    });
    Reply::json(200, &challenge)
}

fn error(code: &str, message: &str) -> Reply {
    let message = format!("{message} marked-message");
    Reply::error(400, code, &message)
}

fn user(change: impl FnOnce(&mut Value)) -> Reply {
    let mut user = json!({
        "Username": "marked-user", "Enabled": true, "UserStatus": "CONFIRMED",
        "UserAttributes": [
            {"Name": "sub", "Value": "marked-sub"}, {"Name": "email", "Value": "marked@example.com"},
            {"Name": "email_verified", "Value": "true"}, {"Name": "custom:markedname", "Value": "marked-value"},
        ],
    });
    change(&mut user);
    Reply::json(200, &user)
}

fn valid_user() -> Reply {
    user(|_| {})
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn attack_secrets_in_logs_for_every_outcome() {
    let mut function = Function::start(&[]);
    let valid = valid_user();
    let changed = |name: &str, value: Value| user(|user| user[name] = value);
    let rows: Vec<(&str, Reply, Reply, &str)> = vec![
        (SIGN_IN, tokens(), valid.clone(), "migrated"),
        (FORGOT, tokens(), valid.clone(), "migrated"),
        (
            SIGN_IN,
            error("NotAuthorizedException", "Incorrect"),
            valid.clone(),
            "wrong_password",
        ),
        (
            SIGN_IN,
            error("NotAuthorizedException", "Incorrect"),
            error("UserNotFoundException", ""),
            "unknown_user",
        ),
        (
            SIGN_IN,
            error("NotAuthorizedException", "Incorrect"),
            changed("Enabled", json!(false)),
            "disabled",
        ),
        (
            SIGN_IN,
            error("NotAuthorizedException", "Password attempts exceeded"),
            valid.clone(),
            "locked_out",
        ),
        (
            SIGN_IN,
            error("UserNotFoundException", ""),
            valid.clone(),
            "unknown_user",
        ),
        (
            FORGOT,
            tokens(),
            error("UserNotFoundException", ""),
            "unknown_user",
        ),
        (
            SIGN_IN,
            error("UserNotConfirmedException", ""),
            valid.clone(),
            "not_confirmed",
        ),
        (
            SIGN_IN,
            error("PasswordResetRequiredException", ""),
            valid.clone(),
            "reset_required",
        ),
        (
            SIGN_IN,
            challenge("CUSTOM_CHALLENGE"),
            valid.clone(),
            "challenge",
        ),
        (
            SIGN_IN,
            challenge("MARKED_CHALLENGE"),
            valid.clone(),
            "challenge",
        ),
        (SIGN_IN, challenge("SMS_MFA"), valid.clone(), "mfa"),
        (
            SIGN_IN,
            tokens(),
            changed("UserMFASettingList", json!(["SMS_MFA"])),
            "mfa",
        ),
        (
            SIGN_IN,
            challenge("NEW_PASSWORD_REQUIRED"),
            valid.clone(),
            "temporary_password",
        ),
        (
            SIGN_IN,
            error("UserLambdaValidationException", "PreAuthentication"),
            valid.clone(),
            "old_trigger",
        ),
        (
            SIGN_IN,
            tokens(),
            changed("Enabled", json!(false)),
            "disabled",
        ),
        (
            FORGOT,
            tokens(),
            changed("Enabled", json!(false)),
            "disabled",
        ),
        (
            FORGOT,
            tokens(),
            changed("UserStatus", json!("RESET_REQUIRED")),
            "migrated",
        ),
        (
            FORGOT,
            tokens(),
            changed("UserStatus", json!("UNCONFIRMED")),
            "not_confirmed",
        ),
        (
            FORGOT,
            tokens(),
            changed("UserStatus", json!("FORCE_CHANGE_PASSWORD")),
            "temporary_password",
        ),
        (
            FORGOT,
            tokens(),
            changed("UserStatus", json!("EXTERNAL_PROVIDER")),
            "external_provider",
        ),
        (
            FORGOT,
            tokens(),
            changed("UserStatus", json!("ARCHIVED")),
            "inactive",
        ),
        (
            FORGOT,
            tokens(),
            changed("UserStatus", json!("MARKED_STATUS")),
            "not_confirmed",
        ),
        (
            SIGN_IN,
            error(
                "NotAuthorizedException",
                "Unable to login because of security reasons",
            ),
            valid.clone(),
            "blocked",
        ),
        (
            FORGOT,
            tokens(),
            changed("UserAttributes", json!([])),
            "no_verified_contact",
        ),
        (
            SIGN_IN,
            tokens(),
            changed("Username", json!("marked-other")),
            "name",
        ),
        (
            SIGN_IN,
            error("InvalidParameterException", "Value at 'username'"),
            valid.clone(),
            "invalid_parameter",
        ),
        (
            SIGN_IN,
            error("MarkedException", ""),
            valid.clone(),
            "unknown_answer",
        ),
        (
            SIGN_IN,
            Reply::text(200, "{}"),
            valid.clone(),
            "unknown_answer",
        ),
        (
            SIGN_IN,
            error("InvalidParameterException", "Auth flow not enabled"),
            valid.clone(),
            "flow",
        ),
        (
            SIGN_IN,
            error("InvalidUserPoolConfigurationException", ""),
            valid.clone(),
            "configuration",
        ),
        (
            SIGN_IN,
            error("NotAuthorizedException", "Unable to verify secret hash"),
            valid.clone(),
            "secret_hash",
        ),
        (
            SIGN_IN,
            error("ResourceNotFoundException", "User pool"),
            valid.clone(),
            "pool_not_found",
        ),
        (
            SIGN_IN,
            error("ResourceNotFoundException", "User pool client"),
            valid.clone(),
            "client_not_found",
        ),
        (
            SIGN_IN,
            error("AccessDeniedException", "User: arn"),
            valid.clone(),
            "access_denied",
        ),
        (
            SIGN_IN,
            tokens(),
            error("AccessDeniedException", "User: arn"),
            "access_denied",
        ),
        (
            SIGN_IN,
            error("TooManyRequestsException", ""),
            valid.clone(),
            "throttled",
        ),
        (
            SIGN_IN,
            Reply::text(500, "marked nonsense"),
            valid.clone(),
            "internal",
        ),
        (
            SIGN_IN,
            Reply::text(200, "marked nonsense"),
            valid.clone(),
            "internal",
        ),
        (SIGN_IN, Reply::silent(), valid.clone(), "timed_out"),
        ("marked_Source", tokens(), valid.clone(), "trigger_source"),
        (PROBE, tokens(), valid.clone(), "migrated"),
        (
            PROBE,
            error("NotAuthorizedException", ""),
            error("UserNotFoundException", ""),
            "unknown_user",
        ),
        (
            PROBE,
            tokens(),
            error("AccessDeniedException", ""),
            "access_denied",
        ),
    ];
    let mut wanted = Vec::new();
    for (source, password, old_user, reason) in rows {
        let sent = event(source).to_string();
        let ((responded, back), _) = function.invoke(&sent, &[password], &old_user);
        wanted.push((source, reason));
        if source == PROBE {
            assert!(
                responded && !back.contains("marked-") && !back.contains("marked@"),
                "{back}"
            );
        } else if responded && reason != "migrated" {
            assert_eq!(back, sent, "{reason}");
        } else if !responded {
            let fault = json!({"errorType": "Unavailable", "errorMessage": FAULT});
            assert_eq!(
                serde_json::from_str::<Value>(&back).expect("JSON"),
                fault,
                "{reason}"
            );
        }
    }
    let malformed = [
        ("null".to_owned(), "trigger_source"),
        (r#""marked""#.to_owned(), "trigger_source"),
        (
            event(SIGN_IN)
                .to_string()
                .replace("eu-west-1_markednew", "eu-west-1_marked"),
            "foreign_pool",
        ),
        (
            event(SIGN_IN)
                .to_string()
                .replace(r#""marked-user""#, r#"["marked"]"#),
            "event",
        ),
        (
            event(SIGN_IN)
                .to_string()
                .replace("marked-user", r"marked\ud800"),
            "trigger_source",
        ),
    ];
    for (sent, reason) in malformed {
        let ((responded, back), calls) = function.invoke(&sent, &[tokens()], &valid);
        assert!(
            !responded && back.contains(FAULT) && calls.is_empty(),
            "{back}"
        );
        wanted.push(("", reason));
    }
    // The Lambda runtime rejects events that aren't JSON, and its error doesn't quote the event.
    let ((responded, back), _) = function.invoke("{marked", &[tokens()], &valid);
    assert!(!responded && !back.contains(MARK), "{back}");

    let lines = function.end();
    assert_eq!(lines.len(), wanted.len(), "one line per event");
    for (line, (source, reason)) in lines.iter().zip(wanted) {
        let logged = line.get("reason").unwrap_or(&line["outcome"]);
        assert_eq!(logged, reason, "{line}");
        assert_eq!(line.get("_aws").is_none(), source == PROBE, "{line}");
    }
}

#[test]
fn a_sign_in_returns_the_attributes_with_the_expected_calls() {
    let mut function = Function::start(&[]);
    let throttled = error("TooManyRequestsException", "");
    let script = [throttled.clone(), throttled, tokens()];
    let ((responded, back), calls) =
        function.invoke(&event(SIGN_IN).to_string(), &script, &valid_user());
    assert!(responded);
    let mut wanted = event(SIGN_IN);
    wanted["response"] = json!({
        "userAttributes": {
            "email": "marked@example.com", "email_verified": "true", "custom:legacy_sub": "marked-sub",
            "custom:markedname": "marked-value",
        },
        "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS",
    });
    assert_eq!(serde_json::from_str::<Value>(&back).expect("JSON"), wanted);
    let all = [
        "AdminGetUser",
        "AdminInitiateAuth",
        "AdminInitiateAuth",
        "AdminInitiateAuth",
        "AssumeRole",
    ];
    assert_eq!(sorted(calls), all);
    let lines = function.end();
    assert_eq!([&lines[0]["Migrated"], &lines[0]["Faults"]], [1, 0]);
    assert!(lines[0]["initiateAuthMs"].is_u64() && lines[0]["getUserMs"].is_u64());
}

#[test]
fn the_client_secret_is_read_before_the_first_event_and_never_logged() {
    let mut function = Function::start(&[("OLD_CLIENT_SECRET", Some("read"))]);
    let read = [
        "AdminGetUser",
        "AdminInitiateAuth",
        "AssumeRole",
        "DescribeUserPoolClient",
    ];
    for wanted in [&read[..], &read[..2]] {
        let (_, calls) = function.invoke(&event(SIGN_IN).to_string(), &[tokens()], &valid_user());
        assert_eq!(sorted(calls), wanted);
    }
    assert_eq!(function.end().len(), 2);
}

/// The function opens the connections and gets the session and the client secret before the first
/// sign-in. Each sign-in makes only two parallel calls, over the two connections.
#[test]
fn sign_ins_open_no_connections_and_use_the_cached_session_and_secret() {
    for (variable, secret) in [
        ("OLD_CLIENT_SECRET", Some("read")),
        ("OLD_CLIENT_SECRET", None),
    ] {
        let mut function = Function::start(&[(variable, secret)]);
        let wrong = || error("NotAuthorizedException", "Incorrect");
        for number in 0..30 {
            let password = if number % 3 == 1 { wrong() } else { tokens() };
            let (_, calls) =
                function.invoke(&event(SIGN_IN).to_string(), &[password], &valid_user());
            // The call for the user of a rejected sign-in may be recorded after the reply.
            let mut calls = sorted(calls);
            calls.dedup();
            if number > 0 {
                let fetched = calls
                    .iter()
                    .any(|call| call == "AssumeRole" || call.starts_with("Describe"));
                assert!(
                    !fetched && calls.contains(&"AdminInitiateAuth".to_owned()),
                    "{calls:?}"
                );
            }
        }
        assert_eq!(function.server.connections(), 2);
        assert_eq!(function.end().len(), 30);
    }
}

/// Connections can die without notice during a freeze. Each call finds a dead connection, and is
/// retried over a new one.
#[test]
fn no_sign_in_fails_after_a_freeze_that_killed_the_connections() {
    let mut function = Function::start(&[]);
    let mut connections = 0;
    for _ in 0..3 {
        let ((responded, back), calls) =
            function.invoke(&event(SIGN_IN).to_string(), &[tokens()], &valid_user());
        assert!(responded && back.contains("CONFIRMED"), "{back}");
        let calls = calls.into_iter().filter(|call| call != "AssumeRole");
        assert_eq!(
            sorted(calls.collect()),
            ["AdminGetUser", "AdminInitiateAuth"]
        );
        // A retry can use the new connection of the other call.
        let opened = function.server.connections();
        assert!(opened > connections, "{opened}");
        connections = opened;
        function.signal("-STOP");
        function.server.drop_connections();
        thread::sleep(Duration::from_millis(1100));
        function.signal("-CONT");
    }
    let lines = function.end();
    assert!(lines.iter().all(|line| line["outcome"] == "migrated"));
}

fn sorted(mut calls: Vec<String>) -> Vec<String> {
    calls.sort();
    calls
}

#[test]
fn a_role_that_cannot_be_assumed_is_a_credentials_fault() {
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>marked</Message></Error>\
        </ErrorResponse>";
    let mut function = Function::start_with(&[], &[Reply::text(403, denied)]);
    let ((responded, back), _) =
        function.invoke(&event(SIGN_IN).to_string(), &[tokens()], &valid_user());
    assert!(!responded && back.contains(FAULT));
    let ((_, response), _) = function.invoke(&event(PROBE).to_string(), &[tokens()], &valid_user());
    let wanted = json!({
        "outcome": "fault", "reason": "credentials", "call": "AssumeRole", "attributes": [],
        "stsErrors": [{"region": "eu-west-1", "code": "AccessDenied", "message": "marked"}],
    });
    assert_eq!(
        serde_json::from_str::<Value>(&response).expect("JSON"),
        wanted
    );
    let reasons: Vec<_> = function
        .end()
        .iter()
        .map(|line| line["reason"].clone())
        .collect();
    assert_eq!(reasons, ["credentials", "credentials"]);
}

#[test]
fn an_unreachable_old_pool_is_reported_in_time() {
    let unreachable = (
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
        Some("http://127.0.0.1:1"),
    );
    let mut function = Function::start(&[unreachable]);
    let ((responded, _), _) =
        function.invoke(&event(SIGN_IN).to_string(), &[tokens()], &valid_user());
    assert!(!responded);
    let lines = function.end();
    assert_eq!(lines[0]["reason"], "unreachable");
    assert!(
        lines[0]["durationMs"]
            .as_u64()
            .is_some_and(|took| took < 4500)
    );
}

#[test]
fn a_misconfigured_function_keeps_running_and_reports_the_variable() {
    let rows = [
        ("OLD_ROLE_ARN", None),
        ("MFA_USERS", Some("marked")),
        ("ATTRIBUTES", Some("marked,,")),
        ("OLD_USER_POOL_REGION", Some("marked.example/")),
        ("LOG_USER_KEY", Some("marked")),
    ];
    for (name, value) in rows {
        let mut function = Function::start(&[(name, value)]);
        for source in [SIGN_IN, FORGOT, "marked"] {
            let ((responded, back), calls) =
                function.invoke(&event(source).to_string(), &[tokens()], &valid_user());
            assert!(!responded && back.contains(FAULT) && calls.is_empty());
        }
        let ((responded, response), _) =
            function.invoke(&event(PROBE).to_string(), &[tokens()], &valid_user());
        let wanted =
            json!({"outcome": "fault", "reason": "configuration", "call": null, "attributes": []});
        assert!(responded);
        assert_eq!(
            serde_json::from_str::<Value>(&response).expect("JSON"),
            wanted
        );
        let lines = function.end();
        assert_eq!(
            lines[0],
            json!({"outcome": "misconfigured", "variable": name})
        );
        assert!(
            lines[1..]
                .iter()
                .all(|line| line["reason"] == "configuration")
        );
        assert_eq!(lines.len(), 5);
    }
}

/// The reply to a rejected password is sent before the old pool answers about the user, and is the
/// same for every answer. The log has the reason and the user.
#[test]
fn the_log_has_more_than_a_reply_that_does_not_wait_for_the_user() {
    let late = Duration::from_millis(700);
    let unknown = || error("UserNotFoundException", "");
    let rows = [
        (valid_user().after(late), "wrong_password", Some(USER)),
        (
            user(|user| user["Enabled"] = json!(false)).after(late),
            "disabled",
            Some(USER),
        ),
        (unknown().after(late), "unknown_user", None),
        (unknown(), "unknown_user", None),
        // The connection is lost after the reply.
        (Reply::cut().after(late), "not_authorized", None),
        // The old pool never answers, so the log waits until the end of the time budget.
        (Reply::silent(), "not_authorized", None),
    ];
    let mut function = Function::start(&[]);
    let sent = event(SIGN_IN).to_string();
    let wrong = [error("NotAuthorizedException", "Incorrect")];
    for (user, ..) in &rows {
        let started = std::time::Instant::now();
        let ((responded, back), calls) = function.invoke(&sent, &wrong, user);
        assert!(responded && back == sent, "{back}");
        assert!(started.elapsed() < late, "{:?}", started.elapsed());
        assert!(calls.len() <= 3, "{calls:?}");
        function.server.wait_until_idle();
        assert!(started.elapsed() < Duration::from_secs(5));
    }
    let lines = function.end();
    assert_eq!(lines.len(), rows.len());
    for (line, (_, reason, user)) in lines.iter().zip(&rows) {
        assert_eq!(line["reason"], *reason, "{line}");
        assert_eq!(line.get("user").and_then(Value::as_str), *user, "{line}");
        let duration = line["durationMs"].as_u64();
        assert!(duration.is_some_and(|duration| duration < 700), "{line}");
    }
}

#[test]
fn without_a_key_the_log_has_no_user() {
    for (key, user) in [(Some(LOG_KEY), Some(USER)), (None, None)] {
        let mut function = Function::start(&[("LOG_USER_KEY", key)]);
        function.invoke(&event(SIGN_IN).to_string(), &[tokens()], &valid_user());
        let lines = function.end();
        assert_eq!(lines[0]["outcome"], "migrated");
        assert_eq!(lines[0].get("user").and_then(Value::as_str), user);
    }
}
