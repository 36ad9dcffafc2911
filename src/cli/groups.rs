//! The options of commands, in groups. The doc comments are the help texts.

use std::path::PathBuf;

use clap::Args;
use cogmig_core::options::{LogUsers, Output};
use cogmig_core::package::Architecture;
use cogmig_core::problem::Severity;
use cogmig_core::reference;
use rules::settings::{ForgotPassword, MfaUsers, TemporaryPasswords};

use super::choice::choice;

/// The two accounts.
#[derive(Args)]
#[command(next_help_heading = "Accounts and pools")]
pub struct Profiles {
    /// AWS profile of the old account.
    #[arg(long, value_name = "PROFILE", value_parser = reference::text)]
    pub old_profile: Option<String>,
    /// AWS profile of the new account.
    #[arg(long, value_name = "PROFILE", value_parser = reference::text)]
    pub new_profile: Option<String>,
}

/// The two accounts, their user pools and app clients.
#[derive(Args)]
#[command(next_help_heading = "Accounts and pools")]
pub struct Accounts {
    /// The accounts.
    #[command(flatten)]
    pub profiles: Profiles,
    /// The user pools.
    #[command(flatten)]
    pub pools: Pools,
    /// Old app client: ID, ARN or unique name.
    ///
    /// The function checks passwords through this app client.
    #[arg(long, value_name = "CLIENT", value_parser = reference::text)]
    pub old_client: Option<String>,
    /// New app client: ID, ARN or unique name.
    ///
    /// Users sign in through this app client. Can be repeated.
    #[arg(long, value_name = "CLIENT", value_delimiter = ',', value_parser = reference::text)]
    pub new_client: Vec<String>,
}

/// The two user pools.
#[derive(Args)]
#[command(next_help_heading = "Accounts and pools")]
pub struct Pools {
    /// Old user pool: ID, ARN or unique name.
    #[arg(long, value_name = "POOL", value_parser = reference::text)]
    pub old_pool: Option<String>,
    /// New user pool: ID, ARN or unique name.
    #[arg(long, value_name = "POOL", value_parser = reference::text)]
    pub new_pool: Option<String>,
    /// Region of the old user pool.
    #[arg(long, value_name = "REGION", value_parser = reference::text)]
    pub old_region: Option<String>,
    /// Region of the new user pool.
    #[arg(long, value_name = "REGION", value_parser = reference::text)]
    pub new_region: Option<String>,
}

/// Which users are migrated, and with which attributes.
#[derive(Args)]
#[command(next_help_heading = "User handling")]
pub struct Handling {
    /// How to handle users with MFA.
    ///
    /// Required if the old pool uses MFA.
    #[arg(long, value_parser = choice::<MfaUsers>())]
    pub mfa_users: Option<MfaUsers>,
    /// How to handle temporary passwords.
    #[arg(long, value_parser = choice::<TemporaryPasswords>())]
    pub temporary_passwords: Option<TemporaryPasswords>,
    /// How to handle forgotten passwords.
    #[arg(long, value_parser = choice::<ForgotPassword>())]
    pub forgot_password: Option<ForgotPassword>,
    /// Rename an attribute.
    ///
    /// The attribute OLD of the old pool is migrated to the attribute NEW of the new pool. Can be
    /// repeated. With none, attributes keep their names.
    #[arg(long, value_name = "OLD=NEW", value_delimiter = ',', value_parser = reference::text)]
    pub attribute: Vec<String>,
    /// Don't migrate an attribute.
    ///
    /// Can be repeated. With none, all attributes are migrated that the new pool can store.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = reference::text)]
    pub drop_attribute: Vec<String>,
    /// Attribute that stores the old sub.
    ///
    /// `sub` is different in each pool. Specify a custom attribute of the new pool. With none, the
    /// old sub isn't migrated.
    #[arg(long, value_name = "NAME", value_parser = reference::text)]
    pub old_sub: Option<String>,
}

/// The name of a deployment.
#[derive(Args)]
#[command(next_help_heading = "Deployment")]
pub struct Name {
    /// Name and suffix of the deployment.
    ///
    /// Selects another deployment than `default`. All its resource names end in -SUFFIX. With a
    /// new suffix, setup creates another deployment.
    #[arg(long, value_name = "SUFFIX", value_parser = reference::text)]
    pub suffix: Option<String>,
}

/// The resources of a deployment.
#[derive(Args)]
#[command(next_help_heading = "Deployment")]
pub struct Resources {
    /// The name.
    #[command(flatten)]
    pub name: Name,
    /// Architecture of the Lambda function.
    #[arg(long, value_parser = choice::<Architecture>())]
    pub architecture: Option<Architecture>,
    /// Use a dedicated old app client.
    ///
    /// The function checks passwords through it. Setup creates it, with no secret, one
    /// authentication flow and the shortest token lifetimes. Teardown deletes it. The application's
    /// app client isn't changed. With false, an app client of the application is used again.
    #[arg(
        long,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_name = "BOOL",
        value_parser = reference::text
    )]
    pub dedicated_old_client: Option<String>,
    /// Days that the function's logs are kept.
    #[arg(long, value_name = "DAYS")]
    pub log_retention: Option<i32>,
    /// How the function's log identifies users.
    #[arg(long, value_parser = choice::<LogUsers>())]
    pub log_users: Option<LogUsers>,
    /// Your own deployment package.
    ///
    /// Deployed instead of the one in this build. With none, the one in this build is deployed
    /// again.
    #[arg(long, value_name = "FILE")]
    pub lambda_zip: Option<PathBuf>,
    /// What the accounts require.
    #[command(flatten)]
    pub requirements: Requirements,
}

