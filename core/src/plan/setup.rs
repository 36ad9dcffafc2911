//! What setup has to do: each resource compared with what it should be. The order is
//! that of the calls, and the undo record comes before whatever it records.

use std::collections::BTreeSet;

use rules::env;
use serde_json::{Value, json};

use super::guards::Recognized;
use super::{
    Action, Plan, Step, clients, dedicated, guards, made_again, notes, record_is_lost, trigger,
};
use crate::cognito::flows::{ADMIN_PASSWORD, USER_PASSWORD};
use crate::cognito::pool as user_pool;
use crate::desired::{Desired, OldClient};
use crate::iam::documents::same;
use crate::identity::Side::{New, Old};
use crate::names::Names;
use crate::observed::{Configuration, NewSide, OldSide, Role};
use crate::problem::{Problem, Result};
use crate::resource::Tags;
use crate::{observed as function, record};

/// The changes that make what stands into what is desired.
///
/// # Errors
/// Something of our name is somebody else's, or serves another migration; another
/// trigger stands in the way; the undo record or the environment would not fit.
pub fn setup(desired: &Desired, old: &OldSide, new: &NewSide) -> Result<Plan> {
    let mut plan = Plan::default();
    let (access, lambda) = (&desired.names.access_role, &desired.names.lambda_role);
    let recognized = &Recognized::of(desired, old, new);
    access_role(&mut plan, desired, (old, new), recognized)?;
    dedicated::make(&mut plan, desired, (old, new))?;
    clients::add(&mut plan, &desired.old, &old.pool, ADMIN_PASSWORD, access);
    log_group(&mut plan, desired, new, recognized)?;
    lambda_policy(&mut plan, desired, new, recognized)?;
    lambda_role(&mut plan, desired, new, recognized)?;
    function(&mut plan, desired, new, recognized)?;
    permission(&mut plan, desired, new);
    clients::add(&mut plan, &desired.new, &new.pool, USER_PASSWORD, lambda);
    trigger::attach(&mut plan, desired, new);
    // Last: until here the Lambda may still have used them.
    if narrows(desired, old) {
        let (why, steps) = (
            "inline policy: no client secret is read any more",
            vec![put_inline(desired)],
        );
        plan.add(Old, Action::Update, ("role", access), why, steps);
    }
    clients::put_back(
        &mut plan,
        &desired.old,
        &old.pool,
        old.role.as_ref(),
        access,
    );
    dedicated::put_back(&mut plan, desired, old);
    clients::put_back(
        &mut plan,
        &desired.new,
        &new.pool,
        new.role.as_ref(),
        lambda,
    );
    notes::others(
        &mut plan,
        access,
        old.role.as_ref(),
        &desired.names.access_policy,
    );
    let policy_arn = desired.names.lambda_policy_arn(&desired.new.identity);
    notes::others(&mut plan, lambda, new.role.as_ref(), &policy_arn);
    Ok(plan)
}

fn access_role(
    plan: &mut Plan,
    desired: &Desired,
    (old, new): (&OldSide, &NewSide),
    recognized: &Recognized,
) -> Result<()> {
    let name = &desired.names.access_role;
    let mut tags = desired.old_tags.clone();
    if let OldClient::Dedicated { .. } = desired.old_client {
        let client = desired.names.old_client.clone();
        tags.insert(record::DEDICATED_CLIENT.into(), client);
    }
    let lost = untagged(desired, old.role.as_ref())
        || record_is_lost(&desired.names, old.role.as_ref(), new.function.as_ref());
    clients::record(&mut tags, &desired.old, &old.pool, ADMIN_PASSWORD, lost);
    let confirm = clients::confirm(&desired.old, &old.pool, ADMIN_PASSWORD, name);
    notes::lost(plan, name, &tags);
    let Some(role) = &old.role else {
        guards::unfit(&tags)?;
        let why = format!(
            "trusts {} of {}, with an ExternalId",
            desired.names.lambda_role, desired.new.identity.id
        );
        let create = Step::CreateRole {
            name: name.clone(),
            description: format!(
                "Lets the migration Lambda of account {} ask the user pool {}",
                desired.new.identity.id, desired.old.pool.id
            ),
            trust: desired.access_trust.clone(),
            tags,
        };
        let mut steps = vec![create, put_inline(desired)];
        steps.extend(confirm);
        plan.add(Old, Action::Create, ("role", name), why, steps);
        return Ok(());
    };
    guards::foreign("role", name, &role.tags, desired, recognized)?;
    guards::other(name, &role.tags, &desired.old_tags)?;
    let (mut edits, mut steps) = record(name, role, &tags, confirm)?;
    if !same(&role.trust, &desired.access_trust) {
        edits.push("trust policy".into());
        steps.push(Step::SetTrust {
            role: name.clone(),
            trust: desired.access_trust.clone(),
        });
    }
    let inline = role.inline.get(&desired.names.access_policy);
    let stands = inline.is_some_and(|document| same(document, &desired.access_policy));
    if !stands && !narrows(desired, old) {
        edits.push("inline policy".into());
        steps.push(put_inline(desired));
    }
    update(plan, Old, ("role", name), &edits, steps);
    Ok(())
}

