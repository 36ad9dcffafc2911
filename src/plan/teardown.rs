//! What teardown has to do, from the undo record and what stands: still ours is put
//! back, already as before is nothing to do, anything else is left and said.
//! Sign-ins come off first, the roles with the record go last.

use super::{Action, Plan, Step, clients, trigger};
use crate::account::Side::{self, New, Old};
use crate::flows::{ADMIN_PASSWORD, USER_PASSWORD};
use crate::names::Names;
use crate::observe::{NewSide, Observed, OldSide};
use crate::resources::role::Role;
use crate::undo;

/// The changes that leave nothing of a deployment behind.
pub fn teardown(names: &Names, observed: &Observed, keep_logs: bool) -> Plan {
    let mut plan = Plan::default();
    if let Some(new) = &observed.new {
        new_side(&mut plan, names, new, keep_logs);
    }
    if let Some(old) = &observed.old {
        old_side(&mut plan, names, old, observed.new.as_ref());
    }
    plan
}

fn new_side(plan: &mut Plan, names: &Names, new: &NewSide, keep_logs: bool) {
    let ours = |tags| names.own(tags);
    let role = new.role.as_ref().filter(|role| ours(&role.tags));
    if new.pool.id.is_empty() && stands(names, new) {
        let why = format!(
            "bears no {}: which user pool it serves is not known",
            undo::POOL
        );
        plan.add(
            New,
            Action::Leave,
            ("function", &names.function),
            why,
            Vec::new(),
        );
        return;
    }
    trigger::restore(plan, names, new, role);
    clients::restore(plan, New, &new.pool, role);
    if let Some(function) = &new.function {
        let delete = Step::DeleteFunction {
            name: names.function.clone(),
        };
        delete_ours(
            plan,
            New,
            ("function", &names.function),
            ours(&function.tags),
            vec![delete],
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
                New,
                ("log group", &names.log_group),
                ours(&group.tags),
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
            delete_ours(plan, New, what, ours(&policy.tags), steps);
        }
    }
    if let Some(role) = &new.role {
        delete_role(plan, New, &names.lambda_role, role, &[&policy_arn], names);
    } else if stands(names, new) {
        let lost = format!(
            "which app clients were given {}, and which trigger stood before",
            USER_PASSWORD.modern
        );
        record_lost(plan, New, &names.lambda_role, &lost);
    }
}

/// Whether the function of the deployment stands. It goes before the roles do: one that
/// is missing then was taken away by somebody else.
fn stands(names: &Names, new: &NewSide) -> bool {
    new.function
        .as_ref()
        .is_some_and(|function| names.own(&function.tags))
}

fn record_lost(plan: &mut Plan, side: Side, role: &str, lost: &str) {
    let why = format!("is gone, and with it the record of {lost}: look there");
    plan.add(side, Action::Leave, ("role", role), why, Vec::new());
}

fn old_side(plan: &mut Plan, names: &Names, old: &OldSide, new: Option<&NewSide>) {
    if let Some(role) = &old.role {
        if names.own(&role.tags) {
            clients::restore(plan, Old, &old.pool, Some(role));
        }
        let own = [names.access_policy.as_str()];
        delete_role(plan, Old, &names.access_role, role, &own, names);
    } else if new.is_some_and(|new| stands(names, new)) {
        let lost = format!("which app client was given {}", ADMIN_PASSWORD.modern);
        record_lost(plan, Old, &names.access_role, &lost);
    }
}

fn delete_role(plan: &mut Plan, side: Side, name: &str, role: &Role, own: &[&str], names: &Names) {
    let mut steps = Vec::new();
    let mut others = Vec::new();
    for policy in role.inline.keys() {
        steps.push(Step::DeleteInline {
            role: name.to_owned(),
            policy: policy.clone(),
        });
        others.push(policy);
    }
    for arn in &role.attached {
        steps.push(Step::Detach {
            role: name.to_owned(),
            policy_arn: arn.clone(),
        });
        others.push(arn);
    }
    steps.push(Step::DeleteRole {
        role: name.to_owned(),
    });
    let ours = names.own(&role.tags);
    delete_ours(plan, side, ("role", name), ours, steps);
    others.retain(|policy| !own.contains(&policy.as_str()));
    if let (true, Some(change)) = (ours && !others.is_empty(), plan.changes.last_mut()) {
        let others = others
            .iter()
            .map(|policy| policy.as_str())
            .collect::<Vec<_>>();
        change.why = format!("with what others gave it: {}", others.join(", "));
    }
}

/// Deletes what bears our tag, and leaves what does not.
fn delete_ours(
    plan: &mut Plan,
    side: Side,
    what: (&'static str, &str),
    ours: bool,
    steps: Vec<Step>,
) {
    if ours {
        plan.add(side, Action::Delete, what, "", steps);
    } else {
        let why = format!("is not of this deployment: no tag {}", undo::DEPLOYMENT);
        plan.add(side, Action::Leave, what, why, Vec::new());
    }
}
