//! The options of a command.

mod origin;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use rules::settings::{ForgotPassword, MfaUsers, TemporaryPasswords};

use crate::governance::{ROOT, boundary_arn};
use crate::identity::{Identity, Side};
use crate::names::Names;
use crate::package::Architecture;
use crate::problem::{Problem, Result, Severity};
use crate::record::Tags;
use crate::reference::Reference;

pub use origin::{Origin, Origins, PREFIX, Setting, variable};

/// The options for one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideSettings {
    /// AWS profile.
    pub profile: Option<String>,
    /// Region. The default is the profile's.
    pub region: Option<String>,
    /// User pool. The default is the deployment's, or the only one.
    pub pool: Option<Reference>,
    /// App clients. The default is the deployment's, or the only one.
    pub clients: Vec<Reference>,
    /// The permissions boundary of the role: an ARN, a name, or `none`.
    pub boundary: Option<String>,
    /// The origin of each option.
    pub origins: Origins,
}

/// The options that a deployment remembers, with the value that restores the default. The default
/// of `mfa-users` and `architecture` isn't a value.
pub const REMEMBERED: [(&str, Option<&str>); 15] = [
    ("mfa-users", None),
    ("temporary-passwords", Some("refuse")),
    ("forgot-password", Some("migrate")),
    ("attribute", Some(NONE)),
    ("drop-attribute", Some(NONE)),
    ("old-sub", Some(NONE)),
    ("architecture", None),
    ("dedicated-old-client", Some("false")),
    ("log-retention", Some("180")),
    ("log-users", Some("hash")),
    ("lambda-zip", Some(NONE)),
    ("role-path", Some(ROOT)),
    ("old-permissions-boundary", Some(NONE)),
    ("new-permissions-boundary", Some(NONE)),
    ("tag", Some(NONE)),
];

/// The options that a deployment remembers, with their values as text.
pub type Deployed = BTreeMap<&'static str, String>;

/// The value that restores the default of an option whose default is no value.
pub const NONE: &str = "none";

/// The default of an option that a deployment remembers, as a value.
#[must_use]
pub fn default_of(option: &str) -> Option<&'static str> {
    let mut remembered = REMEMBERED.iter();
    remembered.find(|(name, _)| *name == option)?.1
}

/// The options for the migration of users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserHandling {
    /// Attributes that are renamed: the old name and the new name.
    pub renames: Vec<(String, String)>,
    /// Attributes that aren't migrated.
    pub drops: Vec<String>,
    /// The attribute of the new pool that stores the old `sub`.
    pub old_sub: Option<String>,
    /// How users with MFA are handled.
    pub mfa_users: Option<MfaUsers>,
    /// How users with a temporary password are handled.
    pub temporary_passwords: TemporaryPasswords,
    /// How users who forgot their password are handled.
    pub forgot_password: ForgotPassword,
}

/// The origin of the function's deployment package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PackageSource {
    /// This build.
    #[default]
    Embedded,
    /// A file.
    File(PathBuf),
    /// The function keeps its package, which an earlier setup deployed from a file. This is its
    /// `CodeSha256`.
    Deployed(String),
}

impl PackageSource {
    /// The prefix of the value for a package that the function keeps.
    const SHA256: &str = "sha256:";

    /// The source in the value of `--lambda-zip`, which can be the deployment's.
    #[must_use]
    pub fn of(value: PathBuf, is_deployed: bool) -> Self {
        let sha256 = value
            .to_str()
            .and_then(|text| text.strip_prefix(Self::SHA256));
        match sha256.filter(|_| is_deployed) {
            Some(sha256) => Self::Deployed(sha256.to_owned()),
            None if value.to_str() == Some(NONE) => Self::Embedded,
            None => Self::File(value),
        }
    }

    /// The value of `--lambda-zip` for a package that the function keeps.
    #[must_use]
    pub fn deployed(sha256: &str) -> String {
        format!("{}{sha256}", Self::SHA256)
    }
}

/// How the function's log identifies users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogUsers {
    /// By a keyed hash of the username.
    #[default]
    Hash,
    /// Not at all.
    None,
}

/// The options for the policy of a pipeline's role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// The account. The default is any account.
    pub account: Option<String>,
    /// Only the permissions that `plan`, `status` and `list` need.
    pub read_only: bool,
    /// The role with which the new pool sends SMS messages.
    pub sms_role: Option<String>,
    /// The KMS key of the new pool's custom sender triggers.
    pub kms_key: Option<String>,
}

