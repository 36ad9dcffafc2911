//! Flags beat the environment, which beats `cogmig.toml`: one `Settings` comes out,
//! checked as far as it can be without asking AWS.

mod environment;
mod file;
mod layers;
mod names;
#[cfg(test)]
mod tests;
mod value;
mod written;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ArgMatches;
use cogmig_core::names::Names;
use cogmig_core::options::{Grant, Origins, Settings, SideSettings, UserHandling, refused};
use cogmig_core::problem::{Problem, Result};
use cogmig_core::reference::{self, Reference};

use self::environment::Environment;
use self::file::File;
use self::layers::Layers;
use crate::cli::args;

/// How far back sign-ins count as lately, unless an option says otherwise.
const SINCE: Duration = Duration::from_hours(24);

/// Retentions that CloudWatch Logs takes, in days (`PutRetentionPolicy`).
const RETENTIONS: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Whether the file asks for JSON, though nothing else in it may be understood.
pub fn file_asks_for_json(named: Option<&str>) -> bool {
    let text = std::fs::read_to_string(file::path(named.map(Path::new)));
    text.is_ok_and(|text| file::asks_for_json(&text))
}

/// Puts the three places together.
///
/// # Errors
/// The file cannot be read or understood, a name is of no option, or a value is not one of
/// the option's forms.
pub fn read(flags: &ArgMatches) -> Result<Settings> {
    let environment = Environment::of(std::env::vars_os());
    let options = args::options();
    environment.refuse_unknown(&options)?;
    let named = flags.try_get_one::<PathBuf>("config").ok().flatten();
    let named = match named {
        Some(file) => Some(file.clone()),
        None => environment.read("config")?,
    };
    checked(&Layers {
        flags,
        environment,
        file: File::open(named.as_deref(), &options)?,
    })
}

fn checked(layers: &Layers<'_>) -> Result<Settings> {
    let suffix: Option<String> = layers.read("suffix")?;
    if let Some(suffix) = &suffix {
        Names::check_suffix(suffix).map_err(|why| refused("suffix", suffix, &why))?;
    }
    let log_retention = layers.read("log-retention")?;
    if let Some(days) = log_retention.filter(|days| !RETENTIONS.contains(days)) {
        let takes = RETENTIONS.map(|days| days.to_string()).join(", ");
        return Err(refused(
            "log-retention",
            &days.to_string(),
            &format!("CloudWatch Logs takes {takes}"),
        ));
    }
    let asked = |value: &bool| *value;
    let (quiet, verbose) = layers.either(("quiet", asked), ("verbose", asked))?;
    if quiet.is_some() && verbose.is_some() {
        return Err(Problem::usage(
            "options-conflict",
            "--quiet and --verbose (COGMIG_QUIET, COGMIG_VERBOSE; quiet, verbose in \
                 cogmig.toml) cannot both be meant",
        ));
    }
    let named = |_: &String| true;
    let (old_client, dedicated) =
        layers.either(("old-client", named), ("dedicated-old-client", asked))?;
    if let (Some(client), Some(_)) = (&old_client, dedicated) {
        let why = "it is named, and --dedicated-old-client asks to make another";
        return Err(refused("old-client", client, why));
    }
    let old_client: Vec<_> = old_client.into_iter().collect();
    let new_client: Vec<_> = layers.read("new-client")?.unwrap_or_default();
    Ok(Settings {
        old: side(
            layers,
            ["old-profile", "old-region", "old-pool", "old-client"],
            &old_client,
        )?,
        new: side(
            layers,
            ["new-profile", "new-region", "new-pool", "new-client"],
            &new_client,
        )?,
        names: Names::new(suffix.as_deref()),
        architecture: layers.read("architecture")?,
        lambda_zip: layers.read("lambda-zip")?,
        log_retention,
        replace_trigger: is_asked(layers, "replace-trigger")?,
        dedicated_old_client: dedicated.is_some(),
        handling: handling(layers)?,
        keep_logs: is_asked(layers, "keep-logs")?,
        // Not from the other places: see `FLAGS_ONLY`.
        adopt: is_asked(layers, "adopt")?,
        grant: Grant {
            account: layers.read("account")?,
            read_only: is_asked(layers, "read-only")?,
            sms_role: layers.read("sms-role")?,
        },
        username: layers.read("username")?,
        since: layers.read("since")?.unwrap_or(SINCE),
        detailed_exitcode: is_asked(layers, "detailed-exitcode")?,
        dry_run: is_asked(layers, "dry-run")?,
        yes: layers.read("yes")?,
        output: layers.read("output")?.unwrap_or_default(),
        quiet: quiet.is_some(),
        verbose: verbose.is_some(),
    })
}

fn is_asked(layers: &Layers<'_>, option: &str) -> Result<bool> {
    Ok(layers.read(option)?.unwrap_or_default())
}

fn side(
    layers: &Layers<'_>,
    [profile, region, pool, client]: [&str; 4],
    clients: &[String],
) -> Result<SideSettings> {
    let place: Option<String> = layers.read(region)?;
    if let Some(text) = &place
        && !reference::is_region(text)
    {
        let why = "it is not the name of an AWS Region, such as eu-west-1";
        return Err(refused(region, text, why));
    }
    let referred: Option<String> = layers.read(pool)?;
    let referred =
        referred.map(|text| Reference::pool(&text).map_err(|why| refused(pool, &text, why)));
    let clients = clients
        .iter()
        .map(|text| Reference::client(text).map_err(|why| refused(client, text, why)));
    Ok(SideSettings {
        profile: layers.read(profile)?,
        region: place,
        pool: referred.transpose()?,
        clients: clients.collect::<Result<_>>()?,
        origins: Origins {
            region: layers.origin::<String>(region)?,
            pool: layers.origin::<String>(pool)?,
            clients: layers.origin::<Vec<String>>(client)?,
        },
    })
}

fn handling(layers: &Layers<'_>) -> Result<UserHandling> {
    let renames: Vec<String> = layers.read("attribute")?.unwrap_or_default();
    let renames = renames.iter().map(|rename| match rename.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => {
            Ok((old.trim().to_owned(), new.trim().to_owned()))
        }
        _ => Err(refused("attribute", rename, "it takes OLD=NEW")),
    });
    Ok(UserHandling {
        renames: renames.collect::<Result<_>>()?,
        drops: layers.read("drop-attribute")?.unwrap_or_default(),
        old_sub: layers.read("old-sub")?,
        mfa_users: layers.read("mfa-users")?,
        temporary_passwords: layers.read("temporary-passwords")?.unwrap_or_default(),
        forgot_password: layers.read("forgot-password")?.unwrap_or_default(),
    })
}
