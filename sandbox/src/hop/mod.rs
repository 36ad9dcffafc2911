//! The hop: every call to AWS passes through it on its way to the emulator, byte for
//! byte (signatures cover the headers and the body), and is written into a journal.
//! On the way it can be made as hard as on AWS, or harder.

mod call;
mod credential;
mod fault;
mod hardness;
mod messages;
mod quota;
mod refusal;
mod rounds;
mod serve;
mod trigger;
mod upstream;

use std::collections::{BTreeSet, HashMap};
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Mutex;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

pub use call::Call;
pub use fault::{Disturbance, Fault};
pub use hardness::Hardness;
pub use messages::{Message, MessageKind};
pub(crate) use serve::serve;

use crate::client::{AwsFault, locked};
use crate::pools::Pool;
use fault::Faults;
use hardness::Hard;
use rounds::Rounds;
use upstream::{Answer, Place, Upstream};

/// The hop's state: the emulator behind it, what it has seen, and what is to go wrong.
#[derive(Debug)]
pub(crate) struct Hop {
    upstream: Upstream,
    journal: Mutex<Vec<Call>>,
    messages: Mutex<Vec<Message>>,
    regions: Mutex<BTreeSet<String>>,
    /// Access keys that were made here, and the account of each.
    keys: Mutex<HashMap<String, String>>,
    faults: Faults,
    hardness: Hard,
    rounds: Rounds,
}

/// The connection ends without an answer.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is cut")
    }
}

impl std::error::Error for Cut {}

impl Hop {
    pub(crate) fn new(backend: SocketAddr, regions: impl IntoIterator<Item = String>) -> Self {
        Self {
            upstream: Upstream::new(backend),
            journal: Mutex::default(),
            messages: Mutex::default(),
            regions: Mutex::new(regions.into_iter().collect()),
            keys: Mutex::default(),
            faults: Faults::default(),
            hardness: Hard::default(),
            rounds: Rounds::default(),
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

    /// A call of Cognito past the journal, as the root of the pool's account.
    pub(crate) async fn cognito(
        &self,
        pool: &Pool,
        action: &str,
        body: &Value,
    ) -> Result<Value, AwsFault> {
        let place = Place {
            account: pool.arn.split(':').nth(4).unwrap_or_default().to_owned(),
            region: pool.region.clone(),
        };
        match self.upstream.cognito(&place, action, body).await {
            Ok(Answer::Ok(answer)) => Ok(answer),
            Ok(Answer::Fault(code, message)) => Err(AwsFault { code, message }),
            Err(lost) => Err(AwsFault {
                code: "SandboxBackendLost".to_owned(),
                message: format!("{lost:#}"),
            }),
        }
    }

    pub(crate) fn harden(&self, hardness: Hardness) {
        self.hardness.set(hardness);
    }

    pub(crate) fn count_rounds(&self, quiet: Option<std::time::Duration>) {
        match quiet {
            Some(quiet) => self.rounds.count(quiet),
            None => self.rounds.end(),
        }
    }

    pub(crate) fn disturb(&self, disturbance: Disturbance) {
        self.faults.add(disturbance);
    }

    pub(crate) fn calm(&self) -> usize {
        self.faults.clear()
    }

    pub(crate) fn wait_until_struck(&self, patience: std::time::Duration) -> bool {
        self.faults.wait(patience)
    }

    /// One call, in and out, and what goes wrong with it.
    async fn pass_disturbed(
        &self,
        call: &mut Call,
        request: &Request<Bytes>,
    ) -> Result<Response<Bytes>, Cut> {
        tokio::time::sleep(self.hardness.round_trip()).await;
        let fault = self.faults.of(call);
        if fault.is_some_and(Fault::is_at_once) {
            self.faults.strike();
        }
        match fault {
            Some(Fault::Denied) => return Ok(refusal::denied(call)),
            Some(Fault::Throttled) => return Ok(refusal::throttled(call)),
            Some(Fault::Internal) => return Ok(refusal::internal(call)),
            Some(Fault::Refused(status, code, message)) => {
                return Ok(refusal::refusal(call, status, code, message));
            }
            Some(Fault::CutBefore) => return Err(Cut),
            Some(Fault::Slow(time)) => tokio::time::sleep(time).await,
            Some(Fault::Held) => self.faults.hold().await,
            Some(Fault::Twice) => drop(self.pass_hardened(call, request).await),
            Some(Fault::CutAfter | Fault::Silent) | None => {}
        }
        let reply = self.pass_hardened(call, request).await;
        match fault {
            Some(Fault::CutAfter) => {
                self.faults.strike();
                Err(Cut)
            }
            Some(Fault::Silent) => {
                self.faults.strike();
                pending().await
            }
            Some(Fault::Twice) => {
                self.faults.strike();
                Ok(reply)
            }
            _ => Ok(reply),
        }
    }

    async fn pass_hardened(&self, call: &mut Call, request: &Request<Bytes>) -> Response<Bytes> {
        if let Some(refusal) = self.hardness.refuse(call, request) {
            return refusal;
        }
        if let Some(answer) = self.hardness.replay(call, request) {
            return answer;
        }
        let reply = self.pass(call, request).await;
        self.hardness.delay_sight(call, request, reply)
    }

    /// One call, in and out.
    async fn pass(&self, call: &mut Call, request: &Request<Bytes>) -> Response<Bytes> {
        let reply = self.upstream.forward(request).await;
        let reply = trigger::fire(self, call, request, reply).await;
        messages::record(self, call, request, &reply).await;
        reply
    }
}
