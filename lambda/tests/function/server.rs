//! Both ends of the function's wires on one loopback port: Lambda's Runtime API, which hands it events and takes its
//! replies, and the old account, which answers each call from a script.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
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
    /// How many connections were opened to the old pool.
    connections: usize,
    /// How often all connections have died so far.
    deaths: usize,
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

    /// How many connections were opened to the old pool so far.
    pub fn connections(&self) -> usize {
        self.shared.0.lock().expect("no panic").connections
    }

    /// From now on every connection to the old account that there is ends in the place of its next answer, as if
    /// something on the way had forgotten it.
    pub fn forget_connections(&self) {
        self.shared.0.lock().expect("no panic").deaths += 1;
    }

    fn deaths(&self) -> usize {
        self.shared.0.lock().expect("no panic").deaths
    }

    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        let (mut is_new, deaths) = (true, self.deaths());
        while let Some((first, headers, body)) = request(&mut reader) {
            let (status, id, answer) = if first.contains("/runtime/") {
                self.runtime(&first, body)
            } else {
                if self.deaths() != deaths {
                    return;
                }
                let target = headers.get("x-amz-target").cloned();
                if is_new && !body.contains("Action=AssumeRole") {
                    self.shared.0.lock().expect("no panic").connections += 1;
                }
                is_new = false;
                let (status, answer) = self.old_account(&first, target, &body);
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
            let length = answer.len();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{id}\r\n");
            let mut stream = stream;
            let _ = stream.write_all(format!("{head}{answer}").as_bytes());
        }
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

    fn old_account(&self, first: &str, target: Option<String>, body: &str) -> Answer {
        if first.starts_with("GET ") {
            assert_eq!(first, KEYS);
            return (200, "{}".to_owned());
        }
        let target = target.unwrap_or_default();
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

/// What opens a connection: it takes no credentials, and counts against no quota.
const KEYS: &str = "GET /eu-west-1_marked/.well-known/jwks.json HTTP/1.1";

/// The first line, the headers and the body of the next request, unless the connection ends.
fn request(reader: &mut impl BufRead) -> Option<(String, HashMap<String, String>, String)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) <= 2 {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let headers: HashMap<_, _> = lines
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length");
    let body = match length.and_then(|length| length.parse().ok()) {
        Some(length) => {
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            body
        }
        None if headers.contains_key("transfer-encoding") => chunks(reader),
        None => Vec::new(),
    };
    let body = String::from_utf8(body).expect("text");
    Some((lines.first()?.clone(), headers, body))
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
