//! Lambda's Runtime API for one environment: it hands out an event when there is one, and
//! takes the reply, with the moments of both.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What Lambda gives an event, as a whole; a reply that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came back for an event.
#[derive(Debug)]
pub struct Reply {
    /// As a response, and not as an error.
    pub responded: bool,
    pub body: String,
    /// From the event's leaving to the reply's arrival.
    pub took: Duration,
    pub arrived: Instant,
}

#[derive(Default)]
struct State {
    event: Option<String>,
    handed: Option<Instant>,
    reply: Option<Reply>,
    /// When the environment first asked for an event.
    asked: Option<Instant>,
    events: usize,
}

type Shared = Arc<(Mutex<State>, Condvar)>;

/// The server; its threads end with the process.
pub struct RuntimeApi {
    shared: Shared,
    address: SocketAddr,
}

impl RuntimeApi {
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for a Runtime API")?;
        let address = listener.local_addr()?;
        let shared = Shared::default();
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&own);
                // The end of a connection is the environment's, and no fault.
                thread::spawn(move || serve(&stream, &shared));
            }
        });
        Ok(Self { shared, address })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the environment has asked for its first event; when that was.
    pub fn first_asked(&self) -> Result<Instant> {
        let (lock, changed) = &*self.shared;
        let waited =
            changed.wait_timeout_while(held(lock), PATIENCE, |state| state.asked.is_none());
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.asked.context("the environment asks for no event")
    }

    /// Hands an event over as soon as it is asked for, and waits for the reply.
    pub fn invoke(&self, event: &str) -> Result<Reply> {
        let (lock, changed) = &*self.shared;
        let mut state = held(lock);
        state.event = Some(event.to_owned());
        state.reply = None;
        changed.notify_all();
        let waited = changed.wait_timeout_while(state, PATIENCE, |state| state.reply.is_none());
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.reply.take().context("the environment does not reply")
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, shared: &Shared) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (first, body) = read(&mut reader)?;
        let (lock, changed) = &**shared;
        let mut state = held(lock);
        let answer = if first.starts_with("GET") {
            state.asked.get_or_insert_with(Instant::now);
            changed.notify_all();
            let waited = changed.wait_while(state, |state| state.event.is_none());
            state = waited.unwrap_or_else(PoisonError::into_inner);
            state.events += 1;
            let (event, number) = (state.event.take()?, state.events);
            state.handed = Some(Instant::now());
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
                 lambda-runtime-aws-request-id: request-{number}\r\n\
                 lambda-runtime-deadline-ms: 9999999999999\r\n\
                 lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:222222222222:function:measured\r\n\r\n{event}",
                event.len()
            )
        } else {
            let arrived = Instant::now();
            let handed = state.handed.take()?;
            state.reply = Some(Reply {
                responded: first.contains("/response "),
                body,
                took: arrived.duration_since(handed),
                arrived,
            });
            changed.notify_all();
            "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_owned()
        };
        drop(state);
        let mut stream = stream;
        stream.write_all(answer.as_bytes()).ok()?;
    }
}

/// The first line of a request, and its body.
fn read(reader: &mut impl BufRead) -> Option<(String, String)> {
    let (mut first, mut length, mut chunked) = (String::new(), 0, false);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if first.is_empty() {
            line.clone_into(&mut first);
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "transfer-encoding" => chunked = true,
            _ => {}
        }
    }
    let mut body = Vec::new();
    if chunked {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let size = usize::from_str_radix(line.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).ok()?;
            if size == 0 {
                break;
            }
            body.extend(&chunk[..size]);
        }
    } else {
        body.resize(length, 0);
        reader.read_exact(&mut body).ok()?;
    }
    Some((first, String::from_utf8(body).ok()?))
}
