//! The process that runs boto3. All sandboxes of this process share it, and communicate with it in
//! lines of JSON. Responses come in any order, so several threads can have calls in progress.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::lock::locked;

type Waiting = Arc<Mutex<HashMap<u64, Sender<Value>>>>;

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
            .context("cannot start boto3")?;
        let input = process.stdin.take().context("boto3 has no input")?;
        let output = process.stdout.take().context("boto3 has no output")?;
        let waiting = Waiting::default();
        let senders = Arc::clone(&waiting);
        thread::spawn(move || dispatch(output, &senders));
        Ok(Self {
            process,
            requests: Mutex::new(Requests { input, last_id: 0 }),
            waiting,
        })
    }

    /// The response to a request. `None` if the process has exited.
    pub(crate) fn request(&self, mut request: Value) -> Option<Value> {
        let (sender, answer) = channel();
        {
            let mut requests = locked(&self.requests);
            requests.last_id += 1;
            request["id"] = requests.last_id.into();
            locked(&self.waiting).insert(requests.last_id, sender);
            writeln!(requests.input, "{request}").ok()?;
        }
        answer.recv().ok()
    }
}

impl Drop for Boto3 {
    fn drop(&mut self) {
        // The process has no state to save, so it can be killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends each response to the thread that waits for it. At the end of the output, wakes all threads
/// that still wait.
fn dispatch(output: ChildStdout, waiting: &Waiting) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let Ok(answer) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        let id = answer["id"].as_u64().unwrap_or_default();
        if let Some(sender) = locked(waiting).remove(&id) {
            // The waiting thread may have panicked.
            let _ = sender.send(answer);
        }
    }
    locked(waiting).clear();
}
