//! The command line. The doc comments here are the help text. Each option also comes
//! from the environment and from `cogmig.toml`: see `settings`.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Deserialize;

use crate::package::Architecture;

/// Move the users of an Amazon Cognito user pool to another AWS account, one sign-in
/// at a time, without their noticing.
#[derive(Parser)]
#[command(
    name = "cogmig",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Clone, Subcommand)]
pub enum Command {
    /// Deploy the migration: from then on the old pool's users can sign in to the new.
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
    Teardown {
        /// Which deployment.
        #[command(flatten)]
        common: Common,
        /// Leave the Lambda's log group.
        #[arg(long, env = "COGMIG_KEEP_LOGS", value_parser = FalseyValueParser::new())]
        keep_logs: bool,
        /// Show the plan and stop.
        #[arg(long)]
        dry_run: bool,
    },
    /// Show what setup would do. Writes nothing.
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
}

impl Command {
    /// The verb as it is typed.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Setup { .. } => "setup",
            Self::Teardown { .. } => "teardown",
            Self::Plan { .. } => "plan",
        }
    }
}

/// Options of every command.
#[derive(Args, Clone)]
pub struct Common {
    /// AWS profile of the account that the users come from.
    #[arg(long, value_name = "PROFILE", env = "COGMIG_OLD_PROFILE")]
    pub old_profile: Option<String>,
    /// AWS profile of the account that the users go to.
    #[arg(long, value_name = "PROFILE", env = "COGMIG_NEW_PROFILE")]
    pub new_profile: Option<String>,
    /// User pool that the users come from [default: the only one there].
    #[arg(long, value_name = "ID", env = "COGMIG_OLD_POOL")]
    pub old_pool: Option<String>,
    /// App client of the old pool that passwords are checked through [default: the only one there].
    #[arg(long, value_name = "ID", env = "COGMIG_OLD_CLIENT")]
    pub old_client: Option<String>,
    /// User pool that the users go to [default: the only one there].
    #[arg(long, value_name = "ID", env = "COGMIG_NEW_POOL")]
    pub new_pool: Option<String>,
    /// App client of the new pool that users sign in through; may be repeated [default: the only one there].
    #[arg(
        long,
        value_name = "ID",
        env = "COGMIG_NEW_CLIENT",
        value_delimiter = ','
    )]
    pub new_client: Vec<String>,
    /// Region of the old pool [default: the old profile's].
    #[arg(long, value_name = "REGION", env = "COGMIG_OLD_REGION")]
    pub old_region: Option<String>,
    /// Region of the new pool [default: the new profile's].
    #[arg(long, value_name = "REGION", env = "COGMIG_NEW_REGION")]
    pub new_region: Option<String>,
    /// A second migration beside the first: ends every name with -SUFFIX.
    #[arg(long, value_name = "SUFFIX", env = "COGMIG_SUFFIX")]
    pub suffix: Option<String>,
    /// Architecture of the Lambda [default: arm64 where this build holds it].
    #[arg(long, value_name = "ARCHITECTURE", env = "COGMIG_ARCHITECTURE")]
    pub architecture: Option<Architecture>,
    /// Do not ask before changing anything. Nothing is asked in CI or without a terminal.
    #[arg(long, short, env = "COGMIG_YES", value_parser = FalseyValueParser::new())]
    pub yes: bool,
    /// How the result is written to standard output [default: human].
    #[arg(long, value_name = "FORMAT", env = "COGMIG_OUTPUT")]
    pub output: Option<Output>,
    /// Say only the result.
    #[arg(long, short, env = "COGMIG_QUIET", value_parser = FalseyValueParser::new(), conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say each AWS call with its time and request id.
    #[arg(long, short, env = "COGMIG_VERBOSE", value_parser = FalseyValueParser::new())]
    pub verbose: bool,
    /// File of options [default: cogmig.toml, if there].
    #[arg(long, value_name = "FILE", env = "COGMIG_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Options of what is deployed.
#[derive(Args, Clone, Default)]
pub struct Deploy {
    /// Take the place of another UserMigration trigger; teardown puts it back.
    #[arg(long, env = "COGMIG_REPLACE_TRIGGER", value_parser = FalseyValueParser::new())]
    pub replace_trigger: bool,
    /// Days that the Lambda's logs are kept [default: 30].
    #[arg(long, value_name = "DAYS", env = "COGMIG_LOG_RETENTION")]
    pub log_retention: Option<i32>,
    /// Deploy this package in the place of the built-in Lambda.
    #[arg(long, value_name = "FILE", env = "COGMIG_LAMBDA_ZIP")]
    pub lambda_zip: Option<PathBuf>,
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
