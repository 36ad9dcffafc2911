//! What is seen of the work: one JSON line an event, made of closed sets of words, a number and Lambda's request id.
//! Nothing else is ever written, so that no name, attribute, password or token can be.

use std::io::{self, Write};
use std::panic;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use crate::failure::Failure;
use crate::handler::{Reply, Trigger};

/// The line of an event.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    request_id: &'a str,
    trigger_source: &'a str,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    duration_ms: u128,
}

/// Writes the line of an event.
pub fn event(request_id: &str, reply: &Reply, took: Duration) {
    write(&line(request_id, reply, took));
}

/// Keeps the text of a panic, which may quote what is secret, out of the log, and says where it was instead.
pub fn hush_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        write(&json!({"outcome": "panic", "place": place}).to_string());
    }));
}

/// A log that cannot be written must not cost a sign-in.
fn write(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// The line of an event. A trigger source that is not known is not repeated, for it could be any text.
pub fn line(request_id: &str, reply: &Reply, took: Duration) -> String {
    let failure = reply.failure();
    let line = Line {
        request_id,
        trigger_source: reply.trigger.map_or("other", Trigger::as_str),
        outcome: failure.map_or("migrated", Failure::outcome),
        reason: failure.map(Failure::reason),
        duration_ms: took.as_millis(),
    };
    serde_json::to_string(&line).unwrap_or_default()
}
