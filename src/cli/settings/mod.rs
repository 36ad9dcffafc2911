//! Flags beat the environment, which beats `cogmig.toml`: one `Settings` comes out,
//! checked as far as it can be without asking AWS.

mod environment;
mod file;
mod flags;
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
use cogmig_core::options::{Grant, Settings, SideSettings, UserHandling};
use cogmig_core::problem::{Problem, Result};
use cogmig_core::reference::{self, Reference};

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
pub fn read(matches: &ArgMatches) -> Result<Settings> {
    let options = args::options();
    let flags = flags::layer(matches, &options);
    let environment = environment::layer(std::env::vars_os(), &options)?;
    let named = [&flags, &environment].map(|layer| layer.get("config"));
    let named = named.into_iter().flatten().next();
    let named = named.map(|written| value::read::<PathBuf>("config", written));
    let file = file::open(named.transpose()?.as_deref(), &options)?;
    let mut settings = checked(&Layers::new([flags, environment, file]))?;
    // The environment and the file can set options of other commands.
    settings.origins.retain(|option| takes(matches, option));
    Ok(settings)
}

/// Whether a command takes an option.
fn takes(matches: &ArgMatches, option: &str) -> bool {
    let id = option.replace('-', "_");
    matches.try_contains_id(&id).is_ok() && id != "username"
}

fn checked(layers: &Layers) -> Result<Settings> {
    let origins = layers.origins();
    let suffix: Option<String> = layers.read("suffix")?;
    if let Some(suffix) = &suffix {
        Names::check_suffix(suffix).map_err(|why| layers.refuse("suffix", suffix, &why))?;
    }
    let log_retention = layers.read("log-retention")?;
    if let Some(days) = log_retention.filter(|days| !RETENTIONS.contains(days)) {
        let accepted = RETENTIONS.map(|days| days.to_string()).join(", ");
        return Err(layers.refuse(
            "log-retention",
            &days.to_string(),
            &format!("CloudWatch Logs accepts {accepted}"),
        ));
    }
    let asked = |value: &bool| *value;
    let (quiet, verbose) = layers.either(("quiet", asked), ("verbose", asked))?;
    if quiet.is_some() && verbose.is_some() {
        let [quiet, verbose] = ["quiet", "verbose"].map(|option| origins.of(option).option(option));
        return Err(Problem::usage(
            "options-conflict",
            format!("{quiet} and {verbose} are mutually exclusive"),
        ));
    }
    let named = |_: &String| true;
    let (old_client, dedicated) =
        layers.either(("old-client", named), ("dedicated-old-client", asked))?;
    if let (Some(client), Some(_)) = (&old_client, dedicated) {
        let option = "dedicated-old-client";
        let why = format!("conflicts with {}", origins.of(option).option(option));
        return Err(layers.refuse("old-client", client, &why));
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
        origins,
    })
}

fn is_asked(layers: &Layers, option: &str) -> Result<bool> {
    Ok(layers.read(option)?.unwrap_or_default())
}

fn side(
    layers: &Layers,
    [profile, region, pool, client]: [&str; 4],
    clients: &[String],
) -> Result<SideSettings> {
    let place: Option<String> = layers.read(region)?;
    if let Some(text) = &place
        && !reference::is_region(text)
    {
        let why = "it is not the name of an AWS Region, such as eu-west-1";
        return Err(layers.refuse(region, text, why));
    }
    let referred: Option<String> = layers.read(pool)?;
    let referred =
        referred.map(|text| Reference::pool(&text).map_err(|why| layers.refuse(pool, &text, why)));
    let clients = clients
        .iter()
        .map(|text| Reference::client(text).map_err(|why| layers.refuse(client, text, why)));
    Ok(SideSettings {
        profile: layers.read(profile)?,
        region: place,
        pool: referred.transpose()?,
        clients: clients.collect::<Result<_>>()?,
        origins: layers.origins(),
    })
}

fn handling(layers: &Layers) -> Result<UserHandling> {
    let renames: Vec<String> = layers.read("attribute")?.unwrap_or_default();
    let renames = renames.iter().map(|rename| match rename.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => {
            Ok((old.trim().to_owned(), new.trim().to_owned()))
        }
        _ => Err(layers.refuse("attribute", rename, "expected OLD=NEW")),
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
