//! Rounds: while rounds are counted, calls wait until no other call comes. Then they are forwarded
//! and answered together. So the number of rounds is the length of the longest chain of dependent
//! calls, independent of their duration. Polling whether a function is ready isn't counted.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use tokio::sync::{Barrier, mpsc, oneshot};
use tokio::time::timeout;

use super::call::Call;
use crate::lock::locked;

/// The place of a call in a round.
#[derive(Debug)]
pub(super) struct Place {
    /// The round's number, starting at 1.
    pub(super) round: usize,
    answered: Arc<Barrier>,
}

impl Place {
    /// Waits until every call of the round has its response.
    pub(super) async fn leave(self) {
        self.answered.wait().await;
    }
}

/// The state of the rounds.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    sender: Mutex<Option<mpsc::UnboundedSender<oneshot::Sender<Place>>>>,
    /// Whether a function was changed, and no read since has returned it as ready.
    not_ready: AtomicBool,
}

impl Rounds {
    /// Starts to count rounds, from 1. Each call waits `quiet` for others.
    pub(super) fn count(&self, quiet: Duration) {
        let (sender, calls) = mpsc::unbounded_channel();
        *locked(&self.sender) = Some(sender);
        tokio::spawn(run(calls, quiet));
    }

    /// Stops counting rounds.
    pub(super) fn end(&self) {
        *locked(&self.sender) = None;
    }

    /// Waits for the other calls of the round.
    pub(super) async fn enter(&self, call: &Call) -> Option<Place> {
        if call.action == "GetFunction" && self.not_ready.load(SeqCst) {
            return None;
        }
        let (place, entered) = oneshot::channel();
        let sender = locked(&self.sender).clone();
        sender?.send(place).ok()?;
        entered.await.ok()
    }

    /// Records from a response whether a function is ready.
    pub(super) fn record(&self, call: &Call, reply: &Response<Bytes>) {
        match call.action.as_str() {
            "CreateFunction" | "UpdateFunctionCode" | "UpdateFunctionConfiguration" => {
                self.not_ready.store(true, SeqCst);
            }
            "GetFunction" => {
                let body = String::from_utf8_lossy(reply.body());
                let busy = body.contains("\"Pending\"") || body.contains("\"InProgress\"");
                self.not_ready.fetch_and(busy, SeqCst);
            }
            _ => {}
        }
    }
}

async fn run(mut calls: mpsc::UnboundedReceiver<oneshot::Sender<Place>>, quiet: Duration) {
    let mut round = 0;
    while let Some(first) = calls.recv().await {
        let mut together = vec![first];
        while let Ok(Some(other)) = timeout(quiet, calls.recv()).await {
            together.push(other);
        }
        round += 1;
        let answered = Arc::new(Barrier::new(together.len()));
        for call in together {
            let answered = Arc::clone(&answered);
            // The receiver waits in a task that is never cancelled.
            let _ = call.send(Place { round, answered });
        }
    }
}
