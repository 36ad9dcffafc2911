//! The hop: every call to AWS passes through it on its way to the emulator, byte for
//! byte (signatures cover the headers and the body), and is written into a journal.

mod call;
mod credential;
mod messages;
mod trigger;
mod upstream;

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{Request, Response, StatusCode};
use axum::response::IntoResponse;
use tokio::net::TcpListener;

pub use call::Call;
pub use messages::{Message, MessageKind};

use crate::client::locked;
use upstream::Upstream;

/// What the sandbox's own boto3 carries in its user agent.
const MARK: &str = "cogmig-sandbox";

/// The hop's state: the emulator behind it, and what it has seen.
#[derive(Debug)]
pub(crate) struct Hop {
    upstream: Upstream,
    journal: Mutex<Vec<Call>>,
    messages: Mutex<Vec<Message>>,
    regions: Mutex<BTreeSet<String>>,
    /// Access keys that were made here, and the account of each.
    keys: Mutex<HashMap<String, String>>,
}

impl Hop {
    pub(crate) fn new(backend: SocketAddr, regions: impl IntoIterator<Item = String>) -> Self {
        Self {
            upstream: Upstream::new(backend),
            journal: Mutex::default(),
            messages: Mutex::default(),
            regions: Mutex::new(regions.into_iter().collect()),
            keys: Mutex::default(),
        }
    }

    pub(crate) fn journal(&self) -> Vec<Call> {
        locked(&self.journal).clone()
    }

    pub(crate) fn clear_journal(&self) {
        locked(&self.journal).clear();
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        locked(&self.messages).clone()
    }

    /// The Regions of the profiles, and all that were called since.
    pub(crate) fn regions(&self) -> Vec<String> {
        locked(&self.regions).iter().cloned().collect()
    }

    /// One call, in and out. What is to go wrong on its way goes between these lines.
    async fn pass(&self, call: &mut Call, request: Request<Bytes>) -> Response<Bytes> {
        let reply = self.upstream.forward(&request).await;
        let reply = trigger::fire(self, call, &request, reply).await;
        messages::record(self, call, &request, &reply).await;
        reply
    }
}

/// Serves calls until the runtime ends.
pub(crate) async fn serve(listener: TcpListener, hop: Arc<Hop>) {
    let router = Router::new().fallback(answer).with_state(hop);
    // It ends only with the runtime; an error would be seen by whoever calls.
    let _ = axum::serve(listener, router).await;
}

async fn answer(State(hop): State<Arc<Hop>>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let request = Request::from_parts(head, body);
    let marked = call::user_agent(&request).contains(MARK);
    let mut call = Call::of(&request, &locked(&hop.keys));
    locked(&hop.regions).extend(credential::region(&request));
    // A caller that hangs up does not stop what AWS has begun.
    let passing = tokio::spawn(async move {
        let replied = hop.pass(&mut call, request.clone()).await;
        call.status = replied.status().as_u16();
        call::learn_key(&call, &request, &replied, &mut locked(&hop.keys));
        if !marked {
            locked(&hop.journal).push(call);
        }
        replied
    });
    match passing.await {
        Ok(reply) => reply.map(Body::from),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
