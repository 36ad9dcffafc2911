//! The command line. The doc comments of commands and options are the help texts. Clap reads only
//! flags. `settings` reads the same options from the environment and from `cogmig.toml`, by their
//! long names.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser as NotEmpty;
use clap::{Arg, Args, CommandFactory, Parser, Subcommand};
use cogmig_core::identity::Side;
use cogmig_core::options::Output;
use cogmig_core::package::Architecture;
use cogmig_core::problem::Severity;
use cogmig_core::{reference, time};
use rules::settings::{ForgotPassword, MfaUsers, TemporaryPasswords};

use super::choice::choice;
use crate::embedded::VERSION;

/// Migrates Amazon Cognito users to a user pool in another AWS account without password resets.
///
/// Each user is migrated at their first sign-in to the new pool, with their existing password.
/// Attributes and verification status are preserved.
///
/// The old account and pool are the ones that users are migrated from. The new account and pool
/// are the ones that users are migrated to.
#[derive(Parser)]
#[command(
    name = "cogmig",
    version = VERSION,
    propagate_version = true,
    max_term_width = 80
)]
pub struct Cli {
    /// The command to run.
    #[command(subcommand)]
    pub task: Task,
}

/// All commands.
#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one value in a process")]
pub enum Task {
    /// A command that uses a deployment.
    #[command(flatten)]
    Deployment(Command),
    /// Prints shell completions.
    ///
    /// For bash, zsh and fish, the completions include the AWS profiles of the machine.
    Completions {
        /// Shell that the completions are for
        shell: clap_complete::Shell,
    },
    /// Writes the man pages, one per command.
    Man {
        /// Folder for the man pages. It is created if it doesn't exist
        folder: PathBuf,
    },
}

/// Commands that use a deployment. Each command takes only the options that it uses.
#[derive(Subcommand)]
pub enum Command {
    /// Shows the changes that setup would make.
    ///
    /// Shows each resource with its changes, and warnings. Writes nothing.
    Plan {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        handling: Handling,
        #[command(flatten)]
        resources: Resources,
        #[command(flatten)]
        deploy: Deploy,
        /// Exit with 2 if there are changes.
        #[arg(long, help_heading = "Output")]
        detailed_exitcode: bool,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Deploys the migration in both accounts.
    ///
    /// Applies the changes. Fails if no user could be migrated. Finishes with a connectivity check
    /// from the function to the old user pool.
    Setup {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        handling: Handling,
        #[command(flatten)]
        resources: Resources,
        #[command(flatten)]
        deploy: Deploy,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Reports drift and runs the connectivity check.
    ///
    /// Reports the component that failed. Writes nothing, and migrates no user. Exits with 1 if
    /// there is drift or the connectivity check fails. Use the same options as for setup: other
    /// values are reported as drift.
    Verify {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        handling: Handling,
        /// Check this user of the old pool.
        ///
        /// Also reports whether the user would be migrated. The password of the user is read from
        /// standard input. The user isn't migrated, and the result doesn't change the exit
        /// status.
        #[arg(
            long,
            value_name = "NAME",
            value_parser = NotEmpty::new(),
            help_heading = "User handling"
        )]
        username: Option<String>,
        #[command(flatten)]
        resources: Resources,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Reports the progress of the migration.
    ///
    /// Reports each resource, the number of users in both pools, the number of migrated users,
    /// recent sign-ins that were rejected or failed, and the next steps before you can close the
    /// old account. Reads only, and doesn't invoke the function. Use the same options as for
    /// setup: other values are reported as drift.
    Status {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        handling: Handling,
        #[command(flatten)]
        resources: Resources,
        /// Period of recent sign-ins.
        ///
        /// For example 90m, 24h or 7d.
        #[arg(long, value_name = "TIME", value_parser = time::span, help_heading = "Output")]
        since: Option<Duration>,
        /// Exit with 2 if there is drift or failed sign-ins.
        ///
        /// Also exits with 2 if there is no deployment. Throttled sign-ins don't count as failed.
        /// If the function's log can't be read, no sign-in counts as failed.
        #[arg(long, help_heading = "Output")]
        detailed_exitcode: bool,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Restores the previous settings and removes the deployment.
    ///
    /// Reverts only settings that still have the value cogmig set, and reports the others.
    /// Migrated users stay in the new pool. Also works with only one of the two profiles.
    Teardown {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        name: Name,
        /// Keep the function's log group.
        #[arg(long, help_heading = "Deployment")]
        keep_logs: bool,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Prints the IAM policy for a pipeline's role.
    ///
    /// The policy has only the permissions that the commands need in this account. Use the same
    /// options as for setup. Flags that apply only to the other account are an error. Doesn't call
    /// AWS.
    #[command(
        mut_arg("old_pool", |arg| arg.help("Old user pool: ID or ARN")),
        mut_arg("new_pool", |arg| arg.help("New user pool: ID or ARN"))
    )]
    Policy {
        /// Account of the role
        #[arg(value_parser = choice::<Side>())]
        side: Side,
        #[command(flatten)]
        grant: Grant,
        /// Format of the result on standard output.
        #[arg(long, value_parser = choice::<Output>(), help_heading = "Output")]
        output: Option<Output>,
        #[command(flatten)]
        file: File,
    },
}

impl Command {
    /// Whether the command has `--detailed-exitcode`. The environment may contain the option for
    /// other commands.
    pub fn takes_detailed_exitcode(&self) -> bool {
        matches!(self, Self::Plan { .. } | Self::Status { .. })
    }

