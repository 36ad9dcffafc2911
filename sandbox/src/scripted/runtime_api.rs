//! The Lambda Runtime API for one execution environment. It sends events, receives the replies, and
//! measures the time between them.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::reply::Reply;
use super::request::Request;
use super::server::ScriptedServer;
use crate::lock::locked;

/// The time limit for an event. Cognito waits five seconds.
const DEADLINE: Duration = Duration::from_secs(20);

/// The reply of a function to an event.
#[derive(Debug)]
pub struct Invoked {
    /// Whether the reply is a response, not an error.
    pub responded: bool,
    /// The response or the error.
    pub body: String,
    /// The time from the event to the reply.
    pub took: Duration,
    /// When the reply came.
    pub arrived: Instant,
}

#[derive(Debug, Default)]
struct State {
    event: Option<String>,
    sent: Option<Instant>,
    reply: Option<Invoked>,
    /// When the environment requested its first event.
    ready: Option<Instant>,
    /// Whether a request for an event waits.
    idle: bool,
    events: usize,
}

type Shared = Arc<(Mutex<State>, Condvar)>;

/// A Runtime API. The request IDs are `request-1`, `request-2` and so on.
#[derive(Debug)]
pub struct RuntimeApi {
    shared: Shared,
    server: ScriptedServer,
}

impl RuntimeApi {
    /// Starts a Runtime API for the function with this ARN.
    ///
    /// # Errors
    ///
    /// If there is no free port.
    pub fn start(function_arn: &str) -> Result<Self> {
        let (shared, arn) = (Shared::default(), function_arn.to_owned());
        let state = Arc::clone(&shared);
        let server = ScriptedServer::unrecorded(move |request| reply(&state, &arn, request))?;
        Ok(Self { shared, server })
    }

    /// The address, for `AWS_LAMBDA_RUNTIME_API`.
    #[must_use]
    pub fn address(&self) -> String {
        self.server.address().to_string()
    }

    /// Waits until the environment requests its first event. Returns the time of that request.
    ///
    /// # Errors
    ///
    /// If there is no request in time.
    pub fn wait_until_ready(&self) -> Result<Instant> {
        let (lock, changed) = &*self.shared;
        let waited =
            changed.wait_timeout_while(locked(lock), DEADLINE, |state| state.ready.is_none());
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state
            .ready
            .context("the environment didn't request an event")
    }

    /// Waits until the environment has done all work of the last event: it requests the next one.
    ///
    /// # Errors
    ///
    /// If there is no request in time.
    pub fn wait_until_idle(&self) -> Result<()> {
        let (lock, changed) = &*self.shared;
        let waited = changed.wait_timeout_while(locked(lock), DEADLINE, |state| !state.idle);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        anyhow::ensure!(state.idle, "the environment didn't request another event");
        Ok(())
    }

    /// Sends an event when the environment requests one, and waits for the reply.
    ///
    /// # Errors
    ///
    /// If there is no reply in time.
    pub fn invoke(&self, event: &str) -> Result<Invoked> {
        let (lock, changed) = &*self.shared;
        let mut state = locked(lock);
        state.event = Some(event.to_owned());
        state.reply = None;
        changed.notify_all();
        let waited = changed.wait_timeout_while(state, DEADLINE, |state| state.reply.is_none());
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.reply.take().context("the environment didn't reply")
    }
}

fn reply(shared: &Shared, arn: &str, request: &Request) -> Reply {
    let (lock, changed) = &**shared;
    let arrived = Instant::now();
    let mut state = locked(lock);
    if request.line().starts_with("GET") {
        state.ready.get_or_insert(arrived);
        state.idle = true;
        changed.notify_all();
        let waited = changed.wait_while(state, |state| state.event.is_none());
        state = waited.unwrap_or_else(PoisonError::into_inner);
        let event = state.event.take().unwrap_or_default();
        state.events += 1;
        state.idle = false;
        state.sent = Some(Instant::now());
        return Reply::text(200, event)
            .header("content-type", "application/json")
            .header(
                "lambda-runtime-aws-request-id",
                &format!("request-{}", state.events),
            )
            .header("lambda-runtime-deadline-ms", "9999999999999")
            .header("lambda-runtime-invoked-function-arn", arn);
    }
    let Some(sent) = state.sent.take() else {
        return Reply::cut();
    };
    state.reply = Some(Invoked {
        responded: request.line().contains("/response "),
        body: request.body.clone(),
        took: arrived.duration_since(sent),
        arrived,
    });
    changed.notify_all();
    Reply::text(202, "")
}
