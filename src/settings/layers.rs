//! The three places that options come from, each read into the same struct, so that
//! one function can lay them over each other.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use super::environment::Environment;
use crate::cli::{Command, Deploy, ForgotPassword, MfaUsers, Output, TemporaryPasswords};
use crate::error::Usage;
use crate::package::Architecture;

/// What one place says; `None` is what it says nothing of. In `cogmig.toml` these are
/// the long options without their dashes, with hyphens or underscores; `cli` says what
/// each of them means.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Options {
    #[serde(alias = "old_profile")]
    pub old_profile: Option<String>,
    #[serde(alias = "new_profile")]
    pub new_profile: Option<String>,
    #[serde(alias = "old_pool")]
    pub old_pool: Option<String>,
    #[serde(alias = "old_client")]
    pub old_client: Option<String>,
    #[serde(alias = "new_pool")]
    pub new_pool: Option<String>,
    #[serde(alias = "new_client", deserialize_with = "one_or_more")]
    pub new_client: Option<Vec<String>>,
    #[serde(alias = "old_region")]
    pub old_region: Option<String>,
    #[serde(alias = "new_region")]
    pub new_region: Option<String>,
    pub suffix: Option<String>,
    pub architecture: Option<Architecture>,
    #[serde(alias = "lambda_zip")]
    pub lambda_zip: Option<PathBuf>,
    #[serde(alias = "log_retention")]
    pub log_retention: Option<i32>,
    #[serde(alias = "replace_trigger")]
    pub replace_trigger: Option<bool>,
    #[serde(alias = "keep_logs")]
    pub keep_logs: Option<bool>,
    #[serde(alias = "dedicated_old_client")]
    pub dedicated_old_client: Option<bool>,
    #[serde(alias = "mfa_users")]
    pub mfa_users: Option<MfaUsers>,
    #[serde(alias = "temporary_passwords")]
    pub temporary_passwords: Option<TemporaryPasswords>,
    #[serde(alias = "forgot_password")]
    pub forgot_password: Option<ForgotPassword>,
    #[serde(deserialize_with = "one_or_more")]
    pub attribute: Option<Vec<String>>,
    #[serde(alias = "drop_attribute", deserialize_with = "one_or_more")]
    pub drop_attribute: Option<Vec<String>>,
    #[serde(alias = "old_sub")]
    pub old_sub: Option<String>,
    pub yes: Option<bool>,
    pub output: Option<Output>,
    pub quiet: Option<bool>,
    pub verbose: Option<bool>,
}

impl Options {
    /// Reads the flags. One that is absent says nothing: it is not a no.
    pub fn of_flags(command: &Command) -> Self {
        let (common, deploy, keep_logs) = match command.clone() {
            Command::Setup { common, deploy, .. }
            | Command::Plan { common, deploy, .. }
            | Command::Verify { common, deploy, .. }
            | Command::Status { common, deploy, .. }
            | Command::Policy { common, deploy, .. } => (common, deploy, false),
            Command::Teardown {
                common, keep_logs, ..
            } => (common, Deploy::default(), keep_logs),
        };
        let set = |flag: bool| flag.then_some(true);
        Self {
            old_profile: common.old_profile,
            new_profile: common.new_profile,
            old_pool: common.old_pool,
            old_client: common.old_client,
            new_pool: common.new_pool,
            new_client: Some(common.new_client),
            old_region: common.old_region,
            new_region: common.new_region,
            suffix: common.suffix,
            architecture: common.architecture,
            lambda_zip: deploy.lambda_zip,
            log_retention: deploy.log_retention,
            replace_trigger: set(deploy.replace_trigger),
            keep_logs: set(keep_logs),
            dedicated_old_client: set(deploy.dedicated_old_client),
            mfa_users: deploy.mfa_users,
            temporary_passwords: deploy.temporary_passwords,
            forgot_password: deploy.forgot_password,
            attribute: Some(deploy.attribute),
            drop_attribute: Some(deploy.drop_attribute),
            old_sub: deploy.old_sub,
            yes: set(common.yes),
            output: common.output,
            quiet: set(common.quiet),
            verbose: set(common.verbose),
        }
    }

