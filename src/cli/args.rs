//! The command line. The doc comments here are the help text. Clap reads flags alone, and
//! `settings` reads them by their names, as it reads the environment and `cogmig.toml`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser as NotEmpty;
use clap::{Args, CommandFactory, Parser, Subcommand};
use cogmig_core::identity::Side;
use cogmig_core::options::Output;
use cogmig_core::package::Architecture;
use cogmig_core::{reference, time};
use rules::settings::{ForgotPassword, MfaUsers, TemporaryPasswords};

use super::choice::choice;
use crate::embedded::VERSION;

/// Ends every help: what holds for each option is said once.
const PLACES: &str = "\
Each option can also be set in the environment, as COGMIG_NEW_POOL for --new-pool, and in \
cogmig.toml, as new-pool = \"ID\". A flag takes precedence over the environment, and the \
environment over the file. An empty variable is ignored; the variable of an option without a \
value takes true or false. Both may hold options of other commands; an unknown name is an error. \
--adopt can be set only on the command line, because it applies to one run. For the same reason \
--config, --dry-run, --detailed-exitcode and --username can't be set in the file.";

/// Move the users of an Amazon Cognito user pool to another AWS account, one sign-in
/// at a time, without their noticing.
#[derive(Parser)]
#[command(
    name = "cogmig",
    version = VERSION,
    propagate_version = true,
    max_term_width = 100,
    after_help = PLACES
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
}

/// All that can be asked for.
#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one in a run")]
pub enum Task {
    /// What is done to a deployment.
    #[command(flatten)]
    Deployment(Command),
    /// Print the completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Write the man pages.
    Man {
        /// Into this folder.
        folder: PathBuf,
    },
}

