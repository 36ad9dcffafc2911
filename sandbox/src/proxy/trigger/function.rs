//! Invokes the function like Cognito: only if its resource policy allows it, with a timeout of five
//! seconds, and up to three times.

use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use http::{Method, Response};
use serde_json::Value;
use tokio::time::timeout;

use super::fault::Fault;
use super::permission;
use super::pool::PoolAt;
use crate::proxy::emulator::Emulator;
use crate::proxy::upstream::{Answer, Place};

/// Neither limit can be changed on AWS.
const ATTEMPTS: usize = 3;
const DEADLINE: Duration = Duration::from_secs(5);
const TIMED_OUT: &str = "Socket timeout while invoking Lambda function";

/// Invokes the trigger's function. Returns its response or Cognito's error.
pub(super) async fn invoke(
    emulator: &Emulator,
    trigger: &str,
    arn: &str,
    pool: &PoolAt,
    event: &Value,
) -> Result<Result<Value, Fault>> {
    let parts: Vec<&str> = arn.split(':').collect();
    let (region, account, name, qualifier) = match parts[..] {
        ["arn", _, "lambda", region, account, "function", name] => (region, account, name, None),
        [
            "arn",
            _,
            "lambda",
            region,
            account,
            "function",
            name,
            qualifier,
        ] => (region, account, name, Some(qualifier)),
        _ => {
            return Ok(Err(Fault::not_invoked(
                trigger,
                "InvalidParameterValueException",
            )));
        }
    };
    let place = Place {
        account: account.to_owned(),
        region: region.to_owned(),
    };
    let query = qualifier.map_or_else(String::new, |qualifier| format!("?Qualifier={qualifier}"));
    let path = format!("/2015-03-31/functions/{name}");

    let policy = format!("{path}/policy{query}");
    let policy = emulator
        .upstream
        .lambda(&place, Method::GET, &policy, &Value::Null);
    let allowed = match Answer::of(&policy.await?) {
        Answer::Ok(output) => permission::allows(output["Policy"].as_str(), arn, pool),
        Answer::Fault(..) => false,
    };
    if !allowed {
        return Ok(Err(Fault::not_invoked(trigger, "AccessDeniedException")));
    }

    let path = format!("{path}/invocations{query}");
    let mut outcome = Err(Fault::not_invoked(trigger, TIMED_OUT));
    for _ in 0..ATTEMPTS {
        let invoked = emulator.upstream.lambda(&place, Method::POST, &path, event);
        outcome = match timeout(DEADLINE, invoked).await {
            Ok(reply) => read(trigger, &reply?),
            Err(_) => Err(Fault::not_invoked(trigger, TIMED_OUT)),
        };
        if outcome.is_ok() {
            break;
        }
    }
    Ok(outcome)
}

fn read(trigger: &str, reply: &Response<Bytes>) -> Result<Value, Fault> {
    let failed = reply.headers().contains_key("x-amz-function-error");
    match Answer::of(reply) {
        Answer::Fault(code, _) => Err(Fault::not_invoked(trigger, &code)),
        Answer::Ok(value) if failed && value["errorType"] == "Sandbox.Timedout" => {
            Err(Fault::not_invoked(trigger, TIMED_OUT))
        }
        Answer::Ok(value) if failed => Err(Fault::raised(
            trigger,
            value["errorMessage"].as_str().unwrap_or("null"),
        )),
        Answer::Ok(value) => Ok(value),
    }
}
