//! The other client: boto3 in one long-lived process, spoken to in lines of JSON.
//! Answers come in any order, so several threads can have calls under way.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// What AWS said no with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsFault {
    /// The error code, such as `NotAuthorizedException`.
    pub code: String,
    /// The message beside it.
    pub message: String,
}

impl fmt::Display for AwsFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for AwsFault {}

type Waiting = Arc<Mutex<HashMap<u64, Sender<Value>>>>;

/// The boto3 process.
#[derive(Debug)]
pub(crate) struct Client {
    process: Child,
    requests: Mutex<Requests>,
    waiting: Waiting,
}

#[derive(Debug)]
struct Requests {
    input: ChildStdin,
    last_id: u64,
}

impl Client {
    /// Starts it, with the sandbox's home as its own.
    pub(crate) fn start(python: &Path, scripts: &Path, home: &Path) -> Result<Self> {
        let log = File::create(home.join("boto3.log")).context("no log for boto3")?;
        let mut process = Command::new(python)
            .arg(scripts.join("client.py"))
            .env_clear()
            .env("HOME", home)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("boto3 could not be started")?;
        let input = process.stdin.take().context("boto3 has no input")?;
        let output = process.stdout.take().context("boto3 has no output")?;
        let waiting = Waiting::default();
        let answered = Arc::clone(&waiting);
        thread::spawn(move || pass_on(output, &answered));
        Ok(Self {
            process,
            requests: Mutex::new(Requests { input, last_id: 0 }),
            waiting,
        })
    }

    /// One operation with a profile's credentials.
    pub(crate) fn call(
        &self,
        profile: &str,
        region: Option<&str>,
        service: &str,
        operation: &str,
        params: Value,
    ) -> Result<Value, AwsFault> {
        let request = json!({
            "do": "call", "profile": profile, "region": region,
            "service": service, "operation": operation
        });
        self.ask(request, params)
    }

    /// One operation of Cognito in the Region of the profile `old`, at another endpoint.
    pub(crate) fn call_at(
        &self,
        endpoint: &str,
        operation: &str,
        params: Value,
    ) -> Result<Value, AwsFault> {
        let request = json!({
            "do": "call", "profile": "old", "endpoint": endpoint,
            "service": "cognito-idp", "operation": operation
        });
        self.ask(request, params)
    }

    /// One operation of Cognito without credentials.
    pub(crate) fn public(
        &self,
        endpoint: &str,
        operation: &str,
        params: Value,
    ) -> Result<Value, AwsFault> {
        let request = json!({
            "do": "public", "endpoint": endpoint, "operation": operation
        });
        self.ask(request, params)
    }

    /// What stands in the accounts, read from the emulator itself.
    pub(crate) fn standing(
        &self,
        backend: &str,
        accounts: &[&str],
        regions: &[String],
    ) -> Result<Value, AwsFault> {
        let request = json!({
            "do": "standing", "backend": backend, "accounts": accounts, "regions": regions,
        });
        self.ask(request, Value::Null)
    }

    /// A kind's description with everything in it, by the model of botocore and `additions`.
    pub(crate) fn filled(&self, kind: &str, additions: &Value) -> Result<Value, AwsFault> {
        let request = json!({"do": "filled", "kind": kind, "additions": additions});
        self.ask(request, Value::Null)
    }

    /// `SECRET_HASH` of an app client's secret.
    pub(crate) fn secret_hash(
        &self,
        secret: &str,
        username: &str,
        client: &str,
    ) -> Result<Value, AwsFault> {
        let request = json!({
            "do": "secret_hash", "secret": secret, "username": username, "client": client,
        });
        self.ask(request, Value::Null)
    }

    fn ask(&self, mut request: Value, params: Value) -> Result<Value, AwsFault> {
        let (sender, answer) = channel();
        request["params"] = params;
        {
            let mut requests = locked(&self.requests);
            requests.last_id += 1;
            request["id"] = requests.last_id.into();
            locked(&self.waiting).insert(requests.last_id, sender);
            writeln!(requests.input, "{request}").map_err(|_| lost())?;
        }
        let mut answer = answer.recv().map_err(|_| lost())?;
        match answer.get_mut("ok") {
            Some(ok) => Ok(ok.take()),
            None => Err(AwsFault {
                code: answer["code"].as_str().unwrap_or_default().to_owned(),
                message: answer["message"].as_str().unwrap_or_default().to_owned(),
            }),
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It holds nothing that would need a gentler end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Gives each answer to who asked; at the end of the output, nobody waits any longer.
fn pass_on(output: ChildStdout, waiting: &Waiting) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let Ok(answer) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        let asked = answer["id"].as_u64().unwrap_or_default();
        if let Some(sender) = locked(waiting).remove(&asked) {
            // Whoever asked may have panicked meanwhile.
            let _ = sender.send(answer);
        }
    }
    locked(waiting).clear();
}

fn lost() -> AwsFault {
    AwsFault {
        code: "SandboxClientLost".to_owned(),
        message: "the boto3 process has ended; see boto3.log in the sandbox's home".to_owned(),
    }
}

/// A test that panicked while holding the lock has left nothing half-written.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
