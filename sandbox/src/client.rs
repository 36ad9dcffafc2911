//! The other client: boto3 in one long-lived process that all sandboxes of this process
//! share, spoken to in lines of JSON. Answers come in any order, so several threads can
//! have calls under way.

use std::collections::HashMap;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::python::Python;

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

/// boto3 as one sandbox uses it.
#[derive(Debug)]
pub(crate) struct Client {
    python: Arc<Python>,
    home: PathBuf,
}

/// The boto3 process.
#[derive(Debug)]
pub(crate) struct Boto3 {
    process: Child,
    requests: Mutex<Requests>,
    waiting: Waiting,
}

#[derive(Debug)]
struct Requests {
    input: ChildStdin,
    last_id: u64,
}

impl Boto3 {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let mut process = command
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdout(Stdio::piped())
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
}

impl Client {
    /// For a sandbox with this home.
    pub(crate) fn new(python: Arc<Python>, home: &Path) -> Self {
        Self {
            python,
            home: home.to_owned(),
        }
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
            "do": "public", "region": "us-east-1", "endpoint": endpoint, "operation": operation
        });
        self.ask(request, params)
    }

    /// What stands in the accounts, read from the emulator itself.
    pub(crate) fn snapshot(
        &self,
        backend: &str,
        accounts: &[&str],
        regions: &[String],
    ) -> Result<Value, AwsFault> {
        let request = json!({
            "do": "snapshot", "backend": backend, "accounts": accounts, "regions": regions,
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
        request["home"] = self.home.to_string_lossy().into();
        let boto3 = &self.python.boto3;
        {
            let mut requests = locked(&boto3.requests);
            requests.last_id += 1;
            request["id"] = requests.last_id.into();
            locked(&boto3.waiting).insert(requests.last_id, sender);
            writeln!(requests.input, "{request}").map_err(|_| self.lost())?;
        }
        let mut answer = answer.recv().map_err(|_| self.lost())?;
        match answer.get_mut("ok") {
            Some(ok) => Ok(ok.take()),
            None => Err(AwsFault {
                code: answer["code"].as_str().unwrap_or_default().to_owned(),
                message: answer["message"].as_str().unwrap_or_default().to_owned(),
            }),
        }
    }

    fn lost(&self) -> AwsFault {
        AwsFault {
            code: "SandboxClientLost".to_owned(),
            message: format!("the boto3 process has ended: {}", self.python.log("client")),
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Where boto3 is lost, so is what it remembered.
        let _ = self.ask(json!({"do": "forget"}), Value::Null);
    }
}

impl Drop for Boto3 {
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

/// A test that panicked while holding the lock has left nothing half-written.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
