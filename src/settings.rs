//! Flags beat the environment, which beats `cogmig.toml`: one `Settings` comes out,
//! checked as far as it can be without asking AWS.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::cli::{Command, Deploy, Output};
use crate::error::Usage;
use crate::names::Names;
use crate::package::Architecture;

/// Retentions that CloudWatch Logs takes, in days (`PutRetentionPolicy`).
const RETENTIONS: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

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

/// `cogmig.toml`: the long options without their dashes, hyphens or underscores.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct File {
    #[serde(alias = "old_profile")]
    old_profile: Option<String>,
    #[serde(alias = "new_profile")]
    new_profile: Option<String>,
    #[serde(alias = "old_pool")]
    old_pool: Option<String>,
    #[serde(alias = "old_client")]
    old_client: Option<String>,
    #[serde(alias = "new_pool")]
    new_pool: Option<String>,
    #[serde(alias = "new_client", deserialize_with = "one_or_more")]
    new_client: Vec<String>,
    #[serde(alias = "old_region")]
    old_region: Option<String>,
    #[serde(alias = "new_region")]
    new_region: Option<String>,
    suffix: Option<String>,
    architecture: Option<Architecture>,
    #[serde(alias = "lambda_zip")]
    lambda_zip: Option<PathBuf>,
    #[serde(alias = "log_retention")]
    log_retention: Option<i32>,
    #[serde(alias = "replace_trigger")]
    replace_trigger: bool,
    #[serde(alias = "keep_logs")]
    keep_logs: bool,
    yes: bool,
    output: Option<Output>,
    quiet: bool,
    verbose: bool,
}

impl Settings {
    /// Puts the three sources together.
    ///
    /// # Errors
    /// The file cannot be read or understood, or a value cannot be meant.
    pub fn new(command: &Command) -> Result<Self, Usage> {
        let (common, deploy, keep_logs) = match command.clone() {
            Command::Setup { common, deploy, .. } | Command::Plan { common, deploy, .. } => {
                (common, deploy, false)
            }
            Command::Teardown {
                common, keep_logs, ..
            } => (common, Deploy::default(), keep_logs),
        };
        let file = File::read(common.config.as_deref())?;
        let suffix = given(common.suffix).or(given(file.suffix));
        if let Some(suffix) = &suffix {
            Names::check_suffix(suffix).map_err(|why| Usage(format!("--suffix: {why}")))?;
        }
        let log_retention = deploy.log_retention.or(file.log_retention).unwrap_or(30);
        if !RETENTIONS.contains(&log_retention) {
            return Err(Usage(format!(
                "--log-retention {log_retention}: CloudWatch Logs takes {}",
                RETENTIONS
                    .iter()
                    .map(i32::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            )));
        }
        let quiet = common.quiet || (file.quiet && !common.verbose);
        Ok(Self {
            old: SideSettings {
                profile: given(common.old_profile).or(given(file.old_profile)),
                region: given(common.old_region).or(given(file.old_region)),
                pool: given(common.old_pool).or(given(file.old_pool)),
                clients: given(common.old_client)
                    .or(given(file.old_client))
                    .into_iter()
                    .collect(),
            },
            new: SideSettings {
                profile: given(common.new_profile).or(given(file.new_profile)),
                region: given(common.new_region).or(given(file.new_region)),
                pool: given(common.new_pool).or(given(file.new_pool)),
                clients: distinct(common.new_client)
                    .unwrap_or_else(|| distinct(file.new_client).unwrap_or_default()),
            },
            names: Names::new(suffix.as_deref()),
            architecture: common.architecture.or(file.architecture),
            lambda_zip: deploy.lambda_zip.or(file.lambda_zip),
            log_retention,
            replace_trigger: deploy.replace_trigger || file.replace_trigger,
            keep_logs: keep_logs || file.keep_logs,
            yes: common.yes || file.yes,
            output: common.output.or(file.output).unwrap_or_default(),
            quiet,
            verbose: common.verbose || (file.verbose && !quiet),
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
    Usage(format!(
        "no {side} profile is named\n  try  --{side}-profile NAME, COGMIG_{}_PROFILE, or {side}-profile in cogmig.toml",
        side.to_uppercase()
    ))
}

impl File {
    fn read(named: Option<&Path>) -> Result<Self, Usage> {
        let path = named.unwrap_or(Path::new("cogmig.toml"));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(Usage(format!("{}: {error}", path.display()))),
        };
        toml::from_str(&text).map_err(|error| {
            Usage(format!(
                "{}: {}",
                path.display(),
                error.to_string().trim_end()
            ))
        })
    }
}

/// An empty value is none: pipelines set variables to "" where they have nothing.
fn given(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.is_empty())
}

fn distinct(ids: Vec<String>) -> Option<Vec<String>> {
    let mut distinct = Vec::new();
    for id in ids {
        let id = id.trim();
        if !id.is_empty() && !distinct.iter().any(|known| known == id) {
            distinct.push(id.to_owned());
        }
    }
    (!distinct.is_empty()).then_some(distinct)
}

fn one_or_more<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMore {
        One(String),
        More(Vec<String>),
    }
    Ok(match OneOrMore::deserialize(value)? {
        OneOrMore::One(ids) => ids.split(',').map(str::to_owned).collect(),
        OneOrMore::More(ids) => ids,
    })
}
