//! The permissions that a pipeline's role needs in one of the two accounts: a template of
//! `templates/`, filled in with the names of a deployment, and without the statements that the
//! given options don't need. Pure: it needs no credentials and calls nothing.
//!
//! Some actions are required although no call has their name:
//!
//! - `iam:PassRole`: required to create a function with a role.
//! - `lambda:ListTags`: without it, `GetFunction` returns no tags, and the function would look like
//!   one that isn't managed by the deployment.
//! - `iam:TagRole`, `iam:TagPolicy`, `lambda:TagResource`, `logs:TagResource`: required to create
//!   resources with tags.
//! - `iam:ListInstanceProfilesForRole`: IAM is eventually consistent. Shortly after a policy is
//!   detached from a role, IAM can reject the deletion of the role as if it were in an instance
//!   profile.
//! - CloudWatch Logs uses two ARNs for a log group: with `:*` for most actions, and without it for
//!   tags.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::iam::documents::{PIPELINE_NEW, PIPELINE_OLD, fill};
use crate::identity::{Identity, Side};
use crate::names::Names;
use crate::options::{Grant, NONE, Origins, Settings, SideSettings};
use crate::problem::{Problem, Result};
use crate::reference::{self, Reference, region_of};

/// The value for anything unknown. A role can act only in its own account, regardless of this
/// value.
const ANY: &str = "*";

/// The partitions, by the prefix of their Regions.
const PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("eu-isoe-", "aws-iso-e"),
];

/// An IAM policy, with its members in the usual order.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Policy {
    /// The version of the policy language.
    pub version: String,
    /// The statements.
    pub statement: Vec<Statement>,
}

/// A statement of a policy.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Statement {
    /// The statement id, which is its purpose.
    pub sid: String,
    /// `Allow`.
    pub effect: String,
    /// One action or several.
    pub action: Value,
    /// One ARN or several.
    pub resource: Value,
    /// The condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
}

/// Whether the policy includes a statement with these options. Statements that only some options
/// need are included only with these options.
fn belongs(side: Side, sid: &str, settings: &Settings, grant: &Grant) -> bool {
    let boundary = settings.side(side).boundary.as_deref();
    let has_boundary = boundary.is_some_and(|boundary| boundary != NONE);
    match sid {
        // The environment of another function may have secrets.
        "ReadPreviousTrigger" => settings.replace_trigger && !grant.read_only,
        _ if grant.read_only => sid.starts_with("Read"),
        // Cognito can't restrict permissions to one app client: this allows to delete all of them.
        "ManageDedicatedClient" => settings.dedicated_old_client == Some(true),
        "CreateAccessRole" | "CreateLambdaRole" => !has_boundary,
        "CreateBoundedRole" => has_boundary,
        "RemovePermissionsBoundary" => boundary == Some(NONE),
        "RemoveTags" => settings.origins.sets("tag"),
        "PassSmsRole" => grant.sms_role.is_some(),
        "GrantKmsKey" => grant.kms_key.is_some(),
        _ => true,
    }
}

/// The policy for one side.
///
/// # Errors
/// The account, the user pool or the role in the options is invalid.
pub fn policy(side: Side, settings: &Settings) -> Result<Policy> {
    let (grant, origins) = (&settings.grant, &settings.origins);
    let (template, options, option) = match side {
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
            "the ARN of a role in the new account",
        )?;
    }
    if let Some(key) = grant.kms_key.as_ref().filter(|_| side == Side::New) {
        check(origins, is_key(key), "kms-key", key, "the ARN of a KMS key")?;
    }
    if let Some(pool) = &options.pool {
        let matches = |region: &str| {
            let given = options.region.as_deref();
            given.is_none_or(|given| given == region)
        };
        check(
            origins,
            region_of(&pool.id).is_some_and(matches),
            option,
            &pool.id,
            "the ID or the ARN of a user pool in this Region, such as eu-west-1_AbCdEfGhI",
        )?;
        if let Some(why) = pool.mismatch(&place(side, options, grant), None) {
            return Err(origins.of(option).refuse(option, &pool.id, &why));
        }
    }
    let filled = filled(template, side, options, &settings.names, grant)?;
    let mut policy: Policy = serde_json::from_value(filled).map_err(|error| {
        Problem::usage(
            "template-invalid",
            format!("the template isn't a valid policy: {error}"),
        )
    })?;
    policy
        .statement
        .retain(|statement| belongs(side, &statement.sid, settings, grant));
    Ok(policy)
}

fn filled(
    template: &str,
    side: Side,
    options: &SideSettings,
    names: &Names,
    grant: &Grant,
) -> Result<Value> {
    let known = |value: Option<&str>| value.unwrap_or(ANY).to_owned();
    let account = place(side, options, grant);
    let boundary = match &options.boundary {
        // Without --account, the ARN can be that of any account.
        Some(arn) if account.id == ANY && arn.starts_with("arn:") => Some(arn.clone()),
        _ => options.boundary_in(&account)?,
    };
    let first = Names::new(None).with_role_path("/*".to_owned());
    let pool = account.arn(
        "cognito-idp",
        &format!(
            "userpool/{}",
            known(options.pool.as_ref().map(|pool| pool.id.as_str()))
        ),
    );
    let profile = format!("instance-profile/{}", names.record_role(side));
    Ok(fill(
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
            ("KMS_KEY_ARN", &known(grant.kms_key.as_deref())),
            // The names of the other deployments have suffixes, and their roles can have paths.
            (
                "EACH_ACCESS_ROLE_ARN",
                &format!("{}*", first.access_role_arn(&account)),
            ),
            (
                "EACH_LAMBDA_ROLE_ARN",
                &format!("{}*", first.lambda_role_arn(&account)),
            ),
            ("EACH_FUNCTION_ARN", &account.arn("lambda", "function:*")),
            ("BOUNDARY_ARN", &known(boundary.as_deref())),
        ],
    ))
}

/// The account, as far as it's known from the options and from an ARN.
fn place(side: Side, options: &SideSettings, grant: &Grant) -> Identity {
    let known = |value: Option<&str>| value.unwrap_or(ANY).to_owned();
    let pool = options.pool.as_ref();
    let region = pool.and_then(|pool| region_of(&pool.id));
    let region = known(region.or(options.region.as_deref()));
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

fn check(
    origins: &Origins,
    is_valid: bool,
    option: &str,
    value: &str,
    expected: &str,
) -> Result<()> {
    if is_valid {
        return Ok(());
    }
    let why = format!("expected {expected}");
    Err(origins.of(option).refuse(option, value, &why))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether this is the ARN of exactly one role.
fn is_role(arn: &str) -> bool {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let ["arn", _, "iam", "", account, role] = parts[..] else {
        return false;
    };
    is_account(account) && role.starts_with("role/") && !role.contains(['*', '?', '$'])
}

/// Whether this is the ARN of exactly one key. IAM doesn't accept an alias as a resource.
fn is_key(arn: &str) -> bool {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let ["arn", _, "kms", region, account, key] = parts[..] else {
        return false;
    };
    reference::is_region(region)
        && is_account(account)
        && key.starts_with("key/")
        && !key.contains(['*', '?', '$'])
}

fn partition(region: &str) -> &'static str {
    let of = PARTITIONS
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix));
    of.map_or("aws", |(_, partition)| partition)
}