/// What is done to a deployment. Each command takes the options that it uses, and no other.
#[derive(Subcommand)]
pub enum Command {
    /// Deploy the migration: from then on the old pool's users can sign in to the new.
    #[command(after_help = PLACES)]
    Setup {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        pools: Pools,
        #[command(flatten)]
        clients: Clients,
        #[command(flatten)]
        handling: Handling,
        #[command(flatten)]
        deploy: Deploy,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Put everything back as it was before setup. The users who moved stay.
    #[command(after_help = PLACES)]
    Teardown {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        pools: Pools,
        #[command(flatten)]
        clients: Clients,
        /// Leave the Lambda's log group.
        #[arg(long)]
        keep_logs: bool,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Show what setup would do. Writes nothing.
    #[command(after_help = PLACES)]
    Plan {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        pools: Pools,
        #[command(flatten)]
        clients: Clients,
        #[command(flatten)]
        handling: Handling,
        #[command(flatten)]
        deploy: Deploy,
        /// Exit with 2 where setup would change something.
        #[arg(long)]
        detailed_exitcode: bool,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Show what differs from what setup makes, and try the way of a sign-in: from the
    /// function to the old pool. Writes nothing, moves nobody.
    #[command(after_help = PLACES)]
    Verify {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        pools: Pools,
        #[command(flatten)]
        clients: Clients,
        #[command(flatten)]
        handling: Handling,
        /// Try this user of the old pool, with the password from standard input.
        #[arg(long, value_name = "NAME", value_parser = NotEmpty::new())]
        username: Option<String>,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
    /// Print the IAM policy that a pipeline's role needs in one of the two accounts: the least
    /// that every command needs, with these options. Asks nothing of AWS.
    #[command(after_help = PLACES)]
    Policy {
        /// In which account.
        #[arg(value_parser = choice::<Side>())]
        side: Side,
        #[command(flatten)]
        grant: Grant,
        /// How an error is written: the policy is always JSON [default: human].
        #[arg(long, value_name = "FORMAT", value_parser = choice::<Output>())]
        output: Option<Output>,
        #[command(flatten)]
        file: File,
    },
    /// Show how far the migration is: each resource, the pools' users, sign-ins lately, and what
    /// is left to do before the old account can be closed. Only reads, and does not invoke the
    /// function.
    #[command(after_help = PLACES)]
    Status {
        #[command(flatten)]
        accounts: Accounts,
        #[command(flatten)]
        pools: Pools,
        #[command(flatten)]
        clients: Clients,
        #[command(flatten)]
        handling: Handling,
        /// How far back sign-ins count as lately: 90m, 24h, 7d [default: 24h].
        #[arg(long, value_name = "TIME", value_parser = time::span)]
        since: Option<Duration>,
        /// Exit with 2 where something is not as setup makes it, or faults were seen lately. Where
        /// the function's log may not be read, no faults are known of.
        #[arg(long)]
        detailed_exitcode: bool,
        #[command(flatten)]
        printing: Printing,
        #[command(flatten)]
        file: File,
    },
}

impl Command {
    /// Whether its exit status can tell of differences. The environment may hold the option for
    /// other commands.
    pub fn takes_detailed_exitcode(&self) -> bool {
        matches!(self, Self::Plan { .. } | Self::Status { .. })
    }

    /// The verb as it is typed.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Setup { .. } => "setup",
            Self::Teardown { .. } => "teardown",
            Self::Plan { .. } => "plan",
            Self::Verify { .. } => "verify",
            Self::Policy { .. } => "policy",
            Self::Status { .. } => "status",
        }
    }
}

/// The long options of all commands, which are also what the environment and `cogmig.toml`
/// can say.
pub fn options() -> Vec<String> {
    let cli = Cli::command();
    let commands = cli.get_subcommands();
    let mut options: Vec<_> = commands
        .flat_map(|command| command.get_arguments().filter_map(clap::Arg::get_long))
        .map(str::to_owned)
        .collect();
    options.sort_unstable();
    options.dedup();
    options
}

/// Both accounts.
#[derive(Args)]
pub struct Accounts {
    /// AWS profile of the account that the users come from.
    #[arg(long, value_name = "PROFILE", value_parser = reference::text)]
    pub old_profile: Option<String>,
    /// AWS profile of the account that the users go to.
    #[arg(long, value_name = "PROFILE", value_parser = reference::text)]
    pub new_profile: Option<String>,
}

/// Which deployment.
#[derive(Args)]
pub struct Pools {
    /// User pool that the users come from: its id, its ARN, or a name that is unique there
    /// [default: the deployment's, or the only one there].
    #[arg(long, value_name = "POOL", value_parser = reference::text)]
    pub old_pool: Option<String>,
    /// User pool that the users go to: its id, its ARN, or a name that is unique there
    /// [default: the deployment's, or the only one there].
    #[arg(long, value_name = "POOL", value_parser = reference::text)]
    pub new_pool: Option<String>,
    /// Region of the old pool [default: the old profile's].
    #[arg(long, value_name = "REGION", value_parser = reference::text)]
    pub old_region: Option<String>,
    /// Region of the new pool [default: the new profile's].
    #[arg(long, value_name = "REGION", value_parser = reference::text)]
    pub new_region: Option<String>,
    /// A second migration beside the first: ends every name with -SUFFIX.
    #[arg(long, value_name = "SUFFIX", value_parser = reference::text)]
    pub suffix: Option<String>,
}

/// The app clients of a deployment.
#[derive(Args)]
pub struct Clients {
    /// App client of the old pool that passwords are checked through
    /// [default: the deployment's, or the only one there].
    #[arg(long, value_name = "CLIENT", value_parser = reference::text)]
    pub old_client: Option<String>,
    /// App client of the new pool that users sign in through; may be repeated
    /// [default: the deployment's, or the only one there].
    #[arg(long, value_name = "CLIENT", value_delimiter = ',', value_parser = reference::text)]
    pub new_client: Vec<String>,
}

/// Confirmation of the changes.
#[derive(Args)]
pub struct Consent {
    /// Apply without confirmation. Required without a terminal, except in a CI system.
    #[arg(long, short)]
    pub yes: bool,
    /// Show the plan and stop.
    #[arg(long)]
    pub dry_run: bool,
}

/// How the result is written.
#[derive(Args)]
pub struct Printing {
    /// How the result is written to standard output [default: human].
    #[arg(long, value_name = "FORMAT", value_parser = choice::<Output>())]
    pub output: Option<Output>,
    /// Say nothing of what goes on: only the plan, the result, and errors.
    #[arg(long, short)]
    pub quiet: bool,
    /// Say each AWS call with its time and request id.
    #[arg(long, short)]
    pub verbose: bool,
}

/// The file of options.
#[derive(Args)]
pub struct File {
    /// File of options [default: cogmig.toml, if there].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Options of the policy that is printed. Those of the other account's policy are refused.
#[derive(Args)]
pub struct Grant {
    /// Id of the account [default: any, which is the role's own].
    #[arg(long, value_name = "ID", value_parser = reference::text)]
    pub account: Option<String>,
    /// Only what `plan` and `status` need, so that a pull request cannot change anything.
    #[arg(long)]
    pub read_only: bool,
    /// Of `policy old`: the user pool, by its id or its ARN [default: any].
    #[arg(long, value_name = "POOL", value_parser = reference::text)]
    pub old_pool: Option<String>,
    /// Of `policy old`: the Region of the user pool [default: any].
    #[arg(long, value_name = "REGION", value_parser = reference::text)]
    pub old_region: Option<String>,
    /// Of `policy old`: with --dedicated-old-client of setup.
    #[arg(long)]
    pub dedicated_old_client: bool,
    /// Of `policy new`: the user pool, by its id or its ARN [default: any].
    #[arg(long, value_name = "POOL", value_parser = reference::text)]
    pub new_pool: Option<String>,
    /// Of `policy new`: the Region of the user pool [default: any].
    #[arg(long, value_name = "REGION", value_parser = reference::text)]
    pub new_region: Option<String>,
    /// Of `policy new`: with --replace-trigger of setup.
    #[arg(long)]
    pub replace_trigger: bool,
    /// Of `policy new`: ARN of the role by which the new pool sends SMS, where it has one:
    /// UpdateUserPool passes that role on.
    #[arg(long, value_name = "ARN", value_parser = reference::text)]
    pub sms_role: Option<String>,
    /// Suffix of the deployment.
    #[arg(long, value_name = "SUFFIX", value_parser = reference::text)]
    pub suffix: Option<String>,
}

/// Options of what only setup does.
#[derive(Args)]
pub struct Deploy {
    /// Take the place of another UserMigration trigger; teardown puts it back.
    #[arg(long)]
    pub replace_trigger: bool,
    /// Days that the Lambda's logs are kept [default: 30].
    #[arg(long, value_name = "DAYS")]
    pub log_retention: Option<i32>,
    /// Deploy this package in the place of the built-in Lambda.
    #[arg(long, value_name = "FILE")]
    pub lambda_zip: Option<PathBuf>,
    /// Write the tags of this deployment again to resources that lost them. Each must be
    /// recognized by its trust policy and by the function that uses it.
    #[arg(long)]
    pub adopt: bool,
}

/// How users are migrated, and through which app client and Lambda.
#[derive(Args)]
pub struct Handling {
    /// Architecture of the Lambda [default: arm64 where this build holds it].
    #[arg(long, value_name = "ARCHITECTURE", value_parser = choice::<Architecture>())]
    pub architecture: Option<Architecture>,
    /// Check passwords through an app client made for it, and leave the application's alone.
    #[arg(long)]
    pub dedicated_old_client: bool,
    /// What becomes of users with a second factor [no default where the old pool has MFA on].
    #[arg(long, value_name = "WHAT", value_parser = choice::<MfaUsers>())]
    pub mfa_users: Option<MfaUsers>,
    /// What becomes of users who were given a temporary password [default: refuse].
    #[arg(long, value_name = "WHAT", value_parser = choice::<TemporaryPasswords>())]
    pub temporary_passwords: Option<TemporaryPasswords>,
    /// What becomes of users who ask for a code in the place of their password [default: migrate].
    #[arg(long, value_name = "WHAT", value_parser = choice::<ForgotPassword>())]
    pub forgot_password: Option<ForgotPassword>,
    /// Move an attribute under another name; may be repeated.
    #[arg(long, value_name = "OLD=NEW", value_delimiter = ',', value_parser = reference::text)]
    pub attribute: Vec<String>,
    /// Leave an attribute behind; may be repeated.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = reference::text)]
    pub drop_attribute: Vec<String>,
    /// Keep the old `sub` in this attribute of the new pool.
    #[arg(long, value_name = "NAME", value_parser = reference::text)]
    pub old_sub: Option<String>,
}
