//! The real `bootstrap` on a Runtime API and an old account of the test's own, with everything secret marked and all
//! logging asked for: nothing marked may be written, nor anything beyond one line an event.

mod server;

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cogmig_sandbox::Reply;
use serde_json::{Value, json};
use server::{Returned, Server};

const MARK: &str = "marked";
const FAULT: &str = "temporarily unavailable";
const SIGN_IN: &str = "UserMigration_Authentication";
const FORGOT: &str = "UserMigration_ForgotPassword";
const PROBE: &str = "cogmig_Probe";
const CREDENTIALS: &str = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
    <Credentials><AccessKeyId>AKIDMARKED</AccessKeyId><SecretAccessKey>marked-role-key</SecretAccessKey>\
    <SessionToken>marked-role-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
    </AssumeRoleResult></AssumeRoleResponse>";

/// The function in a process of its own.
struct Function {
    child: Child,
    written: Vec<JoinHandle<String>>,
    server: Server,
}

impl Function {
    /// Starts it with the right environment, in which `changes` are made: to a value, or to absence.
    fn start(changes: &[(&str, Option<&str>)]) -> Self {
        Self::start_with(changes, &[Reply::text(200, CREDENTIALS)])
    }

    /// The same, where STS answers so.
    fn start_with(changes: &[(&str, Option<&str>)], sessions: &[Reply]) -> Self {
        let server = Server::start();
        let (endpoint, address) = (server.endpoint(), server.runtime_api());
        // Another host, so that its connections are no others'.
        let sts = endpoint.replace("127.0.0.1", "localhost");
        let right = [
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
        ];
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootstrap"));
        command.env_clear().envs(right);
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

    /// Ends it and returns the lines that it wrote, each of which is clean.
    fn end(mut self) -> Vec<Value> {
        let alive = self.child.try_wait().expect("a state").is_none();
        assert!(alive, "no event ends the process");
        self.child.kill().expect("a living process");
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
        assert_eq!(err, "", "nothing is written beyond the line");
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

fn right_user() -> Reply {
    user(|_| {})
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn attack_secrets_in_logs_whatever_the_outcome() {
    let mut function = Function::start(&[]);
    let right = right_user();
    let changed = |name: &str, value: Value| user(|user| user[name] = value);
    let rows: Vec<(&str, Reply, Reply, &str)> = vec![
        (SIGN_IN, tokens(), right.clone(), "migrated"),
        (FORGOT, tokens(), right.clone(), "migrated"),
        (
            SIGN_IN,
            error("NotAuthorizedException", "Incorrect"),
            right.clone(),
            "not_authorized",
        ),
        (
            SIGN_IN,
            error("UserNotFoundException", ""),
            right.clone(),
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
            right.clone(),
            "not_confirmed",
        ),
        (
            SIGN_IN,
            error("PasswordResetRequiredException", ""),
            right.clone(),
            "reset_required",
        ),
        (
            SIGN_IN,
            challenge("CUSTOM_CHALLENGE"),
            right.clone(),
            "challenge",
        ),
        (
            SIGN_IN,
            challenge("MARKED_CHALLENGE"),
            right.clone(),
            "challenge",
        ),
        (SIGN_IN, challenge("SMS_MFA"), right.clone(), "mfa"),
        (
            SIGN_IN,
            tokens(),
            changed("UserMFASettingList", json!(["SMS_MFA"])),
            "mfa",
        ),
        (
            SIGN_IN,
            challenge("NEW_PASSWORD_REQUIRED"),
            right.clone(),
            "temporary_password",
        ),
        (
            SIGN_IN,
            error("UserLambdaValidationException", "PreAuthentication"),
            right.clone(),
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
            "not_confirmed",
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
            right.clone(),
            "invalid_parameter",
        ),
        (
            SIGN_IN,
            error("MarkedException", ""),
            right.clone(),
            "unknown_answer",
        ),
        (
            SIGN_IN,
            Reply::text(200, "{}"),
            right.clone(),
            "unknown_answer",
        ),
        (
            SIGN_IN,
            error("InvalidParameterException", "Auth flow not enabled"),
            right.clone(),
            "flow",
        ),
        (
            SIGN_IN,
            error("InvalidUserPoolConfigurationException", ""),
            right.clone(),
            "configuration",
        ),
        (
            SIGN_IN,
            error("NotAuthorizedException", "Unable to verify secret hash"),
            right.clone(),
            "secret_hash",
        ),
        (
            SIGN_IN,
            error("ResourceNotFoundException", "User pool"),
            right.clone(),
            "pool_not_found",
        ),
        (
            SIGN_IN,
            error("ResourceNotFoundException", "User pool client"),
            right.clone(),
            "client_not_found",
        ),
        (
            SIGN_IN,
            error("AccessDeniedException", "User: arn"),
            right.clone(),
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
            right.clone(),
            "throttled",
        ),
        (
            SIGN_IN,
            Reply::text(500, "marked nonsense"),
            right.clone(),
            "internal",
        ),
        (
            SIGN_IN,
            Reply::text(200, "marked nonsense"),
            right.clone(),
            "internal",
        ),
        (SIGN_IN, Reply::silent(), right.clone(), "timed_out"),
        ("marked_Source", tokens(), right.clone(), "trigger_source"),
        (PROBE, tokens(), right.clone(), "migrated"),
        (
            PROBE,
            error("NotAuthorizedException", ""),
            error("UserNotFoundException", ""),
            "not_authorized",
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
    let odd = [
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
    for (sent, reason) in odd {
        let ((responded, back), calls) = function.invoke(&sent, &[tokens()], &right);
        assert!(
            !responded && back.contains(FAULT) && calls.is_empty(),
            "{back}"
        );
        wanted.push(("", reason));
    }
    // What is not even JSON never gets to us, and what is said of it quotes nothing.
    let ((responded, back), _) = function.invoke("{marked", &[tokens()], &right);
    assert!(!responded && !back.contains(MARK), "{back}");

    let lines = function.end();
    assert_eq!(lines.len(), wanted.len(), "one line an event");
    for (line, (source, reason)) in lines.iter().zip(wanted) {
        let told = line.get("reason").unwrap_or(&line["outcome"]);
        assert_eq!(told, reason, "{line}");
        assert_eq!(line.get("_aws").is_none(), source == PROBE, "{line}");
    }
}

#[test]
fn what_goes_along_and_what_it_takes() {
    let mut function = Function::start(&[]);
    let throttled = error("TooManyRequestsException", "");
    let script = [throttled.clone(), throttled, tokens()];
    let ((responded, back), calls) =
        function.invoke(&event(SIGN_IN).to_string(), &script, &right_user());
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
fn the_secret_is_read_before_the_first_event_and_in_no_log() {
    let mut function = Function::start(&[("OLD_CLIENT_SECRET", Some("read"))]);
    let read = [
        "AdminGetUser",
        "AdminInitiateAuth",
        "AssumeRole",
        "DescribeUserPoolClient",
    ];
    for wanted in [&read[..], &read[..2]] {
        let (_, calls) = function.invoke(&event(SIGN_IN).to_string(), &[tokens()], &right_user());
        assert_eq!(sorted(calls), wanted);
    }
    assert_eq!(function.end().len(), 2);
}

/// All that a sign-in needs is opened and fetched before the first one, and kept: each is two calls at once, over the
/// two connections that there are.
#[test]
fn sign_ins_open_nothing_and_fetch_nothing() {
    for (variable, secret) in [
        ("OLD_CLIENT_SECRET", Some("read")),
        ("OLD_CLIENT_SECRET", None),
    ] {
        let mut function = Function::start(&[(variable, secret)]);
        let wrong = || error("NotAuthorizedException", "Incorrect");
        for number in 0..30 {
            let password = if number % 3 == 1 { wrong() } else { tokens() };
            let (_, calls) =
                function.invoke(&event(SIGN_IN).to_string(), &[password], &right_user());
            // What a rejected sign-in asked of the user may be noted after its reply.
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

/// In a freeze connections die without a word. Each call meets one, and is made once more over another.
#[test]
fn a_freeze_that_the_connections_do_not_survive_costs_no_sign_in() {
    let mut function = Function::start(&[]);
    for connections in [2, 4, 6] {
        let ((responded, back), calls) =
            function.invoke(&event(SIGN_IN).to_string(), &[tokens()], &right_user());
        assert!(responded && back.contains("CONFIRMED"), "{back}");
        let calls = calls.into_iter().filter(|call| call != "AssumeRole");
        assert_eq!(
            sorted(calls.collect()),
            ["AdminGetUser", "AdminInitiateAuth"]
        );
        assert_eq!(function.server.connections(), connections);
        function.signal("-STOP");
        function.server.forget_connections();
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
fn a_role_that_cannot_be_assumed_is_a_fault_of_credentials() {
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>marked</Message></Error>\
        </ErrorResponse>";
    let mut function = Function::start_with(&[], &[Reply::text(403, denied)]);
    let ((responded, back), _) =
        function.invoke(&event(SIGN_IN).to_string(), &[tokens()], &right_user());
    assert!(!responded && back.contains(FAULT));
    let ((_, told), _) = function.invoke(&event(PROBE).to_string(), &[tokens()], &right_user());
    let wanted = json!({"outcome": "fault", "reason": "credentials", "call": "AssumeRole", "attributes": []});
    assert_eq!(serde_json::from_str::<Value>(&told).expect("JSON"), wanted);
    let reasons: Vec<_> = function
        .end()
        .iter()
        .map(|line| line["reason"].clone())
        .collect();
    assert_eq!(reasons, ["credentials", "credentials"]);
}

#[test]
fn an_old_pool_out_of_reach_is_told_in_time() {
    let nowhere = (
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
        Some("http://127.0.0.1:1"),
    );
    let mut function = Function::start(&[nowhere]);
    let ((responded, _), _) =
        function.invoke(&event(SIGN_IN).to_string(), &[tokens()], &right_user());
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
fn a_misconfigured_function_lives_and_names_the_variable() {
    let rows = [
        ("OLD_ROLE_ARN", None),
        ("MFA_USERS", Some("marked")),
        ("ATTRIBUTES", Some("marked,,")),
        ("OLD_USER_POOL_REGION", Some("marked.example/")),
    ];
    for (name, value) in rows {
        let mut function = Function::start(&[(name, value)]);
        for source in [SIGN_IN, FORGOT, "marked"] {
            let ((responded, back), calls) =
                function.invoke(&event(source).to_string(), &[tokens()], &right_user());
            assert!(!responded && back.contains(FAULT) && calls.is_empty());
        }
        let ((responded, told), _) =
            function.invoke(&event(PROBE).to_string(), &[tokens()], &right_user());
        let wanted =
            json!({"outcome": "fault", "reason": "configuration", "call": null, "attributes": []});
        assert!(responded);
        assert_eq!(serde_json::from_str::<Value>(&told).expect("JSON"), wanted);
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
