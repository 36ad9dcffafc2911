//! The home folder of a user of the sandbox: a normal `.aws/config`, except for `endpoint_url`.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::accounts::{NEW_ACCOUNT, OLD_ACCOUNT};

/// The profiles that are always there: name, account, Region.
pub(crate) const PROFILES: [(&str, &str, &str); 3] = [
    ("old", OLD_ACCOUNT, "eu-west-1"),
    ("new", NEW_ACCOUNT, "eu-central-1"),
    ("old-other", OLD_ACCOUNT, "eu-north-1"),
];

/// Writes them.
pub(crate) fn write(home: &Path, endpoint: &str) -> Result<()> {
    fs::create_dir(home.join(".aws")).context("no folder for the sandbox's profiles")?;
    PROFILES.iter().try_for_each(|(name, account, region)| {
        let settings = [
            ("region", *region),
            ("aws_access_key_id", account),
            ("aws_secret_access_key", "test"),
        ];
        add_profile(home, endpoint, name, &settings)
    })
}

/// Adds one.
pub(crate) fn add_profile(
    home: &Path,
    endpoint: &str,
    name: &str,
    settings: &[(&str, &str)],
) -> Result<()> {
    let mut profile = format!("[profile {name}]\nendpoint_url = {endpoint}\n");
    for (setting, value) in settings {
        profile.extend([*setting, " = ", *value, "\n"]);
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(home.join(".aws/config"))
        .and_then(|mut config| writeln!(config, "{profile}"))
        .with_context(|| format!("the profile {name} could not be written"))
}
