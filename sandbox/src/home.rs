//! The home folder of a sandbox user: a standard `.aws/config` that also sets `endpoint_url`.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::accounts::{NEW_ACCOUNT, OLD_ACCOUNT};

/// The default profiles: name, account, Region.
pub(crate) const PROFILES: [(&str, &str, &str); 3] = [
    ("old", OLD_ACCOUNT, "eu-west-1"),
    ("new", NEW_ACCOUNT, "eu-central-1"),
    ("old-other", OLD_ACCOUNT, "eu-north-1"),
];

/// Writes the default profiles.
pub(crate) fn write(home: &Path, endpoint: &str) -> Result<()> {
    fs::create_dir(home.join(".aws"))
        .context("cannot create the folder for the sandbox's profiles")?;
    PROFILES.iter().try_for_each(|(name, account, region)| {
        let settings = [
            ("region", *region),
            ("aws_access_key_id", account),
            ("aws_secret_access_key", "test"),
        ];
        add_profile(home, endpoint, name, &settings)
    })
}

/// Adds a profile.
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
        .with_context(|| format!("cannot write the profile {name}"))
}
