//! What is seen of the work: one JSON line an event, made of closed sets of words, numbers, Lambda's request id and the
//! function's name. Nothing else is ever written, so that no name, attribute, password or token can be. CloudWatch
//! draws its metrics out of the same line, by the embedded metric format.

use std::io::{self, Write};
use std::panic;
use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
use rules::log::{self, Count, Source};
use rules::probe::Call;
use rules::reasons::{Failure, Fault};
use rules::settings::Misconfigured;
use serde_json::{Map, Value, json};

use crate::handler::Reply;

#[cfg(test)]
mod tests;

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
    write(&json!({log::OUTCOME: log::MISCONFIGURED, "variable": variable}));
}

/// Keeps the text of a panic, which may quote what is secret, out of the log, and says where it was instead.
pub fn hush_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        write(&json!({log::OUTCOME: log::PANIC, "place": place}));
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
    put(log::REQUEST_ID, Some(place.request_id.into()));
    put(log::FUNCTION_NAME, Some(place.function.into()));
    put(
        log::TRIGGER_SOURCE,
        Some(
            reply
                .source
                .map_or(log::OTHER_SOURCE, Source::as_str)
                .into(),
        ),
    );
    put(
        log::OUTCOME,
        Some(failure.map_or(log::MIGRATED, Failure::outcome).into()),
    );
    put(log::REASON, failure.map(|failure| failure.reason().into()));
    put(log::DURATION_MS, Some(millis(took)));
    for (name, call) in [
        (log::INITIATE_AUTH_MS, Call::AdminInitiateAuth),
        (log::GET_USER_MS, Call::AdminGetUser),
    ] {
        put(name, reply.calls.took(call).map(millis));
    }
    // A probe is no sign-in, and must not count as one.
    if reply.source != Some(Source::Probe) {
        let counted = count(failure);
        for count in Count::ALL {
            put(count.as_str(), Some(u8::from(count == counted).into()));
        }
        put("_aws", Some(metrics(place.now, counted, failure.is_some())));
    }
    Value::Object(line)
}

/// Which count an event raises.
const fn count(failure: Option<Failure>) -> Count {
    match failure {
        None => Count::Migrated,
        Some(Failure::Rejected(_)) => Count::Rejected,
        Some(Failure::Fault(Fault::Throttled)) => Count::Throttled,
        Some(Failure::Fault(_)) => Count::Faults,
    }
}

/// What CloudWatch is to draw out of the line.
fn metrics(now: SystemTime, counted: Count, has_reason: bool) -> Value {
    let metric = |count: Count| json!({"Name": count.as_str(), "Unit": "Count"});
    let mut all: Vec<Value> = Count::ALL.map(metric).into();
    all.push(json!({"Name": log::DURATION_MS, "Unit": "Milliseconds"}));
    let mut directives = vec![directive(&[log::FUNCTION_NAME], &json!(all))];
    if has_reason {
        let by_reason = json!([metric(counted)]);
        directives.push(directive(&[log::FUNCTION_NAME, log::REASON], &by_reason));
    }
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    json!({"Timestamp": millis(since.unwrap_or_default()), "CloudWatchMetrics": directives})
}

fn directive(dimensions: &[&str], metrics: &Value) -> Value {
    json!({"Namespace": log::NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics})
}

fn millis(time: Duration) -> Value {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).into()
}
