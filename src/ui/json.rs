//! The one JSON document of `--output json`, its members in a stable order.

use cogmig_core::call::CallError;
use cogmig_core::deployments::Deployment;
use cogmig_core::outcome::{Ended, Outcome, Verified};
use cogmig_core::problem::Problem;
use serde_json::{Value, json};

use super::transcript::Transcript;
use super::{outcome, problem, status};

/// The version of the document's schema; a member that is added does not raise it.
const SCHEMA_VERSION: u32 = 1;

/// The document of a command.
pub fn document(
    command: &str,
    told: &Transcript,
    ended: Ended,
    error: Option<&anyhow::Error>,
    outcome: Option<&Outcome<'_>>,
) -> String {
    let mut document = json!({
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "result": ended.word(),
        "accounts": told.accounts.iter().map(|one| json!({
            "side": one.side.as_str(),
            "id": one.id,
            "partition": one.partition,
            "region": one.region,
            "profile": one.profile,
        })).collect::<Vec<_>>(),
        "chosen": told.chosen.iter().flat_map(|selected| selected.all.iter().map(|one| json!({
            "side": selected.side.as_str(),
            "kind": selected.what,
            "id": one.id,
            "name": one.name,
            "source": selected.source.as_str(),
        }))).collect::<Vec<_>>(),
        "changes": told.changes.iter().map(|line| json!({
            "side": line.side.as_str(),
            "action": line.action.as_str(),
            "kind": line.kind,
            "name": line.name,
            "why": line.why,
            "status": line.status,
        })).collect::<Vec<_>>(),
        "warnings": told.warnings.iter().map(|one| json!({
            "id": one.id,
            "severity": one.severity.as_str(),
            "message": one.summary,
            "try": one.remedy.join(", or "),
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
                "passed": broken.is_none(),
                "broken_at": broken.map(|broken| broken.component.as_str()),
                "message": broken.map(|broken| &broken.what),
                "try": broken.map(|broken| broken.remedy),
            });
            document["user"] = json!(user.as_ref().map(outcome::user));
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

fn failure(error: &anyhow::Error, also: &[Problem]) -> Value {
    let (problem, call) = (problem::of(error), error.downcast_ref::<CallError>());
    json!({
        "id": problem.id,
        "message": problem.summary,
        "causes": problem.causes.iter().map(problem::cause).collect::<Vec<_>>(),
        "try": problem.remedy,
        "usage": problem.is_usage(),
        "call": call.map(|call| call.call),
        "code": call.and_then(|call| call.code.clone()),
        "request_id": call.and_then(|call| call.request_id.clone()),
        "also": also.iter().map(problem::one_line).collect::<Vec<_>>(),
    })
}
