//! What teardown has to do, from the undo record and what stands: still ours is put
//! back, already as before is nothing to do, anything else is left and said.
//! Sign-ins come off first, the roles with the record go last.

use serde_json::Value;

use super::{Action, Plan, Step, clients, dedicated, record_is_lost, trigger};
use crate::cognito::flows::{ADMIN_PASSWORD, USER_PASSWORD};
use crate::identity::Side;
use crate::identity::Side::{New, Old};
use crate::names::Names;
use crate::observed::{NewSide, Observed, OldSide, Role};
use crate::record;

/// The changes that leave nothing of a deployment behind.
#[must_use]
pub fn teardown(names: &Names, observed: &Observed, keep_logs: bool) -> Plan {
    let mut plan = Plan::default();
    if let Some(new) = &observed.new {
        new_side(&mut plan, names, new, keep_logs);
    }
    if let Some(old) = &observed.old {
        old_side(&mut plan, names, old, observed.new.as_ref());
        let peer = old
            .role
            .as_ref()
            .and_then(|role| role.tags.get(record::PEER));
        if let (None, Some(peer)) = (&observed.new, peer) {
            plan.notes.push(format!(
                "as long as the trigger stands in the new account {peer}, whom its pool does not know gets an error there: tear that side down too"
            ));
        }
    }
    plan
}

fn new_side(plan: &mut Plan, names: &Names, new: &NewSide, keep_logs: bool) {
    let ours = |tags| names.own(tags);
    let role = new.role.as_ref().filter(|role| ours(&role.tags));
    if new.pool.id.is_empty() && stands(names, new) {
        pool_unknown(plan, New, ("function", &names.function));
        return;
    }
    if new.pool.id.is_empty() && role.is_some_and(records_clients) {
        pool_unknown(plan, New, ("role", &names.lambda_role));
        return;
    }
    trigger::restore(plan, names, new, role);
    clients::restore(plan, (New, &names.lambda_role), &new.pool, role);
    if let Some(function) = &new.function {
        let mut steps = vec![Step::DeleteFunction {
            name: names.function.clone(),
        }];
        if role.is_none() {
            steps.extend(trigger::last_look(names, new, role));
        }
        let others = statements(&function.policy).filter(|id| *id != names.permission);
        delete_ours(
            plan,
            names,
            (New, ("function", &names.function)),
            ours(&function.tags),
            &others.collect::<Vec<_>>(),
            steps,
        );
    }
    if let Some(group) = &new.log_group {
        if keep_logs {
            plan.notes
                .push(format!("the log group {} stays, as asked", names.log_group));
        } else {
            let delete = Step::DeleteLogGroup {
                name: names.log_group.clone(),
            };
            delete_ours(
                plan,
                names,
                (New, ("log group", &names.log_group)),
                ours(&group.tags),
                &[],
                vec![delete],
            );
        }
    }
    let policy_arn = names.lambda_policy_arn(&new.identity);
    if let Some(policy) = &new.policy {
        let what = ("policy", names.lambda_policy.as_str());
        let others: Vec<_> = policy
            .attached_to
            .iter()
            .filter(|name| role.is_none() || **name != names.lambda_role)
            .map(String::as_str)
            .collect();
        if ours(&policy.tags) && !others.is_empty() {
            let why = format!(
                "others have it: {}; take it off them, then tear down again",
                others.join(", ")
            );
            plan.add(New, Action::Leave, what, why, Vec::new());
        } else {
            let mut steps = Vec::new();
            if role.is_some_and(|role| role.attached.contains(&policy_arn)) {
                steps.push(Step::Detach {
                    role: names.lambda_role.clone(),
                    policy_arn: policy_arn.clone(),
                });
            }
            steps.push(Step::DeletePolicy {
                arn: policy_arn.clone(),
            });
            delete_ours(plan, names, (New, what), ours(&policy.tags), &[], steps);
        }
    }
    let lost = format!(
        "which app clients were given {}, and which trigger stood before",
        USER_PASSWORD.modern
    );
    let name = names.lambda_role.as_str();
    let role = new.role.as_ref();
    if !record_lost(plan, names, (New, name), role, Some(new), &lost)
        && let Some(role) = role
    {
        let mut last_look = clients::last_look(&new.pool, role, name);
        last_look.extend(trigger::last_look(names, new, Some(role)));
        delete_role(plan, names, (New, name), role, &[&policy_arn], last_look);
    }
}

/// Whether the function of the deployment stands, or is the trigger. Both go before the
/// roles do: a role that is missing then was taken away by somebody else.
fn stands(names: &Names, new: &NewSide) -> bool {
    let function = new.function.as_ref();
    function.is_some_and(|function| names.own(&function.tags)) || trigger::is_ours(names, new)
}