/// All options of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The old side, from which users are migrated.
    pub old: SideSettings,
    /// The new side, to which users are migrated.
    pub new: SideSettings,
    /// The names of the resources.
    pub names: Names,
    /// The architecture of the function. The default depends on the build.
    pub architecture: Option<Architecture>,
    /// The deployment package of the function.
    pub package: PackageSource,
    /// The tags of all resources, in addition to those of the deployment.
    pub tags: Tags,
    /// The retention of the log group, in days, if it isn't the default.
    pub log_retention: Option<i32>,
    /// How the function's log identifies users, if it's set.
    pub log_users: Option<LogUsers>,
    /// Replace another UserMigration trigger.
    pub replace_trigger: bool,
    /// Whether an app client of the old pool that only checks passwords is created. `None` if it
    /// isn't set.
    pub dedicated_old_client: Option<bool>,
    /// How users are migrated.
    pub handling: UserHandling,
    /// Keep the log group at teardown.
    pub keep_logs: bool,
    /// The file in which teardown saves its report.
    pub report: Option<PathBuf>,
    /// Restore lost tags of the deployment's resources.
    pub adopt: bool,
    /// The ids of warnings that stop setup, and that the user allows.
    pub allow: Vec<String>,
    /// Fail if the plan has a warning of this severity or of a higher one.
    pub fail_on: Option<Severity>,
    /// The options of `policy`.
    pub grant: Grant,
    /// Check the user's password, which is read from standard input.
    pub password_stdin: bool,
    /// Print values of attributes.
    pub show_values: bool,
    /// The period in which `status` counts recent sign-ins.
    pub since: Duration,
    /// Whether the exit status is 2 if there are changes.
    pub detailed_exitcode: bool,
    /// Show the plan without applying it.
    pub dry_run: bool,
    /// Whether changes are applied without confirmation. `None` if it isn't set.
    pub yes: Option<bool>,
    /// The format of the output.
    pub output: Output,
    /// Print only the result.
    pub quiet: bool,
    /// Print each AWS call.
    pub verbose: bool,
    /// The origin of each option.
    pub origins: Origins,
}

/// The format of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// Text for people.
    #[default]
    Human,
    /// One JSON document.
    Json,
}

impl Settings {
    /// The options for one side.
    #[must_use]
    pub fn side(&self, side: Side) -> &SideSettings {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }

    /// Checks that at least one profile is set.
    ///
    /// # Errors
    /// None is set.
    pub fn any_profile(&self) -> Result<()> {
        if self.old.profile.is_some() || self.new.profile.is_some() {
            return Ok(());
        }
        let none = Problem::usage("profile-missing", "no profile is set");
        Err(none
            .fix("set --old-profile, --new-profile or both, on the command line or in cogmig.toml"))
    }

    /// Checks that both profiles are set.
    ///
    /// # Errors
    /// One isn't set.
    pub fn both_profiles(&self) -> Result<()> {
        if self.old.profile.is_none() && self.new.profile.is_none() {
            let none = Problem::usage("profile-missing", "the old and the new profile aren't set");
            let fix = "set --old-profile and --new-profile, COGMIG_OLD_PROFILE and COGMIG_NEW_PROFILE, or old-profile and new-profile in cogmig.toml";
            return Err(none.fix(fix));
        }
        self.profile(Side::Old)?;
        self.profile(Side::New)?;
        Ok(())
    }

    /// The profile of a side, and the Region if it's set.
    ///
    /// # Errors
    /// The profile isn't set.
    pub fn profile(&self, side: Side) -> Result<(&str, Option<&str>)> {
        let settings = self.side(side);
        match &settings.profile {
            Some(profile) => Ok((profile, settings.region.as_deref())),
            None => Err(missing(side.as_str())),
        }
    }
}

impl SideSettings {
    /// The ARN of the permissions boundary of this side's role, if it has one.
    ///
    /// # Errors
    /// The ARN in the options is that of another account.
    pub fn boundary_in(&self, account: &Identity) -> Result<Option<String>> {
        let Some(boundary) = self.boundary.as_ref().filter(|value| *value != NONE) else {
            return Ok(None);
        };
        let side = account.side.as_str();
        let option = format!("{side}-permissions-boundary");
        let arn = boundary_arn(boundary, account);
        arn.map(Some).map_err(|why| {
            let problem = self.origins.of(&option).refuse(&option, boundary, &why);
            problem.fix(format!(
                "use --{option} for the {side} account, or the name of a policy that exists in both accounts"
            ))
        })
    }

    /// An option of this side, as it's written in its origin.
    #[must_use]
    pub fn written(&self, side: Side, option: &str) -> String {
        let option = format!("{}-{option}", side.as_str());
        self.origins.of(&option).option(&option)
    }
}

fn missing(side: &str) -> Problem {
    let option = format!("{side}-profile");
    Problem::usage("profile-missing", format!("the {side} profile isn't set"))
        .fix(format!("set --{option} NAME, {}", elsewhere(&option)))
}

fn elsewhere(option: &str) -> String {
    format!("{}, or {option} in cogmig.toml", variable(option))
}
