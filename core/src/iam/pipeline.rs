//! What the role of a pipeline must be allowed in one of the two accounts: a template of
//! `templates/` filled in with the names that a deployment has, and without the statements
//! that only some options need. Pure; it asks neither AWS nor for credentials.
//!
//! What AWS judges although no call says so, and that an action is there for:
//!
//! - `iam:PassRole`: whoever gives a function its role passes it on.
//! - `lambda:ListTags`: without it `GetFunction` leaves the tags out, and the function would
//!   look like somebody else's.
//! - `iam:TagRole`, `iam:TagPolicy`, `lambda:TagResource`, `logs:TagResource`: what is made
//!   with tags is tagged.
//! - `iam:ListInstanceProfilesForRole`: IAM still counts, for a moment, what was taken off a
//!   role, and refuses to delete it as if it were in an instance profile.
//! - CloudWatch Logs knows a log group by two ARNs: with `:*` for most actions, without for
//!   tags.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::iam::documents::{PIPELINE_NEW, PIPELINE_OLD, fill};
use crate::identity::{Identity, Side};
use crate::names::Names;
use crate::options::{Grant, Origins, Settings, SideSettings};
use crate::problem::{Problem, Result};
use crate::reference::{Reference, region_of};

/// What is not known is any. A role acts in its own account alone, whatever stands here.
const ANY: &str = "*";

/// Partitions by how the names of their Regions begin.
const PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("eu-isoe-", "aws-iso-e"),
];

/// An IAM policy, with its members in the order in which people read them.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Policy {
    /// The version of the policy language.
    pub version: String,
    /// What it allows.
    pub statement: Vec<Statement>,
}

/// A statement of a policy.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Statement {
    /// What it is for.
    pub sid: String,
    /// `Allow`.
    pub effect: String,
    /// An action, or several.
    pub action: Value,
    /// An ARN, or several.
    pub resource: Value,
    /// When it applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
}

/// Whether a statement belongs to what is asked for. What only some options need, and could
/// do harm, is there with these options alone.
fn belongs(sid: &str, settings: &Settings, grant: &Grant) -> bool {
    match sid {
        _ if grant.read_only => sid.starts_with("Read"),
        // Cognito knows no right to one app client: to delete one is to delete any.
        "MakeAndDeleteTheDedicatedClient" => settings.dedicated_old_client,
        // A function's environment may hold what is nobody's business.
        "SeeWhetherTheFormerTriggerIsThere" => settings.replace_trigger,
        "LeaveTheSmsRoleWithCognito" => grant.sms_role.is_some(),
        _ => true,
    }
}

/// The policy for one side.
///
/// # Errors
/// What was named cannot be an account, a pool or a role.
pub fn policy(side: Side, settings: &Settings) -> Result<Policy> {
    let (grant, origins) = (&settings.grant, &settings.origins);
    let (template, asked, option) = match side {
        Side::Old => (PIPELINE_OLD, &settings.old, "old-pool"),
        Side::New => (PIPELINE_NEW, &settings.new, "new-pool"),
    };
    if let Some(account) = &grant.account {
        check(
            origins,
            is_account(account),
            "account",
            account,
            "12 digits",
        )?;
    }
    if let Some(role) = grant.sms_role.as_ref().filter(|_| side == Side::New) {
        check(
            origins,
            is_role(role),
            "sms-role",
            role,
            "the ARN of a role of the new account",
        )?;
    }
    if let Some(pool) = &asked.pool {
        let fits = |region: &str| asked.region.as_deref().is_none_or(|named| named == region);
        check(
            origins,
            region_of(&pool.id).is_some_and(fits),
            option,
            &pool.id,
            "the id of a pool in the Region that is named, such as eu-west-1_AbCdEfGhI",
        )?;
        if let Some(why) = pool.mismatch(&place(side, asked, grant), None) {
            return Err(origins.of(option).refuse(option, &pool.id, &why));
        }
    }
    let filled = filled(template, side, asked, &settings.names, grant);
    let mut policy: Policy = serde_json::from_value(filled).map_err(|error| {
        Problem::usage(
            "template-invalid",
            format!("the template is no policy: {error}"),
        )
    })?;
    policy
        .statement
        .retain(|statement| belongs(&statement.sid, settings, grant));
    Ok(policy)
}

fn filled(template: &str, side: Side, asked: &SideSettings, names: &Names, grant: &Grant) -> Value {
    let known = |value: Option<&str>| value.unwrap_or(ANY).to_owned();
    let account = place(side, asked, grant);
    let first = Names::new(None);
    let pool = account.arn(
        "cognito-idp",
        &format!(
            "userpool/{}",
            known(asked.pool.as_ref().map(|pool| pool.id.as_str()))
        ),
    );
    let profile = format!("instance-profile/{}", names.record_role(side));
    fill(
        template,
        &[
            ("ACCESS_ROLE_ARN", &names.access_role_arn(&account)),
            ("LAMBDA_ROLE_ARN", &names.lambda_role_arn(&account)),
            ("LAMBDA_POLICY_ARN", &names.lambda_policy_arn(&account)),
            ("FUNCTION_ARN", &names.function_arn(&account)),
            ("LOG_GROUP_ARN", &names.log_group_arn(&account)),
            ("OLD_POOL_ARN", &pool),
            ("NEW_POOL_ARN", &pool),
            ("INSTANCE_PROFILE_ARN", &account.iam_arn(&profile)),
            ("SMS_ROLE_ARN", &known(grant.sms_role.as_deref())),
            // The other deployments have these names with suffixes.
            (
                "EACH_ACCESS_ROLE_ARN",
                &format!("{}*", first.access_role_arn(&account)),
            ),
            (
                "EACH_LAMBDA_ROLE_ARN",
                &format!("{}*", first.lambda_role_arn(&account)),
            ),
            ("EACH_FUNCTION_ARN", &account.arn("lambda", "function:*")),
        ],
    )
}

/// The account, as far as it is known: an ARN says which one, too.
fn place(side: Side, asked: &SideSettings, grant: &Grant) -> Identity {
    let known = |value: Option<&str>| value.unwrap_or(ANY).to_owned();
    let pool = asked.pool.as_ref();
    let region = pool.and_then(|pool| region_of(&pool.id));
    let region = known(region.or(asked.region.as_deref()));
    let account = grant.account.as_deref();
    let account = account.or(pool.and_then(Reference::account));
    Identity {
        side,
        profile: String::new(),
        id: known(account),
        partition: partition(&region).to_owned(),
        region,
    }
}

fn check(origins: &Origins, fits: bool, option: &str, value: &str, expected: &str) -> Result<()> {
    if fits {
        return Ok(());
    }
    let why = format!("expected {expected}");
    Err(origins.of(option).refuse(option, value, &why))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Of one account, and of no more than one role.
fn is_role(arn: &str) -> bool {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let ["arn", _, "iam", "", account, role] = parts[..] else {
        return false;
    };
    is_account(account) && role.starts_with("role/") && !role.contains(['*', '?', '$'])
}

fn partition(region: &str) -> &'static str {
    let of = PARTITIONS
        .iter()
        .find(|(begins, _)| region.starts_with(begins));
    of.map_or("aws", |(_, partition)| partition)
}
