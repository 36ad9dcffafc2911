//! The migration function.

use std::collections::BTreeSet;

use rules::env;
use serde_json::Value;

use super::change::{Action, Edit, Plan, Reason, Update};
use super::guards::{self, Recognized};
use super::owned::{self, is_recreated};
use super::{step::Step, tags, trigger};
use crate::desired::Desired;
use crate::identity::Side;
use crate::names::Names;
use crate::observed::{Configuration, NewSide};
use crate::problem::Result;
use crate::record;
use crate::resource::{Address, Call, FunctionCall, Kind};

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
    if function.configuration != *set || recreated {
        update.edits.extend(edits(&function.configuration, set));
        let set = set.clone();
        update
            .steps
            .push(step(&on, FunctionCall::Configure { set }));
    }
    let architecture = package.architecture.as_str();
    if function.code_sha256 != package.sha256 || function.architecture != architecture {
        let package = package.clone();
        let replace = step(&on, FunctionCall::UpdateCode { package });
        update.push(Edit::of("code"), replace);
    }
    plan.update(on, update.edits, update.steps);
    Ok(())
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
    let others = statements(&function.policy).filter(|id| *id != names.permission);
    let others = others.map(str::to_owned).collect();
    let is_managed = names.own(&function.tags);
    owned::delete(plan, names, (on, is_managed), others, steps);
}

/// The ids of the statements of a resource policy.
fn statements(policy: &Value) -> impl Iterator<Item = &str> {
    let statements = policy.get("Statement").and_then(Value::as_array);
    let statements = statements.into_iter().flatten();
    statements.filter_map(|statement| statement.get("Sid")?.as_str())
}
