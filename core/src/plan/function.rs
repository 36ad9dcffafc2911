//! The migration function.

use std::collections::BTreeSet;

use rules::env;
use serde_json::Value;

use super::change::{Action, Edit, Plan, Reason, Update};
use super::guards::{self, Recognized};
use super::owned::{self, is_recreated};
use super::step::{Guard, Step};
use super::{tags, trigger};
use crate::desired::Desired;
use crate::identity::Side;
use crate::lambda::State;
use crate::names::Names;
use crate::observed::{Configuration, Function, NewSide};
use crate::problem::{Problem, Result, Severity};
use crate::record::{self, Tags};
use crate::resource::{Address, Call, FunctionCall, Kind, Recreation};

/// The variables whose values are secret.
const SECRET: [&str; 2] = [env::LOG_USER_KEY, env::OLD_EXTERNAL_ID];
/// The variables whose values are printed. If an option of the last setup is omitted, the plan must
/// show what the next setup would change back.
const PRINTED: [&str; 6] = [
    env::OLD_CLIENT_ID,
    env::MFA_USERS,
    env::TEMPORARY_PASSWORDS,
    env::FORGOT_PASSWORD,
    env::OLD_PERMISSIONS_BOUNDARY,
    env::NEW_PERMISSIONS_BOUNDARY,
];

/// The name of a setting that isn't part of the configuration.
const RESERVED: &str = "ReservedConcurrentExecutions";

fn address(names: &Names) -> Address {
    Address::new(Side::New, Kind::Function, &names.function)
}

fn step(on: &Address, call: FunctionCall) -> Step {
    Step::new(on.clone(), Call::Function(call))
}

/// Creates or updates it.
///
/// # Errors
/// It isn't managed by this deployment, or its environment is too large.
pub(super) fn setup(
    plan: &mut Plan,
    desired: &Desired,
    new: &NewSide,
    recognized: &Recognized,
) -> Result<()> {
    let on = address(&desired.names);
    let (set, package) = (&desired.configuration, &desired.package);
    guards::too_large(&set.environment)?;
    let Some(function) = &new.function else {
        let reason = Reason::Runs {
            runtime: set.runtime.clone(),
            architecture: package.architecture,
            memory: set.memory,
            timeout: set.timeout,
        };
        let create = FunctionCall::Create {
            set: set.clone(),
            package: package.clone(),
            tags: desired.with_tags(&desired.new_tags),
        };
        let steps = vec![step(&on, create)];
        plan.add(Action::Create, on, reason, steps);
        return Ok(());
    };
    guards::managed(&on, &function.tags, desired, recognized)?;
    if blocked(plan, &on, desired, function) {
        return Ok(());
    }
    let mut update = Update::default();
    if let Some(tags) = record::missing(&function.tags, &desired.new_tags) {
        update.push(Edit::of("tags"), step(&on, FunctionCall::Tag { tags }));
    }
    tags::update(
        &mut update,
        (desired, new),
        &function.tags,
        |tags| step(&on, FunctionCall::Tag { tags }),
        |keys| step(&on, FunctionCall::Untag { keys }),
    );
    // The KMS grant with which Lambda decrypts the environment is for the role's unique id. If the
    // role was recreated, the configuration must be updated again. This comes before the update of
    // the code, after which the function would look younger than the role.
    let recreated = (new.role.as_ref()).is_none_or(|role| is_recreated(role, function));
    let differs = function.configuration != *set || recreated;
    if differs || matches!(function.state, State::UpdateFailed(_)) {
        if differs {
            update.edits.extend(edits(&function.configuration, set));
        }
        let set = set.clone();
        update
            .steps
            .push(step(&on, FunctionCall::Configure { set }));
    }
    let architecture = package.architecture.as_str();
    let other_code =
        function.code_sha256 != package.sha256 || function.architecture != architecture;
    let reason = match &function.state {
        State::UpdateFailed(why) => Some(Reason::UpdateFailed { why: why.clone() }),
        _ => None,
    };
    if other_code || (reason.is_some() && !package.zip.is_empty()) {
        let package = package.clone();
        let replace = step(&on, FunctionCall::UpdateCode { package });
        update.edits.extend(other_code.then(|| Edit::of("code")));
        update.steps.push(replace);
    }
    plan.update_because(on, reason, update.edits, update.steps);
    Ok(())
}