fn records_clients(role: &Role) -> bool {
    record::client_ids(&role.tags).next().is_some()
}

fn pool_unknown(plan: &mut Plan, side: Side, what: (&'static str, &str)) {
    let why = format!(
        "bears no {}: which user pool it serves is not known",
        record::POOL
    );
    plan.add(side, Action::Leave, what, why, Vec::new());
}

/// Says so where a role with the record was there, and is there no more or is another.
/// Whether that is all there is to say: of a role that is not ours.
fn record_lost(
    plan: &mut Plan,
    names: &Names,
    (side, name): (Side, &str),
    role: Option<&Role>,
    new: Option<&NewSide>,
    lost: &str,
) -> bool {
    let ours = role.filter(|role| names.own(&role.tags));
    let is_lost = |new: &NewSide| match ours {
        Some(role) => record_is_lost(names, Some(role), new.function.as_ref()),
        None => stands(names, new),
    };
    if !new.is_some_and(is_lost) {
        return false;
    }
    let how = match (role, ours) {
        (None, _) => "is gone".to_owned(),
        (Some(_), None) => no_tag(),
        (Some(_), Some(_)) => "was made again by somebody else".to_owned(),
    };
    let why = format!("{how}; with the one that setup made went the record of {lost}: look there");
    plan.add(side, Action::Leave, ("role", name), why, Vec::new());
    ours.is_none()
}

fn no_tag() -> String {
    format!(
        "is not managed by this deployment: no tag {}",
        record::DEPLOYMENT
    )
}

fn old_side(plan: &mut Plan, names: &Names, old: &OldSide, new: Option<&NewSide>) {
    let name = names.access_role.as_str();
    let role = old.role.as_ref();
    let lost = format!("which app client was given {}", ADMIN_PASSWORD.modern);
    // Torn down alone before, this side has nothing left to look at.
    let new = new.filter(|_| !clients::none_has(&old.pool, ADMIN_PASSWORD));
    if record_lost(plan, names, (Old, name), role, new, &lost) {
        return;
    }
    let Some(role) = role else { return };
    let records = records_clients(role) || names.made_client(&role.tags);
    if names.own(&role.tags) && old.pool.id.is_empty() && records {
        pool_unknown(plan, Old, ("role", name));
        return;
    }
    if names.own(&role.tags) {
        clients::restore(plan, (Old, name), &old.pool, Some(role));
        dedicated::restore(plan, names, old);
    }
    let mut last_look = clients::last_look(&old.pool, role, name);
    last_look.extend(dedicated::last_look(names, old));
    let own = [names.access_policy.as_str()];
    delete_role(plan, names, (Old, name), role, &own, last_look);
}

/// The ids of the statements of a resource policy.
fn statements(policy: &Value) -> impl Iterator<Item = &str> {
    let statements = policy.get("Statement").and_then(Value::as_array);
    let statements = statements.into_iter().flatten();
    statements.filter_map(|statement| statement.get("Sid")?.as_str())
}

fn delete_role(
    plan: &mut Plan,
    names: &Names,
    (side, name): (Side, &str),
    role: &Role,
    own: &[&str],
    last_look: Vec<Step>,
) {
    let mut steps = Vec::new();
    let mut others = Vec::new();
    for policy in role.inline.keys() {
        steps.push(Step::DeleteInline {
            role: name.to_owned(),
            policy: policy.clone(),
        });
        others.push(policy.as_str());
    }
    for arn in &role.attached {
        steps.push(Step::Detach {
            role: name.to_owned(),
            policy_arn: arn.clone(),
        });
        others.push(arn.as_str());
    }
    steps.push(Step::DeleteRole {
        role: name.to_owned(),
    });
    steps.extend(last_look);
    others.retain(|policy| !own.contains(policy));
    let ours = names.own(&role.tags);
    delete_ours(plan, names, (side, ("role", name)), ours, &others, steps);
}

/// Deletes what bears our tag, with what others gave it, and leaves what does not.
fn delete_ours(
    plan: &mut Plan,
    names: &Names,
    (side, what): (Side, (&'static str, &str)),
    ours: bool,
    others: &[&str],
    mut steps: Vec<Step>,
) {
    if ours {
        let (kind, name) = what;
        steps.insert(
            0,
            Step::ConfirmOurs {
                kind,
                name: name.to_owned(),
                deployment: names.deployment.clone(),
            },
        );
        let why = match others {
            [] => String::new(),
            others => format!("with what others gave it: {}", others.join(", ")),
        };
        plan.add(side, Action::Delete, what, why, steps);
    } else {
        plan.add(side, Action::Leave, what, no_tag(), Vec::new());
    }
}
