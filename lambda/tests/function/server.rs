//! Both ends of the function's wires on one loopback port: Lambda's Runtime API, which hands it events and takes its
//! replies, and the old account, which answers each call from a script.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// A status and a body; status 0 is an answer that never comes.
pub type Answer = (u16, String);

/// What came back for an event: whether as a response, and the bytes.
pub type Reply = (bool, String);

#[derive(Default)]
struct State {
    event: Option<(usize, String)>,
    reply: Option<Reply>,
    /// The calls to come, by operation. The last answer of each stays.
    scripts: HashMap<&'static str, VecDeque<Answer>>,
    calls: Vec<String>,
}

/// The server. Its threads end with the test's process.
#[derive(Clone, Default)]
pub struct Server {
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Server {
    pub fn start() -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let server = Self::default();
        let own = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = own.clone();
                thread::spawn(move || server.serve(&stream));
            }
        });
        (server, address)
    }

    pub fn script(&self, operation: &'static str, answers: &[Answer]) {
        let mut state = self.shared.0.lock().expect("no panic");
        state
            .scripts
            .insert(operation, answers.iter().cloned().collect());
    }

    /// Hands an event to the function, and waits for its reply and for the calls that it made since the last one.
    pub fn invoke(&self, number: usize, event: &str) -> (Reply, Vec<String>) {
        let (lock, condition) = &*self.shared;
        let mut state = lock.lock().expect("no panic");
        state.event = Some((number, event.to_owned()));
        condition.notify_all();
        let waited = condition.wait_timeout_while(state, Duration::from_secs(20), |state| {
            state.reply.is_none()
        });
        let (mut state, _) = waited.expect("no panic");
        let reply = state.reply.take().expect("a reply within Lambda's time");
        (reply, std::mem::take(&mut state.calls))
    }

    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) <= 2 {
                break;
            }
            lines.push(line.trim().to_owned());
        }
        let Some(first) = lines.first().cloned() else {
            return;
        };
        let header = |name: &str| {
            let line = lines
                .iter()
                .find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")));
            line.and_then(|line| line.split_once(": "))
                .map(|(_, value)| value.to_owned())
        };
        let length = header("content-length").and_then(|length| length.parse().ok());
        let body = match length {
            Some(length) => {
                let mut body = vec![0; length];
                reader.read_exact(&mut body).expect("a body");
                body
            }
            None if header("transfer-encoding").is_some() => chunks(&mut reader),
            None => Vec::new(),
        };
        let body = String::from_utf8(body).expect("text");
        let (status, id, answer) = if first.contains("/runtime/") {
            self.runtime(&first, body)
        } else {
            let target = header("x-amz-target").unwrap_or_default();
            let (status, answer) = self.old_account(&target, &body);
            (status, None, answer)
        };
        if status == 0 {
            thread::sleep(Duration::from_mins(1));
            return;
        }
        let id = id.map_or_else(String::new, |id: usize| {
            format!(
                "lambda-runtime-aws-request-id: request-{id}\r\nlambda-runtime-deadline-ms: 9999999999999\r\n\
                 lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-1:1:function:function-1\r\n"
            )
        });
        let head = format!(
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n{id}\r\n",
            answer.len()
        );
        let mut stream = stream;
        let _ = stream.write_all(format!("{head}{answer}").as_bytes());
    }

    fn runtime(&self, first: &str, body: String) -> (u16, Option<usize>, String) {
        let (lock, condition) = &*self.shared;
        let state = lock.lock().expect("no panic");
        if first.starts_with("GET") {
            let waited = condition.wait_while(state, |state| state.event.is_none());
            let mut state = waited.expect("no panic");
            let (id, event) = state.event.take().expect("an event");
            return (200, Some(id), event);
        }
        let mut state = state;
        state.reply = Some((first.contains("/response "), body));
        condition.notify_all();
        (202, None, String::new())
    }

    fn old_account(&self, target: &str, body: &str) -> Answer {
        let operation = target
            .rsplit_once('.')
            .map_or("AssumeRole", |(_, operation)| operation);
        let mut state = self.shared.0.lock().expect("no panic");
        state.calls.push(operation.to_owned());
        assert!(operation != "AssumeRole" || body.contains("Action=AssumeRole"));
        let script = state.scripts.get_mut(operation).expect("a script");
        if script.len() > 1 {
            script.pop_front().expect("an answer")
        } else {
            script.front().expect("an answer").clone()
        }
    }
}

fn chunks(reader: &mut impl BufRead) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a size");
        let size = usize::from_str_radix(line.trim(), 16).expect("a size");
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).expect("a chunk");
        if size == 0 {
            return body;
        }
        body.extend(&chunk[..size]);
    }
}