/// Whether a role is to be adopted whose tags are all gone, and with them the undo record.
fn untagged(desired: &Desired, role: Option<&Role>) -> bool {
    let lacks = |role: &Role| {
        !desired.names.own(&role.tags) && record::client_ids(&role.tags).next().is_none()
    };
    desired.adopt && role.is_some_and(lacks)
}

fn put_inline(desired: &Desired) -> Step {
    Step::PutInline {
        role: desired.names.access_role.clone(),
        policy: desired.names.access_policy.clone(),
        document: desired.access_policy.clone(),
    }
}

/// Whether the right to read a client's secret is to go: the function as it stands still reads
/// it.
fn narrows(desired: &Desired, old: &OldSide) -> bool {
    let wide = desired.access_policy_with_secret();
    let role = old.role.as_ref();
    let stands = role.and_then(|role| role.inline.get(&desired.names.access_policy));
    stands.is_some_and(|stands| same(stands, &wide)) && !same(&wide, &desired.access_policy)
}

fn log_group(
    plan: &mut Plan,
    desired: &Desired,
    new: &NewSide,
    recognized: &Recognized,
) -> Result<()> {
    let name = &desired.names.log_group;
    let days = desired.log_retention;
    let keep = || Step::KeepLogs {
        name: name.clone(),
        days,
    };
    let Some(group) = &new.log_group else {
        let create = Step::CreateLogGroup {
            name: name.clone(),
            tags: desired.new_tags.clone(),
        };
        plan.add(
            New,
            Action::Create,
            ("log group", name),
            format!("kept {days} days"),
            vec![create, keep()],
        );
        return Ok(());
    };
    guards::foreign("log group", name, &group.tags, desired, recognized)?;
    let (mut edits, mut steps) = (Vec::new(), Vec::new());
    if let Some(tags) = missing(&group.tags, &desired.new_tags) {
        edits.push("tags".into());
        steps.push(Step::TagLogGroup {
            arn: desired.names.log_group_arn(&desired.new.identity),
            tags,
        });
    }
    if group.retention != Some(days) {
        let before = group
            .retention
            .map_or("for ever".into(), |days| format!("{days} days"));
        edits.push(format!("kept {before} → {days} days"));
        steps.push(keep());
    }
    update(plan, New, ("log group", name), &edits, steps);
    Ok(())
}

fn lambda_policy(
    plan: &mut Plan,
    desired: &Desired,
    new: &NewSide,
    recognized: &Recognized,
) -> Result<()> {
    let name = &desired.names.lambda_policy;
    let arn = desired.names.lambda_policy_arn(&desired.new.identity);
    let document = desired.lambda_policy.clone();
    let Some(policy) = &new.policy else {
        let why = format!(
            "may assume {} of {}, write its logs",
            desired.names.access_role, desired.old.identity.id
        );
        let create = Step::CreatePolicy {
            name: name.clone(),
            description: "What the user migration Lambda may do".into(),
            document,
            tags: desired.new_tags.clone(),
        };
        plan.add(New, Action::Create, ("policy", name), why, vec![create]);
        return Ok(());
    };
    guards::foreign("policy", name, &policy.tags, desired, recognized)?;
    let (mut edits, mut steps) = (Vec::new(), Vec::new());
    if let Some(tags) = missing(&policy.tags, &desired.new_tags) {
        edits.push("tags".into());
        steps.push(Step::TagPolicy {
            arn: arn.clone(),
            tags,
        });
    }
    if !same(&policy.document, &document) {
        edits.push("document".into());
        steps.push(Step::UpdatePolicy { arn, document });
    }
    update(plan, New, ("policy", name), &edits, steps);
    Ok(())
}

