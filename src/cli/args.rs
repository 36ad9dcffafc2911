//! The command line. The doc comments of commands and options are the help texts. Clap reads only
//! flags. `settings` reads the same options from the environment and from `cogmig.toml`, by their
//! long names.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, CommandFactory, Parser, Subcommand};
use cogmig_core::identity::Side;
use cogmig_core::options::Output;
use cogmig_core::{reference, time};

use super::choice::choice;
use super::groups::{
    Accounts, Consent, Deploy, File, Grant, Handling, Name, Printing, Profiles, Resources,
};
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
    /// Shows each resource that would change, and warnings. Writes nothing.
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
    /// Applies the changes. Options that aren't set keep the values of the existing deployment.
    /// Fails if no user could be migrated. Finishes with a connectivity check
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
    /// there is drift, the connectivity check fails or the trigger isn't attached. Options that
    /// aren't set are those of the deployment. Other values are reported as drift, and other pools
    /// or app clients are an error.
    Verify {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        handling: Handling,
        #[command(flatten)]
        resources: Resources,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Reports whether a user exists and can be migrated.
    ///
    /// Finds the user in both pools by username, email, phone number or sub. Reports whether a
    /// sign-in with the right password would migrate the user, and if not, the reason. Also
    /// reports the user's sign-ins of the last 24 hours in the function's log. Reads only, and
    /// needs no password. The rules are those of the deployed function. If it doesn't exist, they
    /// are those that setup would deploy with these options. Exits with 1 if no pool has the user.
    User {
        /// Username, email, phone number or sub of the user
        #[arg(value_name = "NAME", value_parser = reference::text)]
        wanted: String,
        /// Check the user's password.
        ///
        /// Reads it from standard input, and invokes the function with it once. The user isn't
        /// migrated. The check counts as a sign-in to the old pool.
        #[arg(long, help_heading = "User handling")]
        password_stdin: bool,
        /// Print the username and the values of attributes.
        #[arg(long, help_heading = "Output")]
        show_values: bool,
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        handling: Handling,
        #[command(flatten)]
        resources: Resources,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Reports the progress of the migration.
    ///
    /// Reports drift, the number of users in both pools, the number of users that the function
    /// approved, recent sign-ins that were rejected or failed, and the next steps before you can
    /// close the old account. Reads only, and doesn't invoke the function. Options that aren't set
    /// are those of the deployment. Other values are reported as drift, and other pools or app
    /// clients are an error.
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
        /// Also exits with 2 if there is no deployment, or if users were approved but not created.
        /// Throttled sign-ins don't count as failed.
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
    /// Reverts only settings that still have the value cogmig set, and reports the others. Prints a
    /// final report of the migration first, because its log is deleted. Migrated users stay in the
    /// new pool. Also works with only one of the two profiles.
    Teardown {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        name: Name,
        /// Keep the function's log group.
        #[arg(long, help_heading = "Deployment")]
        keep_logs: bool,
        /// Save the final report to this file.
        ///
        /// JSON, written before the first change. The file must not exist. Teardown fails without
        /// changes if the function's log can't be read, or if the file can't be written.
        #[arg(long, value_name = "FILE", help_heading = "Output")]
        report: Option<PathBuf>,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Lists the deployments in both accounts.
    ///
    /// Lists their names, accounts, user pools and creation times, and whether they are complete.
    /// Also works with only one of the two profiles. Reads only.
    List {
        #[command(flatten)]
        profiles: Profiles,
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
            Self::User { .. } => "user",
            Self::Status { .. } => "status",
            Self::Teardown { .. } => "teardown",
            Self::List { .. } => "list",
            Self::Policy { .. } => "policy",
        }
    }
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
