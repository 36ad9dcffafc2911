//! The command line. The doc comments here are the help text. Clap reads flags alone:
//! the environment and `cogmig.toml` say the same in `settings`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser as NotEmpty;
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Deserialize;

use crate::account::Side;
use crate::package::{Architecture, VERSION};
use crate::status;

/// Ends every help: what holds for each option is said once.
const PLACES: &str = "\
Each option also comes from the environment, as COGMIG_NEW_POOL for --new-pool, and from \
cogmig.toml, as new-pool = \"ID\". Flags beat the environment, which beats the file. An empty \
variable is none; where an option takes no value, its variable takes true or false. \
--dry-run, --detailed-exitcode, --since and those of the policy alone are flags only, and \
--config is not read from a file.";

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

/// What is done to a deployment.
#[derive(Clone, Subcommand)]
pub enum Command {
    /// Deploy the migration: from then on the old pool's users can sign in to the new.
    #[command(after_help = PLACES)]
    Setup {
        /// Which deployment.
        #[command(flatten)]
        common: Common,
        /// What to deploy.
        #[command(flatten)]
        deploy: Deploy,
        /// Show the plan and stop.
        #[arg(long)]
        dry_run: bool,
    },
    /// Put everything back as it was before setup. The users who moved stay.
    #[command(after_help = PLACES)]
    Teardown {
        /// Which deployment.
        #[command(flatten)]
        common: Common,
        /// Leave the Lambda's log group.
        #[arg(long)]
        keep_logs: bool,
        /// Show the plan and stop.
        #[arg(long)]
        dry_run: bool,
    },
    /// Show what setup would do. Writes nothing.
    #[command(after_help = PLACES)]
    Plan {
        /// Which deployment.
        #[command(flatten)]
        common: Common,
        /// What to deploy.
        #[command(flatten)]
        deploy: Deploy,
        /// Exit with 2 where setup would change something.
        #[arg(long)]
        detailed_exitcode: bool,
    },
    /// Show what differs from what setup makes, and try the way of a sign-in: from the
    /// function to the old pool. Writes nothing, moves nobody.
    #[command(after_help = PLACES)]
    Verify {
        /// Which deployment.
        #[command(flatten)]
        common: Common,
        /// What was deployed.
        #[command(flatten)]
        deploy: Deploy,
        /// Try this user of the old pool, with the password from standard input.
        #[arg(long, value_name = "NAME", value_parser = NotEmpty::new())]
        username: Option<String>,
    },
    /// Print the IAM policy that a pipeline's role needs in one of the two accounts: the least
    /// that every command needs, with these options. Asks nothing of AWS.
    #[command(after_help = PLACES)]
    Policy {
        /// In which account.
        side: Side,
        /// What is known of the account, and how much the role shall do.
        #[command(flatten)]
        grant: Grant,
        /// Which deployment.
        #[command(flatten)]
        common: Common,
        /// What is deployed.
        #[command(flatten)]
        deploy: Deploy,
    },
    /// Show how far the migration is: each resource, the pools' users, sign-ins lately, and what
    /// is left to do before the old account can be closed. Only reads, and does not invoke the
    /// function.
    #[command(after_help = PLACES)]
    Status {
        /// Which deployment.
        #[command(flatten)]
        common: Common,
        /// What was deployed.
        #[command(flatten)]
        deploy: Deploy,
        /// How far back sign-ins count as lately: 90m, 24h, 7d.
        #[arg(long, value_name = "TIME", default_value = "24h", value_parser = status::time)]
        since: Duration,
        /// Exit with 2 where something is not as setup makes it, or faults were seen lately. Where
        /// the function's log may not be read, no faults are known of.
        #[arg(long)]
        detailed_exitcode: bool,
    },
}

impl Command {
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

    /// Whether the exit status is to tell that something differs.
    pub fn tells_differences(&self) -> bool {
        let (Self::Plan {
            detailed_exitcode, ..
        }
        | Self::Status {
            detailed_exitcode, ..
        }) = self
        else {
            return false;
        };
        *detailed_exitcode
    }
}