    /// Reads the environment.
    ///
    /// # Errors
    /// A value cannot be meant.
    pub fn of_environment(
        from: &Environment<impl Fn(&str) -> Option<OsString>>,
    ) -> Result<Self, Usage> {
        Ok(Self {
            old_profile: from.read("old-profile")?,
            new_profile: from.read("new-profile")?,
            old_pool: from.read("old-pool")?,
            old_client: from.read("old-client")?,
            new_pool: from.read("new-pool")?,
            new_client: from.read("new-client")?,
            old_region: from.read("old-region")?,
            new_region: from.read("new-region")?,
            suffix: from.read("suffix")?,
            architecture: from.read("architecture")?,
            lambda_zip: from.read("lambda-zip")?,
            log_retention: from.read("log-retention")?,
            replace_trigger: from.read("replace-trigger")?,
            keep_logs: from.read("keep-logs")?,
            dedicated_old_client: from.read("dedicated-old-client")?,
            mfa_users: from.read("mfa-users")?,
            temporary_passwords: from.read("temporary-passwords")?,
            forgot_password: from.read("forgot-password")?,
            attribute: from.read("attribute")?,
            drop_attribute: from.read("drop-attribute")?,
            old_sub: from.read("old-sub")?,
            yes: from.read("yes")?,
            output: from.read("output")?,
            quiet: from.read("quiet")?,
            verbose: from.read("verbose")?,
        })
    }

    /// Reads the file that was named, or `cogmig.toml` if there.
    ///
    /// # Errors
    /// The file cannot be read or understood.
    pub fn of_file(named: Option<&Path>) -> Result<Self, Usage> {
        let path = file(named);
        let refused = |why: &str| Usage(format!("{}: {}", path.display(), why.trim_end()));
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| refused(&error.to_string())),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => Err(refused(&error.to_string())),
        }
    }

    /// Lays this over what a lower place says. Empty values below are none.
    pub fn over(self, lower: Self) -> Self {
        // Quiet and verbose are two ends of one thing: who asks for either has, for the
        // places below, said no to the other.
        let not = |other: Option<bool>| (other == Some(true)).then_some(false);
        // So are an old client that is named and one that is made.
        let makes_client = self.dedicated_old_client == Some(true);
        let names_client = self.old_client.as_ref().map(|_| false);
        Self {
            old_profile: self.old_profile.or(given(lower.old_profile)),
            new_profile: self.new_profile.or(given(lower.new_profile)),
            old_pool: self.old_pool.or(given(lower.old_pool)),
            old_client: self
                .old_client
                .or(given(lower.old_client).filter(|_| !makes_client)),
            new_pool: self.new_pool.or(given(lower.new_pool)),
            new_client: self.new_client.or(lower.new_client.and_then(distinct)),
            old_region: self.old_region.or(given(lower.old_region)),
            new_region: self.new_region.or(given(lower.new_region)),
            suffix: self.suffix.or(given(lower.suffix)),
            architecture: self.architecture.or(lower.architecture),
            lambda_zip: self.lambda_zip.or(given(lower.lambda_zip)),
            log_retention: self.log_retention.or(lower.log_retention),
            replace_trigger: self.replace_trigger.or(lower.replace_trigger),
            keep_logs: self.keep_logs.or(lower.keep_logs),
            dedicated_old_client: self
                .dedicated_old_client
                .or(names_client)
                .or(lower.dedicated_old_client),
            mfa_users: self.mfa_users.or(lower.mfa_users),
            temporary_passwords: self.temporary_passwords.or(lower.temporary_passwords),
            forgot_password: self.forgot_password.or(lower.forgot_password),
            attribute: self.attribute.or(lower.attribute.and_then(distinct)),
            drop_attribute: self
                .drop_attribute
                .or(lower.drop_attribute.and_then(distinct)),
            old_sub: self.old_sub.or(given(lower.old_sub)),
            yes: self.yes.or(lower.yes),
            output: self.output.or(lower.output),
            quiet: self.quiet.or(not(self.verbose)).or(lower.quiet),
            verbose: self.verbose.or(not(self.quiet)).or(lower.verbose),
        }
    }
}

/// The file that was named, or `cogmig.toml`.
pub fn file(named: Option<&Path>) -> &Path {
    named.unwrap_or(Path::new("cogmig.toml"))
}

fn given<T: AsRef<OsStr>>(value: Option<T>) -> Option<T> {
    value.filter(|value| !value.as_ref().is_empty())
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

fn one_or_more<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Vec<String>>, D::Error> {
    /// An untagged enum would do, but its complaint names itself.
    struct OneOrMore;

    impl<'de> Visitor<'de> for OneOrMore {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("one text or a list of them")
        }

        fn visit_str<E: Error>(self, ids: &str) -> Result<Self::Value, E> {
            Ok(ids.split(',').map(str::to_owned).collect())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, ids: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(ids))
        }
    }

    value.deserialize_any(OneOrMore).map(Some)
}
