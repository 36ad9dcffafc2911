//! Flags beat the environment, which beats `cogmig.toml`: one `Settings` comes out,
//! checked as far as it can be without asking AWS.

mod environment;
mod layers;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use self::environment::{Environment, variable};
use self::layers::Options;
use crate::cli::{Command, ForgotPassword, MfaUsers, Output, TemporaryPasswords};
use crate::error::Usage;
use crate::names::Names;
use crate::package::Architecture;

/// Retentions that CloudWatch Logs takes, in days (`PutRetentionPolicy`).
const RETENTIONS: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Whether the file asks for JSON, though nothing else in it may be understood.
pub fn file_asks_for_json(named: Option<&str>) -> bool {
    let text = std::fs::read_to_string(layers::file(named.map(Path::new)));
    let table = text.ok().and_then(|text| text.parse::<toml::Table>().ok());
    table.is_some_and(|table| {
        table
            .get("output")
            .is_some_and(|output| output.as_str() == Some("json"))
    })
}

/// One side as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideSettings {
    /// AWS profile.
    pub profile: Option<String>,
    /// Region; otherwise the profile's.
    pub region: Option<String>,
    /// User pool id; otherwise the only one.
    pub pool: Option<String>,
    /// App client ids; otherwise the only one.
    pub clients: Vec<String>,
}

/// How users are moved, as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Attributes that get another name, the old one first.
    pub renames: Vec<(String, String)>,
    /// Attributes that stay behind.
    pub drops: Vec<String>,
    /// The attribute of the new pool that keeps the old `sub`.
    pub old_sub: Option<String>,
    /// What becomes of users with a second factor.
    pub mfa_users: Option<MfaUsers>,
    /// What becomes of users with a temporary password.
    pub temporary_passwords: TemporaryPasswords,
    /// What becomes of users who have forgotten their password.
    pub forgot_password: ForgotPassword,
}

/// Everything that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the users come from.
    pub old: SideSettings,
    /// Where the users go.
    pub new: SideSettings,
    /// What things are called.
    pub names: Names,
    /// Architecture of the Lambda; otherwise the build's default.
    pub architecture: Option<Architecture>,
    /// A package in the place of the built-in one.
    pub lambda_zip: Option<PathBuf>,
    /// Days that logs are kept.
    pub log_retention: i32,
    /// Take the place of another trigger.
    pub replace_trigger: bool,
    /// Make an app client of the old pool to check passwords through.
    pub dedicated_old_client: bool,
    /// How users are moved.
    pub wishes: Wishes,
    /// Leave the log group at teardown.
    pub keep_logs: bool,
    /// Do not ask.
    pub yes: bool,
    /// How the result is written.
    pub output: Output,
    /// Say only the result.
    pub quiet: bool,
    /// Say each call.
    pub verbose: bool,
}

impl Settings {
    /// Puts the three places together.
    ///
    /// # Errors
    /// The file cannot be read or understood, or a value cannot be meant.
    pub fn new(command: &Command) -> Result<Self, Usage> {
        let environment = Environment(|variable: &str| std::env::var_os(variable));
        let (Command::Setup { common, .. }
        | Command::Teardown { common, .. }
        | Command::Plan { common, .. }
        | Command::Verify { common, .. }
        | Command::Status { common, .. }
        | Command::Policy { common, .. }) = command;
        let file = match &common.config {
            Some(file) => Some(file.clone()),
            None => environment.read("config")?,
        };
        Self::checked([
            Options::of_flags(command),
            Options::of_environment(&environment)?,
            Options::of_file(file.as_deref())?,
        ])
    }

    /// The highest layer is the first.
    fn checked(layers: [Options; 3]) -> Result<Self, Usage> {
        let asked = layers.into_iter().fold(Options::default(), Options::over);
        if let Some(suffix) = &asked.suffix {
            Names::check_suffix(suffix).map_err(|why| refused("suffix", suffix, &why))?;
        }
        let log_retention = asked.log_retention.unwrap_or(30);
        if !RETENTIONS.contains(&log_retention) {
            let takes = RETENTIONS.map(|days| days.to_string()).join(", ");
            return Err(refused(
                "log-retention",
                &log_retention.to_string(),
                &format!("CloudWatch Logs takes {takes}"),
            ));
        }
        let (quiet, verbose) = (asked.quiet == Some(true), asked.verbose == Some(true));
        if quiet && verbose {
            return Err(Usage(
                "--quiet and --verbose (COGMIG_QUIET, COGMIG_VERBOSE; quiet, verbose in \
                 cogmig.toml) cannot both be meant"
                    .into(),
            ));
        }
        let dedicated_old_client = asked.dedicated_old_client.unwrap_or_default();
        if let (Some(client), true) = (&asked.old_client, dedicated_old_client) {
            let why = "it is named, and --dedicated-old-client asks to make another";
            return Err(refused("old-client", client, why));
        }
        let renames = asked.attribute.unwrap_or_default();
        let renames = renames.iter().map(|rename| match rename.split_once('=') {
            Some((old, new)) if !old.is_empty() && !new.is_empty() => {
                Ok((old.trim().to_owned(), new.trim().to_owned()))
            }
            _ => Err(refused("attribute", rename, "it takes OLD=NEW")),
        });
        let wishes = Wishes {
            renames: renames.collect::<Result<_, _>>()?,
            drops: asked.drop_attribute.unwrap_or_default(),
            old_sub: asked.old_sub,
            mfa_users: asked.mfa_users,
            temporary_passwords: asked.temporary_passwords.unwrap_or_default(),
            forgot_password: asked.forgot_password.unwrap_or_default(),
        };
        Ok(Self {
            old: SideSettings {
                profile: asked.old_profile,
                region: asked.old_region,
                pool: asked.old_pool,
                clients: asked.old_client.into_iter().collect(),
            },
            new: SideSettings {
                profile: asked.new_profile,
                region: asked.new_region,
                pool: asked.new_pool,
                clients: asked.new_client.unwrap_or_default(),
            },
            names: Names::new(asked.suffix.as_deref()),
            architecture: asked.architecture,
            lambda_zip: asked.lambda_zip,
            log_retention,
            replace_trigger: asked.replace_trigger.unwrap_or_default(),
            dedicated_old_client,
            wishes,
            keep_logs: asked.keep_logs.unwrap_or_default(),
            yes: asked.yes.unwrap_or_default(),
            output: asked.output.unwrap_or_default(),
            quiet,
            verbose,
        })
    }

    /// The profiles of both sides, which setup and plan cannot do without.
    ///
    /// # Errors
    /// One of them is not named.
    pub fn both_profiles(&self) -> Result<(&str, &str), Usage> {
        match (&self.old.profile, &self.new.profile) {
            (Some(old), Some(new)) => Ok((old, new)),
            (None, _) => Err(missing("old")),
            (_, None) => Err(missing("new")),
        }
    }
}

fn missing(side: &str) -> Usage {
    let option = format!("{side}-profile");
    Usage(format!(
        "no {side} profile is named\n  try  --{option} NAME, {}",
        elsewhere(&option)
    ))
}

/// The layers have become one by now: all the places are named where it can be from.
fn refused(option: &str, value: &str, why: &str) -> Usage {
    Usage(format!(
        "--{option} {value}: {why}\n  it may be from  {}",
        elsewhere(option)
    ))
}

fn elsewhere(option: &str) -> String {
    format!("{}, or {option} in cogmig.toml", variable(option))
}
