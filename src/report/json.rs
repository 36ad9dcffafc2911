//! The one JSON document of `--output json`, its members in a stable order.

use serde_json::{Value, json};

use super::{Outcome, Told, Verified, status};
use crate::deployments::Deployment;
use crate::error::{CallError, Usage};

/// The version of the document's schema; a member that is added does not raise it.
const SCHEMA_VERSION: u32 = 1;

/// The document of a command.
pub fn document(
    command: &str,
    told: &Told,
    result: &str,
    error: Option<&anyhow::Error>,
    outcome: Option<&Outcome<'_>>,
) -> String {
    let mut document = json!({
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "result": result,
        "accounts": told.accounts.iter().map(|one| json!({
            "side": one.side.as_str(),
            "id": one.id,
            "partition": one.partition,
            "region": one.region,
            "profile": one.profile,
        })).collect::<Vec<_>>(),
        "chosen": told.chosen.iter().map(|(side, what, named, how)| json!({
            "side": side.as_str(),
            "kind": what,
            "id": named.id,
            "name": named.name,
            "how": how.as_str(),
        })).collect::<Vec<_>>(),
        "changes": told.changes.iter().map(|line| json!({
            "side": line.side.as_str(),
            "action": line.action.as_str(),
            "kind": line.kind,
            "name": line.name,
            "why": line.why,
            "status": line.status,
        })).collect::<Vec<_>>(),
        "notes": told.notes,
        "warnings": told.warnings.iter().map(|one| json!({
            "message": one.what,
            "try": one.remedy,
        })).collect::<Vec<_>>(),
        "users": told.users.iter().map(|(side, count)| json!({
            "side": side.as_str(),
            "estimate": count,
        })).collect::<Vec<_>>(),
        "error": error.map(|error| failure(error, &told.also)),
    });
    match outcome {
        Some(Outcome::Verified(Verified { chain, user })) => {
            let broken = chain.as_ref().err();
            document["chain"] = json!({
                "works": broken.is_none(),
                "broken_at": broken.map(|broken| broken.link.as_str()),
                "message": broken.map(|broken| &broken.what),
                "try": broken.map(|broken| broken.remedy),
            });
            document["user"] = json!(user);
        }
        Some(Outcome::Status(status)) => document["status"] = status::json(status),
        Some(Outcome::NotDeployed { others, .. }) => {
            let one = |one: &Deployment| {
                json!({
                    "name": one.name,
                    "old_pool": one.old_pool,
                    "new_pool": one.new_pool,
                })
            };
            document["deployments"] = others.iter().map(one).collect();
        }
        _ => {}
    }
    format!("{document:#}")
}

fn failure(error: &anyhow::Error, also: &[anyhow::Error]) -> Value {
    let call = error.downcast_ref::<CallError>();
    json!({
        "message": error.to_string(),
        "causes": error.chain().skip(1).map(ToString::to_string).collect::<Vec<_>>(),
        "usage": error.is::<Usage>(),
        "call": call.map(|call| call.call),
        "code": call.and_then(|call| call.code.clone()),
        "request_id": call.and_then(|call| call.request_id.clone()),
        "also": also.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