    /// The name on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Plan { .. } => "plan",
            Self::Setup { .. } => "setup",
            Self::Verify { .. } => "verify",
            Self::Status { .. } => "status",
            Self::Teardown { .. } => "teardown",
            Self::Policy { .. } => "policy",
        }
    }
}

/// The two accounts, their user pools and app clients.
#[derive(Args)]
#[command(next_help_heading = "Accounts and pools")]
pub struct Accounts {
    /// AWS profile of the old account.
    #[arg(long, value_name = "PROFILE", value_parser = reference::text)]
    pub old_profile: Option<String>,
    /// AWS profile of the new account.
    #[arg(long, value_name = "PROFILE", value_parser = reference::text)]
    pub new_profile: Option<String>,
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
    /// repeated.
    #[arg(long, value_name = "OLD=NEW", value_delimiter = ',', value_parser = reference::text)]
    pub attribute: Vec<String>,
    /// Don't migrate an attribute.
    ///
    /// Can be repeated.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = reference::text)]
    pub drop_attribute: Vec<String>,
    /// Attribute that stores the old sub.
    ///
    /// `sub` is different in each pool. Specify a custom attribute of the new pool.
    #[arg(long, value_name = "NAME", value_parser = reference::text)]
    pub old_sub: Option<String>,
}

/// The name of a deployment.
#[derive(Args)]
#[command(next_help_heading = "Deployment")]
pub struct Name {
    /// Suffix of the deployment's name.
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
    /// The function checks passwords through it. Setup creates it, with no secret, one authentication flow and the shortest token lifetimes.
    /// Teardown deletes it. The application's app client isn't changed.
    #[arg(long)]
    pub dedicated_old_client: bool,
    /// Days that the function's logs are kept.
    #[arg(long, value_name = "DAYS")]
    pub log_retention: Option<i32>,
    /// Your own Lambda package.
    ///
    /// Deployed instead of the package in this build.
    #[arg(long, value_name = "FILE")]
    pub lambda_zip: Option<PathBuf>,
}

/// Options that only setup and its plan have.
#[derive(Args)]
#[command(next_help_heading = "Deployment")]
pub struct Deploy {
    /// Let setup replace another trigger.
    ///
    /// Teardown restores the UserMigration trigger that was replaced, unless its function no longer exists.
    #[arg(long)]
    pub replace_trigger: bool,
    /// Let setup write lost tags again.
    ///
    /// Only resources that sign-ins use are accepted: cogmig checks the trust policy and the
    /// function. The record of the previous settings can't be restored, so teardown reports the
    /// settings that it can't revert.
    #[arg(long)]
    pub adopt: bool,
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
    /// Grant only what plan and status need.
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
}

/// The long options of all commands, which can also be set in the environment and in
/// `cogmig.toml`.
pub fn options() -> Vec<String> {
    let cli = Cli::command();
    let commands = cli.get_subcommands();
    let mut options: Vec<_> = commands
        .flat_map(|command| command.get_arguments().filter_map(Arg::get_long))
        .map(str::to_owned)
        .collect();
    options.sort_unstable();
    options.dedup();
    options
}
