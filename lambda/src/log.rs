//! The function's log: one JSON line per event. It contains only words of closed sets, numbers, the
//! request IDs, the function's name and a keyed hash of the user, so it can't contain a username,
//! attribute, password or token. CloudWatch extracts the metrics from the same line (embedded
//! metric format).

use std::io::{self, Write};
use std::panic;
use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
use rules::log::{self, Count, Source};
use rules::probe::Call;
use rules::reasons::{Failure, Fault};
use rules::settings::Misconfigured;
use serde_json::{Map, Value, json};

use crate::record::Record;

#[cfg(test)]
mod tests;

/// The invocation that a log line is about.
#[derive(Clone, Copy)]
pub struct Invocation<'a> {
    /// The request ID of the invocation.
    pub request_id: &'a str,
    /// The function's name.
    pub function: &'a str,
    /// The time of the log line.
    pub now: SystemTime,
}

/// Writes the log line of an event.
pub fn event(context: &Context, record: &Record, duration: Duration) {
    let invocation = Invocation {
        request_id: &context.request_id,
        function: &context.env_config.function_name,
        now: SystemTime::now(),
    };
    write(&line(invocation, record, duration));
}

/// Logs the environment variable that is missing or invalid.
pub fn misconfigured(Misconfigured(variable): Misconfigured) {
    write(&json!({log::OUTCOME: log::MISCONFIGURED, "variable": variable}));
}

/// Logs only the location of a panic. The message of a panic may contain secrets.
pub fn install_panic_hook() {
    panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string);
        write(&json!({log::OUTCOME: log::PANIC, "location": location}));
    }));
}

/// Ignores errors, because a failure to log must not fail a sign-in.
fn write(line: &Value) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// The log line of an event. The hash of the user is never a dimension of a metric. An unknown
/// trigger source isn't included, because it could be any text.
pub fn line(invocation: Invocation, record: &Record, duration: Duration) -> Value {
    let failure = record.reason();
    let mut line = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        line.extend(value.map(|value| (name.to_owned(), value)));
    };
    put(log::REQUEST_ID, Some(invocation.request_id.into()));
    put(log::FUNCTION_NAME, Some(invocation.function.into()));
    put(
        log::TRIGGER_SOURCE,
        Some(
            record
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
    let (user, key) = record.user().unzip();
    put(log::USER, user.map(Value::from));
    put(log::USER_KEY, key.map(Value::from));
    put(log::EVENT, record.identity.as_deref().map(Value::from));
    put(log::DURATION_MS, Some(millis(duration)));
    for (name, call) in [
        (log::INITIATE_AUTH_MS, Call::AdminInitiateAuth),
        (log::GET_USER_MS, Call::AdminGetUser),
    ] {
        put(name, record.calls.duration(call).map(millis));
    }
    // A connectivity check isn't a sign-in, so the metrics don't include it.
    if record.source != Some(Source::Probe) {
        let counted = count(failure);
        for count in Count::ALL {
            put(count.as_str(), Some(u8::from(count == counted).into()));
        }
        let metrics = metrics(invocation.now, counted, failure.is_some());
        put("_aws", Some(metrics));
    }
    Value::Object(line)
}

/// The counter that an event increments.
const fn count(failure: Option<Failure>) -> Count {
    match failure {
        None => Count::Migrated,
        Some(Failure::Rejected(_)) => Count::Rejected,
        Some(Failure::Fault(Fault::Throttled)) => Count::Throttled,
        Some(Failure::Fault(_)) => Count::Faults,
    }
}

/// The metadata from which CloudWatch extracts the metrics.
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