fn lambda_role(
    plan: &mut Plan,
    desired: &Desired,
    new: &NewSide,
    recognized: &Recognized,
) -> Result<()> {
    let name = &desired.names.lambda_role;
    let mut tags = desired.new_tags.clone();
    let lost = untagged(desired, new.role.as_ref())
        || record_is_lost(&desired.names, new.role.as_ref(), new.function.as_ref());
    clients::record(&mut tags, &desired.new, &new.pool, USER_PASSWORD, lost);
    let confirm = clients::confirm(&desired.new, &new.pool, USER_PASSWORD, name);
    let recorded = |role: &Role| role.tags.contains_key(record::TRIGGER_BEFORE);
    if lost && trigger::is_ours(&desired.names, new) && !new.role.as_ref().is_some_and(recorded) {
        tags.insert(record::TRIGGER_BEFORE.into(), record::UNKNOWN.into());
    }
    notes::lost(plan, name, &tags);
    if let Some(other) = trigger::other(desired, new) {
        if Names::function_of_any(&desired.new.identity, other).is_some() {
            return Err(Problem::error(
                "pool-served",
                format!(
                    "the user pool {} is served by another deployment already: {other}",
                    desired.new.pool.id
                ),
            )
            .fix("`cogmig teardown` of that one first; a pool has one UserMigration trigger"));
        }
        if !desired.replace_trigger {
            return Err(Problem::error(
                "trigger-exists",
                format!(
                    "the user pool {} has a UserMigration trigger already: {other}",
                    desired.new.pool.id
                ),
            )
            .fix("--replace-trigger to take its place; teardown puts it back"));
        }
        tags.insert(record::TRIGGER_BEFORE.into(), record::arn_to_tag(other));
    }
    let policy_arn = desired.names.lambda_policy_arn(&desired.new.identity);
    let attach = || Step::Attach {
        role: name.clone(),
        policy_arn: policy_arn.clone(),
    };
    let Some(role) = &new.role else {
        guards::unfit(&tags)?;
        let create = Step::CreateRole {
            name: name.clone(),
            description: format!(
                "Runs the migration Lambda of the user pool {}",
                desired.new.pool.id
            ),
            trust: desired.lambda_trust.clone(),
            tags,
        };
        let why = format!("runs the function, with {}", desired.names.lambda_policy);
        let mut steps = vec![create, attach()];
        steps.extend(confirm);
        plan.add(New, Action::Create, ("role", name), why, steps);
        return Ok(());
    };
    guards::foreign("role", name, &role.tags, desired, recognized)?;
    guards::other(name, &role.tags, &desired.new_tags)?;
    let (mut edits, mut steps) = record(name, role, &tags, confirm)?;
    // What was recorded was taken off by its owner before ours could take its place.
    let stands = new.pool.described.as_ref().and_then(user_pool::trigger);
    if stands.is_none() && role.tags.contains_key(record::TRIGGER_BEFORE) {
        edits.push("no trigger stood before".into());
        steps.push(Step::UntagRole {
            role: name.clone(),
            key: record::TRIGGER_BEFORE.into(),
        });
    }
    if !same(&role.trust, &desired.lambda_trust) {
        edits.push("trust policy".into());
        steps.push(Step::SetTrust {
            role: name.clone(),
            trust: desired.lambda_trust.clone(),
        });
    }
    if !role.attached.contains(&policy_arn) {
        edits.push(format!("+ {}", desired.names.lambda_policy));
        steps.push(attach());
    }
    update(plan, New, ("role", name), &edits, steps);
    Ok(())
}

fn function(
    plan: &mut Plan,
    desired: &Desired,
    new: &NewSide,
    recognized: &Recognized,
) -> Result<()> {
    let name = &desired.names.function;
    let (set, package) = (&desired.configuration, &desired.package);
    guards::too_large(&set.environment)?;
    let Some(function) = &new.function else {
        let why = format!(
            "{} {}, {} MB, {} s",
            set.runtime, package.architecture, set.memory, set.timeout
        );
        let create = Step::CreateFunction {
            name: name.clone(),
            set: set.clone(),
            package: package.clone(),
            tags: desired.new_tags.clone(),
        };
        plan.add(New, Action::Create, ("function", name), why, vec![create]);
        return Ok(());
    };
    guards::foreign("function", name, &function.tags, desired, recognized)?;
    let (mut edits, mut steps) = (Vec::new(), Vec::new());
    if let Some(tags) = missing(&function.tags, &desired.new_tags) {
        let arn = desired.names.function_arn(&desired.new.identity);
        edits.push("tags".into());
        steps.push(Step::TagFunction { arn, tags });
    }
    // The grant with which Lambda decrypts the environment belongs to the role's
    // unique id: a role that was made again needs to be set again, and before the new
    // code makes the function look younger than the role.
    let remade = (new.role.as_ref()).is_none_or(|role| made_again(role, function));
    if function.configuration != *set || remade {
        edits.push(configuration(&function.configuration, set));
        steps.push(Step::Configure {
            name: name.clone(),
            set: set.clone(),
        });
    }
    let architecture = package.architecture.as_str();
    if function.code_sha256 != package.sha256 || function.architecture != architecture {
        edits.push("code".into());
        steps.push(Step::UpdateCode {
            name: name.clone(),
            package: package.clone(),
        });
    }
    update(plan, New, ("function", name), &edits, steps);
    Ok(())
}