/// Plans for a function that accepts no update. Returns whether it's one. The tags of a function
/// that is created again, and what others added, are kept as far as a request can have them.
fn blocked(plan: &mut Plan, on: &Address, desired: &Desired, function: &Function) -> bool {
    match &function.state {
        State::Failed(why) => {
            // AWS reserves this prefix for its own tags.
            let tags = function
                .tags
                .iter()
                .filter(|(key, _)| !key.starts_with("aws:"));
            let mut tags: Tags = tags.map(|(k, v)| (k.clone(), v.clone())).collect();
            tags.extend(desired.with_tags(&desired.new_tags));
            let reserved = function.reserved.map(|_| RESERVED.to_owned());
            let reason = Reason::Failed {
                why: why.clone(),
                kept: function.others.keys().cloned().chain(reserved).collect(),
                lost: others(function, &desired.names),
            };
            let recreation = Recreation {
                set: desired.configuration.clone(),
                package: desired.package.clone(),
                tags,
                others: function.others.clone(),
                reserved: function.reserved,
            };
            let mut recreate = step(on, FunctionCall::Recreate(Box::new(recreation)));
            // With `--adopt`, it may have lost its tags.
            if desired.names.own(&function.tags) {
                recreate.guard = Some(Guard::Managed {
                    address: on.clone(),
                    deployment: desired.names.deployment.clone(),
                });
            }
            let edits = if function.configuration == desired.configuration {
                Vec::new()
            } else {
                edits(&function.configuration, &desired.configuration)
            };
            plan.update_because(on.clone(), reason, edits, vec![recreate]);
        }
        State::Other(state, why) => {
            let (state, why) = (state.clone(), why.clone());
            let reason = Reason::Blocked { state, why };
            plan.add(Action::Conflict, on.clone(), reason, Vec::new());
        }
        State::Inactive(why) => {
            let summary = format!(
                "the function is inactive, because it wasn't invoked for a long time ({why}). The next invocation activates it, but that sign-in may fail"
            );
            let warning = Problem::new("function-inactive", Severity::Warning, summary);
            plan.warnings
                .push(warning.fix("run `cogmig verify`, which invokes the function"));
        }
        State::Active | State::Changing(_) | State::UpdateFailed(_) => {}
    }
    function.state.blocker().is_some()
}

/// The ids of the statements of others in the function's resource policy.
fn others(function: &Function, names: &Names) -> Vec<String> {
    let others = statements(&function.policy).filter(|id| *id != names.permission);
    others.map(str::to_owned).collect()
}

/// The changes of a configuration.
fn edits(existing: &Configuration, desired: &Configuration) -> Vec<Edit> {
    let names: BTreeSet<_> = [existing, desired]
        .iter()
        .flat_map(|set| set.environment.keys())
        .collect();
    let values = |set: &Configuration, name| set.environment.get(name).cloned();
    let changed = names.into_iter().flat_map(|name| {
        let (before, after) = (values(existing, name), values(desired, name));
        if before == after {
            return Vec::new();
        }
        // Anyone who can configure the function can set any value.
        let before = before.map(|value| value.escape_debug().to_string());
        variable(name, before, after)
    });
    let edits: Vec<_> = changed.collect();
    if edits.is_empty() {
        vec![Edit::of("configuration")]
    } else {
        edits
    }
}

fn variable(name: &str, before: Option<String>, after: Option<String>) -> Vec<Edit> {
    let path = format!("environment.{name}");
    match (before, after) {
        _ if SECRET.contains(&name) => vec![Edit::secret(path)],
        (before, after)
            if [env::ATTRIBUTES, env::DROPPED_ATTRIBUTES, env::TAGS].contains(&name) =>
        {
            let [before, after] =
                [&before, &after].map(|list| entries(list.as_deref().unwrap_or_default()));
            let removed = before.difference(&after);
            let added = after.difference(&before);
            let removed = removed.map(|entry| Edit::remove(&path, *entry));
            removed
                .chain(added.map(|entry| Edit::add(&path, *entry)))
                .collect()
        }
        (before @ Some(_), after @ Some(_)) if PRINTED.contains(&name) => {
            vec![Edit::set(path, before, after)]
        }
        _ => vec![Edit::of(path)],
    }
}

/// The entries of a comma-separated list.
fn entries(list: &str) -> BTreeSet<&str> {
    list.split(',').filter(|entry| !entry.is_empty()).collect()
}

/// Deletes it and its resource policy.
pub(super) fn teardown(plan: &mut Plan, names: &Names, new: &NewSide) {
    let Some(function) = &new.function else {
        return;
    };
    let on = address(names);
    let mut steps = vec![step(&on, FunctionCall::Delete)];
    let role = new.role.as_ref().filter(|role| names.own(&role.tags));
    if role.is_none() {
        steps.extend(trigger::recheck(names, new, role));
    }
    let others = others(function, names);
    let is_managed = names.own(&function.tags);
    owned::delete(plan, names, (on, is_managed), others, steps);
}

/// The ids of the statements of a resource policy.
fn statements(policy: &Value) -> impl Iterator<Item = &str> {
    let statements = policy.get("Statement").and_then(Value::as_array);
    let statements = statements.into_iter().flatten();
    statements.filter_map(|statement| statement.get("Sid")?.as_str())
}
