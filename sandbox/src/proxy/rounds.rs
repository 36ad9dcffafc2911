//! Rounds: while rounds are counted, calls wait until no other call comes, and are then passed
//! on and answered together. So the number of rounds is the longest chain of dependent calls,
//! independent of their duration. Polling whether a function is ready takes no round.

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
    /// The round's number, from 1.
    pub(super) round: usize,
    answered: Arc<Barrier>,
}

impl Place {
    /// Waits until every call of the round has its answer.
    pub(super) async fn leave(self) {
        self.answered.wait().await;
    }
}

/// Whether rounds are counted, and where calls wait.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    sender: Mutex<Option<mpsc::UnboundedSender<oneshot::Sender<Place>>>>,
    /// Whether a function was changed and not seen ready since.
    not_ready: AtomicBool,
}

impl Rounds {
    /// From now on calls go in rounds; each waits so long for others. Counts from 1 again.
    pub(super) fn count(&self, quiet: Duration) {
        let (sender, calls) = mpsc::unbounded_channel();
        *locked(&self.sender) = Some(sender);
        tokio::spawn(conduct(calls, quiet));
    }

    /// Calls go as they come.
    pub(super) fn end(&self) {
        *locked(&self.sender) = None;
    }

    /// Waits for the round's others.
    pub(super) async fn enter(&self, call: &Call) -> Option<Place> {
        if call.action == "GetFunction" && self.not_ready.load(SeqCst) {
            return None;
        }
        let (place, given) = oneshot::channel();
        let sender = locked(&self.sender).clone();
        sender?.send(place).ok()?;
        given.await.ok()
    }

    /// Learns from an answer whether a function is ready.
    pub(super) fn learn(&self, call: &Call, reply: &Response<Bytes>) {
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

async fn conduct(mut calls: mpsc::UnboundedReceiver<oneshot::Sender<Place>>, quiet: Duration) {
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
            // Who waits does so in a task of its own, which nobody cancels.
            let _ = call.send(Place { round, answered });
        }
    }
}
