//! What is seen of the work: one JSON line an event, made of closed sets of words, numbers, Lambda's request id and the
//! function's name. Nothing else is ever written, so that no name, attribute, password or token can be. CloudWatch
//! draws its metrics out of the same line, by the embedded metric format.

use std::io::{self, Write};
use std::panic;
use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
use serde_json::{Map, Value, json};

use crate::calls::Call;
use crate::event::Source;
use crate::failure::{Failure, Fault};
use crate::handler::Reply;
use crate::settings::Misconfigured;

#[cfg(test)]
mod tests;

/// The namespace of the metrics.
const NAMESPACE: &str = "cogmig";

/// The counts, of which each event raises one: what passes by itself is not counted among what a person must mend.
const COUNTS: [&str; 4] = ["Migrated", "Refused", "Throttled", "Faults"];

/// Where and when an event was answered.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// Lambda's id of the invocation.
    pub request_id: &'a str,
    /// The function's name.
    pub function: &'a str,
    /// The time of the answer.
    pub now: SystemTime,
}

/// Writes the line of an event.
pub fn event(context: &Context, reply: &Reply, took: Duration) {
    let place = Place {
        request_id: &context.request_id,
        function: &context.env_config.function_name,
        now: SystemTime::now(),
    };
    write(&line(place, reply, took));
}

/// Says which variable of the environment is missing or odd.
pub fn misconfigured(Misconfigured(variable): Misconfigured) {
    write(&json!({"outcome": "misconfigured", "variable": variable}));
}

/// Keeps the text of a panic, which may quote what is secret, out of the log, and says where it was instead.
pub fn hush_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        write(&json!({"outcome": "panic", "place": place}));
    }));
}

/// A log that cannot be written must not cost a sign-in.
fn write(line: &Value) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// The line of an event. A trigger source that is not known is not repeated, for it could be any text.
pub fn line(place: Place, reply: &Reply, took: Duration) -> Value {
    let failure = reply.failure();
    let mut line = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        line.extend(value.map(|value| (name.to_owned(), value)));
    };
    put("requestId", Some(place.request_id.into()));
    put("functionName", Some(place.function.into()));
    put(
        "triggerSource",
        Some(reply.source.map_or("other", Source::as_str).into()),
    );
    put(
        "outcome",
        Some(failure.map_or("migrated", Failure::outcome).into()),
    );
    put("reason", failure.map(|failure| failure.reason().into()));
    put("durationMs", Some(millis(took)));
    for (name, call) in [
        ("initiateAuthMs", Call::AdminInitiateAuth),
        ("getUserMs", Call::AdminGetUser),
    ] {
        put(name, reply.calls.took(call).map(millis));
    }
    // A probe is no sign-in, and must not count as one.
    if reply.source != Some(Source::Probe) {
        let counted = count(failure);
        for name in COUNTS {
            put(name, Some(u8::from(name == counted).into()));
        }
        put("_aws", Some(metrics(place.now, counted, failure.is_some())));
    }
    Value::Object(line)
}

/// Which count an event raises.
const fn count(failure: Option<Failure>) -> &'static str {
    match failure {
        None => "Migrated",
        Some(Failure::Refused(_)) => "Refused",
        Some(Failure::Fault(Fault::Throttled)) => "Throttled",
        Some(Failure::Fault(_)) => "Faults",
    }
}

/// What CloudWatch is to draw out of the line.
fn metrics(now: SystemTime, counted: &str, has_reason: bool) -> Value {
    let mut all: Vec<Value> = COUNTS
        .map(|name| json!({"Name": name, "Unit": "Count"}))
        .into();
    all.push(json!({"Name": "durationMs", "Unit": "Milliseconds"}));
    let mut directives = vec![directive(&["functionName"], &json!(all))];
    if has_reason {
        let by_reason = json!([{"Name": counted, "Unit": "Count"}]);
        directives.push(directive(&["functionName", "reason"], &by_reason));
    }
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    json!({"Timestamp": millis(since.unwrap_or_default()), "CloudWatchMetrics": directives})
}

fn directive(dimensions: &[&str], metrics: &Value) -> Value {
    json!({"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics})
}

fn millis(time: Duration) -> Value {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).into()
}
