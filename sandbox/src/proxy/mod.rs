//! The proxy. It forwards every call to the emulator byte for byte, because signatures cover
//! headers and body. It records the calls in a journal, and applies conditions and faults.

mod call;
mod conditions;
mod credential;
mod emulator;
mod error_reply;
mod fault;
mod message;
mod messages;
mod quota;
mod regions;
mod request;
mod rounds;
pub(crate) mod serve;
mod trigger;
mod upstream;

use std::collections::HashMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Mutex;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

pub use call::Call;
pub use conditions::Conditions;
pub use fault::{Fault, Injection};
pub use message::{Message, MessageKind};

use crate::aws_fault::AwsFault;
use crate::lock::locked;
use crate::pool::Pool;
use conditions::Simulation;
use emulator::Emulator;
use fault::Faults;
use regions::DisabledRegions;
use rounds::Rounds;
use upstream::{Answer, Place};

/// The proxy's state: the emulator, the journal, conditions and faults.
#[derive(Debug)]
pub(crate) struct Proxy {
    emulator: Emulator,
    journal: Mutex<Vec<Call>>,
    /// Access keys that were created through the proxy, and the account of each.
    keys: Mutex<HashMap<String, String>>,
    faults: Faults,
    conditions: Simulation,
    rounds: Rounds,
    disabled_regions: DisabledRegions,
}

/// The connection is closed without a response.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is closed")
    }
}

impl std::error::Error for Cut {}

impl Proxy {
    pub(crate) fn new(backend: SocketAddr, regions: impl IntoIterator<Item = String>) -> Self {
        Self {
            emulator: Emulator::new(backend, regions),
            journal: Mutex::default(),
            keys: Mutex::default(),
            faults: Faults::default(),
            conditions: Simulation::default(),
            rounds: Rounds::default(),
            disabled_regions: DisabledRegions::default(),
        }
    }

    pub(crate) fn journal(&self) -> Vec<Call> {
        locked(&self.journal).clone()
    }

    pub(crate) fn clear_journal(&self) {
        locked(&self.journal).clear();
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        self.emulator.messages()
    }

    /// A snapshot of these accounts in all Regions in use, by a request of the sandbox's own API.
    pub(crate) async fn snapshot(&self, accounts: &[&str]) -> anyhow::Result<Value> {
        let body = json!({"accounts": accounts, "regions": self.emulator.regions()});
        self.emulator.upstream.own("snapshot", &body).await
    }

    /// Saves the emulator's state and returns the checkpoint's number.
    pub(crate) async fn checkpoint(&self) -> anyhow::Result<Value> {
        let upstream = &self.emulator.upstream;
        upstream.own("checkpoint", &json!({})).await
    }

    /// Restores the state of a checkpoint.
    pub(crate) async fn restore(&self, number: &Value) -> anyhow::Result<Value> {
        let upstream = &self.emulator.upstream;
        upstream.own("restore", &json!({"number": number})).await
    }

    /// Changes the state of the emulator, by a request of the sandbox's own API.
    pub(crate) async fn set(&self, what: &str, body: &Value) -> anyhow::Result<Value> {
        self.emulator.upstream.own(what, body).await
    }

    /// Writes lines of the past to a log group, by a request of the sandbox's own API.
    pub(crate) async fn log(&self, lines: &Value) -> anyhow::Result<Value> {
        self.emulator.upstream.own("log", lines).await
    }

    /// A Cognito call as the root user of the pool's account, without a journal entry.
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
        match self.emulator.upstream.cognito(&place, action, body).await {
            Ok(Answer::Ok(answer)) => Ok(answer),
            Ok(Answer::Fault(code, message)) => Err(AwsFault { code, message }),
            Err(lost) => Err(AwsFault {
                code: "SandboxBackendLost".to_owned(),
                message: format!("{lost:#}"),
            }),
        }
    }

    pub(crate) fn set_conditions(&self, conditions: Conditions) {
        self.conditions.set(conditions);
    }

    pub(crate) fn count_rounds(&self, quiet: Option<std::time::Duration>) {
        match quiet {
            Some(quiet) => self.rounds.count(quiet),
            None => self.rounds.end(),
        }
    }

    pub(crate) fn set_region(&self, account: &str, region: &str, is_disabled: bool) {
        self.disabled_regions.set(account, region, is_disabled);
    }

    pub(crate) fn inject(&self, injection: Injection) {
        self.faults.add(injection);
    }

    pub(crate) fn clear_faults(&self) -> usize {
        self.faults.clear()
    }

    pub(crate) fn wait_for_fault(&self, timeout: std::time::Duration) -> bool {
        self.faults.wait(timeout)
    }

    /// Processes one call with its fault.
    async fn pass_with_faults(
        &self,
        call: &mut Call,
        request: &Request<Bytes>,
    ) -> Result<Response<Bytes>, Cut> {
        tokio::time::sleep(self.conditions.round_trip()).await;
        let fault = self.faults.of(call);
        if fault.is_some_and(Fault::is_at_once) {
            self.faults.record_hit();
        }
        match fault {
            Some(Fault::Denied) => return Ok(error_reply::denied(call)),
            Some(Fault::Throttled) => return Ok(error_reply::throttled(call)),
            Some(Fault::Internal) => return Ok(error_reply::internal(call)),
            Some(Fault::Error(status, code, message)) => {
                return Ok(error_reply::error_reply(call, status, code, message));
            }
            Some(Fault::CutBefore) => return Err(Cut),
            Some(Fault::Slow(time)) => tokio::time::sleep(time).await,
            Some(Fault::Blocked) => self.faults.block().await,
            Some(Fault::Twice) => drop(self.pass_under_conditions(call, request).await),
            Some(Fault::CutAfter | Fault::NoResponse) | None => {}
        }
        let reply = self.pass_under_conditions(call, request).await;
        match fault {
            Some(Fault::CutAfter) => {
                self.faults.record_hit();
                Err(Cut)
            }
            Some(Fault::NoResponse) => {
                self.faults.record_hit();
                pending().await
            }
            Some(Fault::Twice) => {
                self.faults.record_hit();
                Ok(reply)
            }
            _ => Ok(reply),
        }
    }

    async fn pass_under_conditions(
        &self,
        call: &mut Call,
        request: &Request<Bytes>,
    ) -> Response<Bytes> {
        if let Some(error) = self.conditions.reject(call, request) {
            return error;
        }
        if let Some(answer) = self.conditions.replay(call, request) {
            return answer;
        }
        let reply = self.pass(call, request).await;
        self.conditions.delay_visibility(call, request, reply)
    }

    /// Processes one call without conditions and faults.
    async fn pass(&self, call: &mut Call, request: &Request<Bytes>) -> Response<Bytes> {
        let upstream = &self.emulator.upstream;
        if let Some(error) = self.disabled_regions.reject(upstream, call, request).await {
            return error;
        }
        let reply = upstream.forward(request).await;
        let reply = trigger::fire(&self.emulator, call, request, reply).await;
        messages::record(&self.emulator, call, request, &reply).await;
        reply
    }
}