/// What the accounts require of new resources.
#[derive(Args)]
#[command(next_help_heading = "Account requirements")]
pub struct Requirements {
    /// Permissions boundary of both roles.
    ///
    /// The name of a policy that exists in both accounts, or the ARN of an AWS managed policy. Use
    /// none to remove the boundary.
    #[arg(long, value_name = "POLICY", value_parser = reference::text)]
    pub permissions_boundary: Option<String>,
    /// Permissions boundary of the old role.
    ///
    /// The ARN or the name of a policy in the old account. Use none to remove the
    /// boundary.
    #[arg(long, value_name = "POLICY", value_parser = reference::text)]
    pub old_permissions_boundary: Option<String>,
    /// Permissions boundary of the new role.
    ///
    /// The ARN or the name of a policy in the new account. Use none to remove the
    /// boundary.
    #[arg(long, value_name = "POLICY", value_parser = reference::text)]
    pub new_permissions_boundary: Option<String>,
    /// IAM path of both roles.
    ///
    /// For example /app/. The path of an existing role can't be changed.
    #[arg(long, value_name = "PATH", value_parser = reference::text)]
    pub role_path: Option<String>,
    /// Tag all created resources.
    ///
    /// Roles, policy, function and log group. Can be repeated. With none, the tags of an earlier
    /// setup are removed.
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = ',', value_parser = reference::text)]
    pub tag: Vec<String>,
}

/// Options that only setup and its plan have.
#[derive(Args)]
#[command(next_help_heading = "Deployment")]
pub struct Deploy {
    /// Let setup replace a migration trigger.
    ///
    /// Teardown restores the UserMigration trigger that was replaced, unless its function no longer
    /// exists.
    #[arg(long)]
    pub replace_trigger: bool,
    /// Let setup restore lost tags.
    ///
    /// Only resources that sign-ins use are accepted: cogmig checks the trust policy and the
    /// function. The record of the previous settings can't be restored, so teardown reports the
    /// settings that it can't revert.
    #[arg(long)]
    pub adopt: bool,
    /// Allow a warning that stops setup.
    ///
    /// Can be repeated. ID is printed with the warning. On a terminal, setup prompts for it.
    /// Without it, plan, --dry-run, --yes and a pipeline fail.
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = reference::text)]
    pub allow: Vec<String>,
    /// Fail on warnings of this severity or higher.
    ///
    /// The plan is shown, and no changes are made.
    #[arg(long, value_name = "SEVERITY", value_parser = choice::<Severity>(), help_heading = "Output")]
    pub fail_on: Option<Severity>,
}

/// Confirmation of the changes.
#[derive(Args)]
#[command(next_help_heading = "Deployment")]
pub struct Consent {
    /// Apply the changes without a prompt.
    ///
    /// Required without a terminal, except in a CI system.
    #[arg(long, short)]
    pub yes: bool,
    /// Show the changes and stop.
    #[arg(long)]
    pub dry_run: bool,
}

/// The output.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub struct Printing {
    /// Format of the result on standard output.
    #[arg(long, value_parser = choice::<Output>())]
    pub output: Option<Output>,
    /// Print only the plan, the result and errors.
    #[arg(long, short)]
    pub quiet: bool,
    /// Print each AWS call.
    ///
    /// Each call is printed with its time and request ID.
    #[arg(long, short)]
    pub verbose: bool,
}

/// The file that contains options.
#[derive(Args)]
pub struct File {
    /// File that contains options.
    #[arg(long, value_name = "FILE", help_heading = None)]
    pub config: Option<PathBuf>,
}

/// Options of the policy. Options of the other account are an error.
#[derive(Args)]
#[command(next_help_heading = "Deployment")]
pub struct Grant {
    /// Limit the policy to resources of this account.
    #[arg(
        long,
        value_name = "ID",
        value_parser = reference::text,
        help_heading = "Accounts and pools"
    )]
    pub account: Option<String>,
    /// The user pools.
    #[command(flatten)]
    pub pools: Pools,
    /// The name.
    #[command(flatten)]
    pub name: Name,
    /// Grant only what plan, status and list need.
    ///
    /// Use this policy for the role that pull requests use.
    #[arg(long)]
    pub read_only: bool,
    /// Old account: allow setup --dedicated-old-client.
    #[arg(long)]
    pub dedicated_old_client: bool,
    /// New account: allow setup --replace-trigger.
    #[arg(long)]
    pub replace_trigger: bool,
    /// New account: role that sends SMS messages.
    ///
    /// Required if the new pool sends SMS messages, because UpdateUserPool passes this role.
    #[arg(long, value_name = "ARN", value_parser = reference::text)]
    pub sms_role: Option<String>,
    /// New account: KMS key of custom sender triggers.
    ///
    /// Required if the new pool has a custom email or SMS sender trigger, because UpdateUserPool
    /// creates a grant for this key.
    #[arg(long, value_name = "ARN", value_parser = reference::text)]
    pub kms_key: Option<String>,
    /// What the accounts require.
    #[command(flatten)]
    pub requirements: Requirements,
}