/// Options of every command.
#[derive(Args, Clone)]
pub struct Common {
    /// AWS profile of the account that the users come from.
    #[arg(long, value_name = "PROFILE", value_parser = NotEmpty::new())]
    pub old_profile: Option<String>,
    /// AWS profile of the account that the users go to.
    #[arg(long, value_name = "PROFILE", value_parser = NotEmpty::new())]
    pub new_profile: Option<String>,
    /// User pool that the users come from [default: the only one there].
    #[arg(long, value_name = "ID", value_parser = NotEmpty::new())]
    pub old_pool: Option<String>,
    /// App client of the old pool that passwords are checked through [default: the only one there].
    #[arg(long, value_name = "ID", value_parser = NotEmpty::new())]
    pub old_client: Option<String>,
    /// User pool that the users go to [default: the only one there].
    #[arg(long, value_name = "ID", value_parser = NotEmpty::new())]
    pub new_pool: Option<String>,
    /// App client of the new pool that users sign in through; may be repeated [default: the only one there].
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = NotEmpty::new())]
    pub new_client: Vec<String>,
    /// Region of the old pool [default: the old profile's].
    #[arg(long, value_name = "REGION", value_parser = NotEmpty::new())]
    pub old_region: Option<String>,
    /// Region of the new pool [default: the new profile's].
    #[arg(long, value_name = "REGION", value_parser = NotEmpty::new())]
    pub new_region: Option<String>,
    /// A second migration beside the first: ends every name with -SUFFIX.
    #[arg(long, value_name = "SUFFIX", value_parser = NotEmpty::new())]
    pub suffix: Option<String>,
    /// Architecture of the Lambda [default: arm64 where this build holds it].
    #[arg(long, value_name = "ARCHITECTURE")]
    pub architecture: Option<Architecture>,
    /// Do not ask before changing anything. Nothing is asked in CI or without a terminal.
    #[arg(long, short)]
    pub yes: bool,
    /// How the result is written to standard output [default: human].
    #[arg(long, value_name = "FORMAT")]
    pub output: Option<Output>,
    /// Say nothing of what goes on: only the plan, the result, and errors.
    #[arg(long, short)]
    pub quiet: bool,
    /// Say each AWS call with its time and request id.
    #[arg(long, short)]
    pub verbose: bool,
    /// File of options [default: cogmig.toml, if there].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Options of the policy that is printed.
#[derive(Args, Clone, Default)]
pub struct Grant {
    /// Id of the account [default: any, which is the role's own].
    #[arg(long, value_name = "ID", value_parser = NotEmpty::new())]
    pub account: Option<String>,
    /// Only what `plan` and `status` need, so that a pull request cannot change anything.
    #[arg(long)]
    pub read_only: bool,
    /// ARN of the role by which the new pool sends SMS, where it has one: whoever updates the
    /// pool passes that role on.
    #[arg(long, value_name = "ARN", value_parser = NotEmpty::new())]
    pub sms_role: Option<String>,
}

/// Options of what is deployed.
#[derive(Args, Clone, Default)]
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
    /// Check passwords through an app client made for it, and leave the application's alone.
    #[arg(long)]
    pub dedicated_old_client: bool,
    /// What becomes of users with a second factor [no default where the old pool has MFA on].
    #[arg(long, value_name = "WHAT")]
    pub mfa_users: Option<MfaUsers>,
    /// What becomes of users who were given a temporary password [default: refuse].
    #[arg(long, value_name = "WHAT")]
    pub temporary_passwords: Option<TemporaryPasswords>,
    /// What becomes of users who ask for a code in the place of their password [default: migrate].
    #[arg(long, value_name = "WHAT")]
    pub forgot_password: Option<ForgotPassword>,
    /// Move an attribute under another name; may be repeated.
    #[arg(long, value_name = "OLD=NEW", value_delimiter = ',', value_parser = NotEmpty::new())]
    pub attribute: Vec<String>,
    /// Leave an attribute behind; may be repeated.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = NotEmpty::new())]
    pub drop_attribute: Vec<String>,
    /// Keep the old `sub` in this attribute of the new pool.
    #[arg(long, value_name = "NAME", value_parser = NotEmpty::new())]
    pub old_sub: Option<String>,
}

/// What becomes of users with a second factor, which does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum MfaUsers {
    /// They stay in the old pool.
    Refuse,
    /// They move by their password alone; codes by SMS go on where the new pool sends them.
    Migrate,
}

/// What becomes of users who have forgotten their password: no trigger of the old pool sees
/// them, and the code that they are sent is all that proves them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ForgotPassword {
    /// They stay in the old pool until they know it.
    Refuse,
    /// They move where an e-mail address or phone number is verified, and set a new one.
    #[default]
    Migrate,
}

/// What becomes of users who were given a temporary password and never signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TemporaryPasswords {
    /// They stay in the old pool.
    #[default]
    Refuse,
    /// They move, and set a password by a code sent to their verified e-mail or phone.
    Reset,
}

/// How the result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// For people.
    #[default]
    Human,
    /// One JSON document.
    Json,
}
