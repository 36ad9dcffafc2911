//! Conditions of AWS that the emulator lacks: network latency, quotas, roles that Lambda can't
//! assume yet, functions that are busy after a change, and eventually consistent reads.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use super::call::Call;
use super::credential;
use super::error_reply::{error_reply, throttled};
use super::quota::Buckets;
use super::request::{form, header};
use crate::lock::locked;

/// The prefixes of operations that return written state.
const READS: [&str; 3] = ["Describe", "Get", "List"];

/// The conditions of AWS. By default, none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// The network latency of each call and of each new connection.
    pub round_trip: Duration,
    /// How long Lambda can't assume a new role.
    pub propagation: Duration,
    /// How long a function rejects changes, and isn't ready, after a change.
    pub busy: Duration,
    /// How long reads return the state before the last write to the service.
    pub lag: Duration,
    /// Cognito's quota in each of its quota categories, in requests per second.
    pub requests_per_second: Option<u32>,
    /// Whether a repeated read gets the emulator's first response again, as fast as on AWS. Load
    /// tests need it, because the emulator is slow.
    pub replay: bool,
}

/// The current conditions, and the state that they depend on.
#[derive(Debug, Default)]
pub(super) struct Simulation(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    conditions: Conditions,
    /// When each role was created.
    roles: HashMap<(String, String), Instant>,
    /// When each function was last changed.
    functions: HashMap<(String, String), Instant>,
    /// When each function was created.
    created: HashMap<(String, String), Instant>,
    /// When each service of each account and Region was last written to.
    writes: HashMap<String, Instant>,
    /// The last response to each read, and its time.
    reads: HashMap<(String, Vec<u8>), (Instant, Response<Bytes>)>,
    quotas: Buckets,
    /// The first response to each read.
    replays: HashMap<(String, Vec<u8>), Response<Bytes>>,
}

impl Simulation {
    pub(super) fn set(&self, conditions: Conditions) {
        locked(&self.0).conditions = conditions;
    }

    pub(super) fn round_trip(&self) -> Duration {
        locked(&self.0).conditions.round_trip
    }

    /// AWS's error response to a call that conflicts with a recent change or exceeds a quota.
    pub(super) fn reject(&self, call: &Call, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        let mut state = locked(&self.0);
        let Conditions {
            propagation,
            busy,
            requests_per_second,
            ..
        } = state.conditions;
        if state.conditions == Conditions::default() {
            return None;
        }
        if let Some(quota) = requests_per_second {
            let region = credential::region(request).unwrap_or_default();
            let place = (call.account.as_str(), region.as_str());
            if !(state.quotas).take(place, &call.action, quota, Instant::now()) {
                return Some(throttled(call));
            }
        }
        let within = |when: Option<&Instant>, how_long| when?.elapsed().lt(&how_long).then_some(());
        if let Some(role) = role_of(call, request)
            && within(state.roles.get(&(call.account.clone(), role)), propagation).is_some()
        {
            let message = "The role defined for the function cannot be assumed by Lambda.";
            let code = "InvalidParameterValueException";
            return Some(error_reply(call, 400, code, message));
        }
        let changes = call.action.starts_with("UpdateFunction");
        let needs_ready = ["AddPermission", "Invoke"].contains(&call.action.as_str());
        let function = function_of(call, request);
        let reason = if changes && within(state.functions.get(&function), busy).is_some() {
            "An update is in progress for resource."
        } else if needs_ready && within(state.created.get(&function), busy).is_some() {
            "The function is currently in the following state: 'Pending'. StateReasonCode: 'Creating'"
        } else {
            return None;
        };
        let message = format!("The operation cannot be performed at this time. {reason}");
        Some(error_reply(
            call,
            409,
            "ResourceConflictException",
            &message,
        ))
    }

    /// The emulator's earlier response to the same read, if replay is on.
    pub(super) fn replay(&self, call: &Call, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        let state = locked(&self.0);
        if !state.conditions.replay || call.writes {
            return None;
        }
        let key = (place(call, request), content(request));
        state.replays.get(&key).cloned()
    }

