//! The profiles of the AWS CLI's files, which the SDK's parser can't always read, and the settings
//! that the SDK doesn't use.

mod ini;

use std::env::var_os;
use std::ffi::OsStr;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use cogmig_core::problem::{Cause, Problem};

pub use ini::encoded;
use ini::{File, Kind, Section};

/// The profiles, as the SDK can read them.
pub struct Profiles {
    files: [(PathBuf, File); 2],
}

impl Profiles {
    /// Reads the config and the credentials file. A file that doesn't exist has no profiles.
    ///
    /// # Errors
    /// A file exists and can't be read.
    pub fn read() -> Result<Self> {
        Ok(Self {
            files: [
                file(Kind::Config, "AWS_CONFIG_FILE", "config")?,
                file(
                    Kind::Credentials,
                    "AWS_SHARED_CREDENTIALS_FILE",
                    "credentials",
                )?,
            ],
        })
    }

    /// The files for the SDK.
    pub fn files(&self) -> EnvConfigFiles {
        let kinds = [EnvConfigFileKind::Config, EnvConfigFileKind::Credentials];
        let files = self.files.iter().zip(kinds);
        let builder = files.fold(EnvConfigFiles::builder(), |builder, ((_, file), kind)| {
            builder.with_contents(kind, file.normalized())
        });
        builder.build()
    }

    /// Checks that a profile exists, and that its lines can be parsed.
    ///
    /// # Errors
    /// It doesn't exist, or a line of it can't be parsed. The error names the file and the line.
    pub fn check(&self, profile: &str) -> Result<()> {
        let sections = || self.sections(profile);
        for (path, section) in sections() {
            if let Some(line) = section.broken.first() {
                return Err(broken(path, *line).into());
            }
        }
        if sections().next().is_some() {
            return Ok(());
        }
        let missing = format!("profile `{profile}` doesn't exist");
        let mut problem = Problem::usage("profile-invalid", missing);
        for (path, file) in &self.files {
            if let Some(line) = file.broken.first() {
                problem = problem.because(Cause::Because(broken(path, *line).summary));
            }
        }
        let fix = "run `aws configure list-profiles` to list the existing profiles";
        Err(problem.fix(fix).into())
    }

    /// The file of the certificate authorities that the profile trusts: `AWS_CA_BUNDLE`, or
    /// `ca_bundle`. It replaces the ones of the system.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn ca_bundle(&self, profile: &str) -> Result<Option<Vec<u8>>> {
        let set = var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty());
        let of_profile = || self.setting(profile, "ca_bundle").map(Into::into);
        let Some(path) = set.or_else(of_profile) else {
            return Ok(None);
        };
        let path = expanded(&path);
        let context = || format!("can't read the CA bundle {}", path.display());
        Ok(Some(std::fs::read(&path).with_context(context)?))
    }

    fn setting(&self, profile: &str, name: &str) -> Option<&str> {
        let mut sections = self.sections(profile);
        sections.find_map(|(_, section)| section.get(name))
    }

    fn sections(&self, profile: &str) -> impl Iterator<Item = (&Path, &Section)> {
        let files = self.files.iter();
        files.filter_map(move |(path, file)| Some((path.as_path(), file.profile(profile)?)))
    }
}

fn broken(path: &Path, line: usize) -> Problem {
    let mut place = String::new();
    let _ = write!(place, "{}, line {line}", path.display());
    let summary = format!("{place}: the line can't be parsed");
    Problem::usage("profile-invalid", summary).fix("correct the line: expected NAME = VALUE")
}

/// Reads a file, in its default place if the variable isn't set.
fn file(kind: Kind, variable: &str, name: &str) -> Result<(PathBuf, File)> {
    let set = var_os(variable).filter(|path| !path.is_empty());
    let path = match set {
        Some(path) => expanded(&path),
        None => expanded(OsStr::new("~/.aws")).join(name),
    };
    let text = match std::fs::read(&path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let context = format!("can't read {}", path.display());
            return Err(anyhow::Error::from(error).context(context));
        }
    };
    Ok((path, File::parse(kind, &text)))
}

/// A path, with the home directory in the place of `~`.
fn expanded(path: &OsStr) -> PathBuf {
    let home = ["HOME", "USERPROFILE"].into_iter().find_map(var_os);
    match (Path::new(path).strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.into(),
    }
}
