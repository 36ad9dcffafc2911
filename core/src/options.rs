//! What was asked for.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use rules::settings::{ForgotPassword, MfaUsers, TemporaryPasswords};

use crate::identity::Side;
use crate::names::Names;
use crate::package::Architecture;
use crate::problem::{Problem, Result, Severity};
use crate::reference::Reference;
use crate::text::on_one_line;

/// One side as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideSettings {
    /// AWS profile.
    pub profile: Option<String>,
    /// Region; otherwise the profile's.
    pub region: Option<String>,
    /// User pool; otherwise the deployment's, or the only one.
    pub pool: Option<Reference>,
    /// App clients; otherwise the deployment's, or the only one.
    pub clients: Vec<Reference>,
    /// Where each was set.
    pub origins: Origins,
}

/// Where a value was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// On the command line.
    Flag,
    /// In the environment.
    Environment,
    /// In a file of options.
    File {
        /// Its path.
        name: String,
        /// Its line, from 1.
        line: usize,
    },
}

impl Origin {
    /// The option, as it is written there.
    #[must_use]
    pub fn option(&self, option: &str) -> String {
        match self {
            Self::Flag => format!("--{option}"),
            Self::Environment => variable(option),
            Self::File { name, line } => format!("{name}, line {line}: {option}"),
        }
    }

    /// The option with its value, as it is written there; without one if it is no text.
    #[must_use]
    pub fn setting(&self, option: &str, value: &str) -> String {
        let separator = match self {
            _ if value.is_empty() => "",
            Self::Environment => "=",
            Self::Flag | Self::File { .. } => " ",
        };
        let value = on_one_line(value);
        format!("{}{separator}{value}", self.option(option))
    }

    /// An error about a value that was set here.
    #[must_use]
    pub fn refuse(&self, option: &str, value: &str, why: &str) -> Problem {
        let setting = self.setting(option, value);
        Problem::usage("option-invalid", format!("{setting}: {why}"))
    }
}

/// The value of an option as it was written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its text. Several values are separated by commas.
    pub value: String,
    /// Where it was set.
    pub origin: Origin,
}

/// The options that were set, by their long names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<String, Setting>);

impl Origins {
    /// Each option that was set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.0
            .iter()
            .map(|(option, setting)| (option.as_str(), setting))
    }

    /// Without the options for which this isn't true.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|option, _| keep(option));
    }

    /// Where an option was set. One that was not set has its default, which only the command line
    /// could have named.
    #[must_use]
    pub fn of(&self, option: &str) -> &Origin {
        let setting = self.0.get(option);
        setting.map_or(&Origin::Flag, |setting| &setting.origin)
    }
}

impl FromIterator<(String, Setting)> for Origins {
    fn from_iter<T: IntoIterator<Item = (String, Setting)>>(settings: T) -> Self {
        Self(settings.into_iter().collect())
    }
}

/// How users are moved, as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserHandling {
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

/// What is known of the account of a policy, and how much the role shall do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// The account; otherwise any.
    pub account: Option<String>,
    /// Only what `plan` and `status` need.
    pub read_only: bool,
    /// The role by which the new pool sends SMS.
    pub sms_role: Option<String>,
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
    /// Days that logs are kept; otherwise the default.
    pub log_retention: Option<i32>,
    /// Take the place of another trigger.
    pub replace_trigger: bool,
    /// Make an app client of the old pool to check passwords through.
    pub dedicated_old_client: bool,
    /// How users are moved.
    pub handling: UserHandling,
    /// Leave the log group at teardown.
    pub keep_logs: bool,
    /// Write the tags of the deployment again to what lost them.
    pub adopt: bool,
    /// Fail if the plan has a warning of this severity or of a higher one.
    pub fail_on: Option<Severity>,
    /// The policy that is printed.
    pub grant: Grant,
    /// The user that verify tries.
    pub username: Option<String>,
    /// How far back sign-ins count as lately.
    pub since: Duration,
    /// Whether the exit status tells of differences.
    pub detailed_exitcode: bool,
    /// Show the plan and stop.
    pub dry_run: bool,
    /// Whether changes may be made without asking: yes, no, or not said.
    pub yes: Option<bool>,
    /// How the result is written.
    pub output: Output,
    /// Say only the result.
    pub quiet: bool,
    /// Say each call.
    pub verbose: bool,
    /// Where each of these was set.
    pub origins: Origins,
}

/// How a result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// For people.
    #[default]
    Human,
    /// One JSON document.
    Json,
}

impl Settings {
    /// What was asked for of one side.
    #[must_use]
    pub fn side(&self, side: Side) -> &SideSettings {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }

    /// Sees that at least one profile was named.
    ///
    /// # Errors
    /// None was.
    pub fn any_profile(&self) -> Result<()> {
        if self.old.profile.is_some() || self.new.profile.is_some() {
            return Ok(());
        }
        let none = Problem::usage("profile-missing", "no profile is named");
        Err(none.fix("--old-profile, --new-profile or both, also in cogmig.toml"))
    }

    /// Sees that both profiles were named.
    ///
    /// # Errors
    /// One was not.
    pub fn both_profiles(&self) -> Result<()> {
        self.profile(Side::Old)?;
        self.profile(Side::New)?;
        Ok(())
    }

    /// The profile of a side, and its Region where one was named.
    ///
    /// # Errors
    /// No profile was named.
    pub fn profile(&self, side: Side) -> Result<(&str, Option<&str>)> {
        let asked = self.side(side);
        match &asked.profile {
            Some(profile) => Ok((profile, asked.region.as_deref())),
            None => Err(missing(side.as_str())),
        }
    }
}

impl SideSettings {
    /// An option of this side, as it is written where it was set.
    #[must_use]
    pub fn written(&self, side: Side, option: &str) -> String {
        let option = format!("{}-{option}", side.as_str());
        self.origins.of(&option).option(&option)
    }
}

fn missing(side: &str) -> Problem {
    let option = format!("{side}-profile");
    Problem::usage("profile-missing", format!("no {side} profile is named"))
        .fix(format!("--{option} NAME, {}", elsewhere(&option)))
}

/// Before the name of each variable of ours.
pub const PREFIX: &str = "COGMIG_";

/// The variable of a long option.
#[must_use]
pub fn variable(option: &str) -> String {
    format!("{PREFIX}{}", option.to_uppercase().replace('-', "_"))
}

fn elsewhere(option: &str) -> String {
    format!("{}, or {option} in cogmig.toml", variable(option))
}