    /// The response, or the response before the last write.
    pub(super) fn delay_visibility(
        &self,
        call: &Call,
        request: &Request<Bytes>,
        reply: Response<Bytes>,
    ) -> Response<Bytes> {
        let mut state = locked(&self.0);
        let (Conditions { lag, busy, .. }, now) = (state.conditions, Instant::now());
        if state.conditions == Conditions::default() {
            return reply;
        }
        let place = place(call, request);
        if state.conditions.replay && !call.writes && reply.status().is_success() {
            let key = (place.clone(), content(request));
            state.replays.insert(key, reply.clone());
        }
        if call.writes {
            if reply.status().is_success() {
                state.record(call, request, now);
                state.writes.insert(place, now);
            }
            return reply;
        }
        if !READS.iter().any(|verb| call.action.starts_with(verb)) {
            return reply;
        }
        let key = (place, content(request));
        let written = state.writes.get(&key.0).copied();
        if let Some(written) = written
            && now.duration_since(written) < lag
            && let Some((when, before)) = state.reads.get(&key)
            && *when < written
        {
            return before.clone();
        }
        let changed = state.functions.get(&function_of(call, request));
        let reply = match changed {
            Some(changed) if changed.elapsed() < busy => not_ready(reply),
            _ => reply,
        };
        state.reads.insert(key, (now, reply.clone()));
        reply
    }
}

impl State {
    fn record(&mut self, call: &Call, request: &Request<Bytes>, now: Instant) {
        match call.action.as_str() {
            "CreateRole" => {
                let role = form(request, "RoleName").unwrap_or_default();
                self.roles.insert((call.account.clone(), role), now);
            }
            "CreateFunction" => {
                self.created.insert(function_of(call, request), now);
                self.functions.insert(function_of(call, request), now);
            }
            "UpdateFunctionCode" | "UpdateFunctionConfiguration" => {
                self.functions.insert(function_of(call, request), now);
            }
            _ => {}
        }
    }
}

/// The role in a request to create or update a function.
fn role_of(call: &Call, request: &Request<Bytes>) -> Option<String> {
    if !["CreateFunction", "UpdateFunctionConfiguration"].contains(&call.action.as_str()) {
        return None;
    }
    let body: Value = serde_json::from_slice(request.body()).ok()?;
    body["Role"].as_str()?.rsplit('/').next().map(str::to_owned)
}

/// The account and the name of the function of a Lambda call.
fn function_of(call: &Call, request: &Request<Bytes>) -> (String, String) {
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let in_body = body["FunctionName"].as_str().map(str::to_owned);
    let in_path = || request.uri().path().split('/').nth(3).map(str::to_owned);
    (
        call.account.clone(),
        in_body.or_else(in_path).unwrap_or_default(),
    )
}

/// A service of an account in a Region.
fn place(call: &Call, request: &Request<Bytes>) -> String {
    let region = credential::region(request).unwrap_or_default();
    format!("{} {} {region}", call.account, call.service)
}

/// The content of a request, without its signature.
fn content(request: &Request<Bytes>) -> Vec<u8> {
    let mut content = request.uri().to_string().into_bytes();
    content.extend(header(request, "x-amz-target").as_bytes());
    content.extend(request.body());
    content
}

/// The description of a function, with the state of an update in progress.
fn not_ready(reply: Response<Bytes>) -> Response<Bytes> {
    let Ok(mut body) = serde_json::from_slice::<Value>(reply.body()) else {
        return reply;
    };
    let set = if body["Configuration"].is_object() {
        &mut body["Configuration"]
    } else {
        &mut body
    };
    if set["State"].is_string() {
        set["State"] = "Pending".into();
        set["LastUpdateStatus"] = "InProgress".into();
        let (mut head, _) = reply.into_parts();
        head.headers.remove("content-length");
        return Response::from_parts(head, Bytes::from(body.to_string()));
    }
    reply
}