/// What is to change of a configuration. Of the environment the values are told too, all but
/// the ExternalId: an option that was forgotten is to be seen before it is undone.
fn configuration(stands: &Configuration, wanted: &Configuration) -> String {
    let names: BTreeSet<_> = [stands, wanted]
        .iter()
        .flat_map(|set| set.environment.keys())
        .collect();
    let changed = names.into_iter().filter_map(|name| {
        let [before, after] = [stands, wanted].map(|set| set.environment.get(name));
        if before == after {
            return None;
        }
        // Whoever may configure the function may write what they like into it.
        let before = before.map(|value| value.escape_debug().to_string());
        Some(match (name.as_str(), before.as_ref(), after) {
            (env::ATTRIBUTES, Some(before), Some(after)) => {
                let [before, after] =
                    [before, after].map(|list| list.split(',').collect::<BTreeSet<_>>());
                let gone = before.difference(&after).map(|entry| format!(" - {entry}"));
                let come = after.difference(&before).map(|entry| format!(" + {entry}"));
                format!("{name}{}", gone.chain(come).collect::<String>())
            }
            (
                env::OLD_CLIENT_ID
                | env::MFA_USERS
                | env::TEMPORARY_PASSWORDS
                | env::FORGOT_PASSWORD,
                Some(before),
                Some(after),
            ) => {
                format!("{name} {before} → {after}")
            }
            _ => name.clone(),
        })
    });
    let changed: Vec<_> = changed.collect();
    if changed.is_empty() {
        "configuration".into()
    } else {
        format!("configuration: {}", changed.join(", "))
    }
}

fn permission(plan: &mut Plan, desired: &Desired, new: &NewSide) {
    let statement = &desired.names.permission;
    let pool_arn = desired.new.pool_arn();
    let wanted = json!({
        "Sid": statement,
        "Effect": "Allow",
        "Principal": {"Service": "cognito-idp.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": desired.names.function_arn(&desired.new.identity),
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": desired.new.identity.id},
            "ArnLike": {"AWS:SourceArn": pool_arn},
        },
    });
    let stands = new
        .function
        .as_ref()
        .and_then(|f| function::statement(&f.policy, statement));
    if stands.is_some_and(|stands| same(&lower_keys(stands), &lower_keys(&wanted))) {
        return;
    }
    let permit = Step::Permit {
        name: desired.names.function.clone(),
        statement: statement.clone(),
        pool_arn,
    };
    let action = if stands.is_some() {
        Action::Update
    } else {
        Action::Create
    };
    let why = format!("lets Cognito invoke it for {}", desired.new.pool.id);
    plan.add(New, action, ("permission", statement), why, vec![permit]);
}

/// Condition keys know no case, and AWS writes `AWS:SourceArn` where others do not.
fn lower_keys(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.to_lowercase(), lower_keys(value)))
            .collect(),
        other => other.clone(),
    }
}

/// The tags still to be written to a role of ours. Of an app client the first entry
/// wins: at a second setup our own addition is not what was there before.
fn record(
    name: &str,
    role: &Role,
    wanted: &Tags,
    confirm: Vec<Step>,
) -> Result<(Vec<String>, Vec<Step>)> {
    let known = record::clients(&role.tags);
    let mut wanted = wanted.clone();
    wanted.retain(|key, _| !known.keys().any(|id| *key == record::client_key(id)));
    let Some(tags) = missing(&role.tags, &wanted) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let mut all = role.tags.clone();
    all.extend(tags.clone());
    guards::unfit(&all)?;
    let tag = Step::TagRole {
        role: name.to_owned(),
        tags,
    };
    let mut steps = vec![tag];
    steps.extend(confirm);
    Ok((vec!["undo record".into()], steps))
}

fn missing(stands: &Tags, wanted: &Tags) -> Option<Tags> {
    let mut missing = wanted.clone();
    missing.retain(|key, value| stands.get(key) != Some(value));
    (!missing.is_empty()).then_some(missing)
}

fn update(
    plan: &mut Plan,
    side: crate::identity::Side,
    what: (&'static str, &str),
    edits: &[String],
    steps: Vec<Step>,
) {
    if !steps.is_empty() {
        plan.add(side, Action::Update, what, edits.join(", "), steps);
    }
}
