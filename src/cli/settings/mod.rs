//! Merges the three sources of options into one `Settings`. Flags take precedence over the
//! environment, and the environment over `cogmig.toml`. Checks everything that can be checked
//! without a call to AWS.

mod environment;
mod file;
mod flags;
mod layers;
pub mod names;
mod setting;
#[cfg(test)]
mod tests;
mod value;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ArgMatches;
use cogmig_core::governance;
use cogmig_core::names::Names;
use cogmig_core::options::{
    Deployed, Grant, NONE, Origin, PackageSource, Settings, SideSettings, UserHandling,
};
use cogmig_core::problem::{CONSENTS, Cause, Problem, Result};
use cogmig_core::record::Tags;
use cogmig_core::reference::{self, Reference};

use self::layers::Layers;
use self::setting::{Form, Setting};
use crate::cli::args;

/// The default of `--since`.
const SINCE: Duration = Duration::from_hours(24);

/// The values that CloudWatch Logs accepts, in days (`PutRetentionPolicy`).
const RETENTIONS: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Whether the file sets the output to JSON. Its other options can be invalid.
pub fn file_asks_for_json(config: Option<&str>) -> bool {
    let text = std::fs::read_to_string(file::path(config.map(Path::new)));
    text.is_ok_and(|text| file::asks_for_json(&text))
}

/// The sources of a command's options.
pub struct Sources {
    layers: Layers,
    /// The options that the command takes.
    taken: Vec<String>,
}

impl Sources {
    /// Reads the flags, the environment and the file.
    ///
    /// # Errors
    /// The file can't be read or parsed, or an option is unknown.
    pub fn read(matches: &ArgMatches) -> Result<Self> {
        let options = args::options();
        let flags = flags::layer(matches, &options);
        let environment = environment::layer(std::env::vars_os(), &options)?;
        let config = flags.get("config").or_else(|| environment.get("config"));
        let config = config.map(|setting| value::read::<PathBuf>("config", setting));
        let file = file::open(config.transpose()?.as_deref(), &options)?;
        let mut taken = options;
        taken.retain(|option| takes(matches, option));
        Ok(Self {
            layers: Layers::new([flags, environment, file]),
            taken,
        })
    }

    /// The options of these sources.
    ///
    /// # Errors
    /// A value is invalid.
    pub fn settings(&self) -> Result<Settings> {
        self.merged(&self.layers)
    }

    /// The options of these sources, and those that the existing deployment remembers. The sources
    /// take precedence.
    ///
    /// # Errors
    /// A value is invalid.
    pub fn with_deployed(&self, deployed: &Deployed) -> Result<Settings> {
        let deployed = deployed.iter().map(|(option, value)| {
            let setting = Setting {
                origin: Origin::Deployment,
                form: Form::Raw(value.into()),
            };
            ((*option).to_owned(), setting)
        });
        self.merged(&self.layers.above(deployed.collect()))
    }

    fn merged(&self, layers: &Layers) -> Result<Settings> {
        let mut settings = checked(layers)?;
        let (quiet, verbose) = (settings.quiet, settings.verbose);
        let names_client = !settings.old.clients.is_empty();
        let dedicated = settings.dedicated_old_client == Some(true);
        // The environment and the file can set options of other commands, and options that another
        // source overrides.
        settings.origins.retain(|option, _| {
            let is_effective = match option {
                "quiet" => quiet,
                "verbose" => verbose,
                "old-client" => names_client,
                "dedicated-old-client" => dedicated,
                _ => true,
            };
            is_effective && self.taken.iter().any(|taken| taken == option)
        });
        Ok(settings)
    }
}

/// Whether a command takes an option.
fn takes(matches: &ArgMatches, option: &str) -> bool {
    let id = option.replace('-', "_");
    matches.try_contains_id(&id).is_ok()
}

fn checked(layers: &Layers) -> Result<Settings> {
    let origins = layers.origins();
    let suffix: Option<String> = layers.read("suffix")?;
    if let Some(suffix) = &suffix {
        Names::check_suffix(suffix).map_err(|why| layers.invalid("suffix", suffix, &why))?;
    }
    let log_retention = layers.read("log-retention")?;
    // CloudWatch Logs has accepted the deployment's.
    let is_given = origins.of("log-retention") != &Origin::Deployment;
    if let Some(days) = log_retention.filter(|days| is_given && !RETENTIONS.contains(days)) {
        let accepted = RETENTIONS.map(|days| days.to_string()).join(", ");
        let why = "not a retention that CloudWatch Logs accepts";
        let problem = layers.invalid("log-retention", &days.to_string(), why);
        return Err(problem.because(Cause::Valid(accepted)));
    }
    let is_true = |value: &bool| *value;
    let (quiet, verbose) = layers.either(("quiet", is_true), ("verbose", is_true))?;
    if quiet.is_some() && verbose.is_some() {
        let [quiet, verbose] = ["quiet", "verbose"].map(|option| origins.of(option).option(option));
        return Err(Problem::usage(
            "options-conflict",
            format!("{quiet} and {verbose} are mutually exclusive"),
        ));
    }
    let is_set = |_: &String| true;
    let (old_client, dedicated) =
        layers.either(("old-client", is_set), ("dedicated-old-client", is_true))?;
    if let (Some(client), Some(_)) = (&old_client, dedicated) {
        let option = "dedicated-old-client";
        let why = format!("conflicts with {}", origins.of(option).option(option));
        return Err(layers.invalid("old-client", client, &why));
    }
    // A named app client replaces the dedicated one.
    let uses_dedicated = match (dedicated, &old_client) {
        (Some(_), _) => Some(true),
        (None, Some(_)) => Some(false),
        (None, None) => layers.read("dedicated-old-client")?,
    };
    let old_client: Vec<_> = old_client.into_iter().collect();
    let new_client: Vec<_> = layers.read("new-client")?.unwrap_or_default();
    Ok(Settings {
        old: side(
            layers,
            [
                "old-profile",
                "old-region",
                "old-pool",
                "old-client",
                "old-permissions-boundary",
            ],
            &old_client,
        )?,
        new: side(
            layers,
            [
                "new-profile",
                "new-region",
                "new-pool",
                "new-client",
                "new-permissions-boundary",
            ],
            &new_client,
        )?,
        names: Names::new(suffix.as_deref()).with_role_path(role_path(layers)?),
        tags: tags(layers)?,
        architecture: layers.read("architecture")?,
        package: package(layers)?,
        log_retention,
        log_users: layers.read("log-users")?,
        replace_trigger: flag(layers, "replace-trigger")?,
        dedicated_old_client: uses_dedicated,
        handling: handling(layers)?,
        keep_logs: flag(layers, "keep-logs")?,
        report: layers.read("report")?,
        // Only from the flags: see `FLAGS_ONLY`.
        adopt: flag(layers, "adopt")?,
        allow: allow(layers)?,
        fail_on: layers.read("fail-on")?,
        grant: Grant {
            account: layers.read("account")?,
            read_only: flag(layers, "read-only")?,
            sms_role: layers.read("sms-role")?,
            kms_key: layers.read("kms-key")?,
        },
        password_stdin: flag(layers, "password-stdin")?,
        show_values: flag(layers, "show-values")?,
        since: layers.read("since")?.unwrap_or(SINCE),
        detailed_exitcode: flag(layers, "detailed-exitcode")?,
        dry_run: flag(layers, "dry-run")?,
        yes: layers.read("yes")?,
        output: layers.read("output")?.unwrap_or_default(),
        quiet: quiet.is_some(),
        verbose: verbose.is_some(),
        origins,
    })
}

/// Only the deployment can have a package that the function keeps.
fn package(layers: &Layers) -> Result<PackageSource> {
    let is_deployed = layers.origins().of("lambda-zip") == &Origin::Deployment;
    let path: Option<PathBuf> = layers.read("lambda-zip")?;
    Ok(path.map_or_else(PackageSource::default, |path| {
        PackageSource::of(path, is_deployed)
    }))
}

fn role_path(layers: &Layers) -> Result<String> {
    let path: Option<String> = layers.read("role-path")?;
    let path = path.unwrap_or_else(|| governance::ROOT.to_owned());
    governance::check_path(&path).map_err(|why| layers.invalid("role-path", &path, why))?;
    Ok(path)
}

fn tags(layers: &Layers) -> Result<Tags> {
    let texts: Vec<String> = layers.read("tag")?.unwrap_or_default();
    let texts = texts
        .iter()
        .map(String::as_str)
        .filter(|text| *text != NONE);
    governance::tags(texts).map_err(|(text, why)| layers.invalid("tag", text, why))
}

/// The warnings that are allowed. Only from the flags: see `FLAGS_ONLY`.
fn allow(layers: &Layers) -> Result<Vec<String>> {
    let allowed: Vec<String> = layers.read("allow")?.unwrap_or_default();
    match allowed.iter().find(|id| !CONSENTS.contains(&id.as_str())) {
        None => Ok(allowed),
        Some(unknown) => {
            let why = "not a warning that stops setup";
            let problem = layers.invalid("allow", unknown, why);
            Err(problem.because(Cause::Valid(CONSENTS.join(", "))))
        }
    }
}

fn flag(layers: &Layers, option: &str) -> Result<bool> {
    Ok(layers.read(option)?.unwrap_or_default())
}

fn side(
    layers: &Layers,
    [profile, region, pool, client, boundary]: [&str; 5],
    clients: &[String],
) -> Result<SideSettings> {
    let region_name: Option<String> = layers.read(region)?;
    if let Some(text) = &region_name
        && !reference::is_region(text)
    {
        let why = "not an AWS Region, such as eu-west-1";
        return Err(layers.invalid(region, text, why));
    }
    let reference: Option<String> = layers.read(pool)?;
    let reference = reference
        .map(|text| Reference::pool(&text).map_err(|why| layers.invalid(pool, &text, why)));
    let clients = clients
        .iter()
        .map(|text| Reference::client(text).map_err(|why| layers.invalid(client, text, why)));
    let boundary_text: Option<String> = layers.read(boundary)?;
    if let Some(text) = &boundary_text {
        governance::check_boundary(text).map_err(|why| layers.invalid(boundary, text, why))?;
    }
    Ok(SideSettings {
        boundary: boundary_text,
        profile: layers.read(profile)?,
        region: region_name,
        pool: reference.transpose()?,
        clients: clients.collect::<Result<_>>()?,
        origins: layers.origins(),
    })
}

fn handling(layers: &Layers) -> Result<UserHandling> {
    let list = |option| -> Result<Vec<String>> {
        let names: Vec<String> = layers.read(option)?.unwrap_or_default();
        Ok(if names == [NONE] { Vec::new() } else { names })
    };
    let (renames, drops) = (list("attribute")?, list("drop-attribute")?);
    let old_sub: Option<String> = layers.read("old-sub")?;
    let renames = renames.iter().map(|rename| match rename.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => {
            Ok((old.trim().to_owned(), new.trim().to_owned()))
        }
        _ => Err(layers.invalid("attribute", rename, "expected OLD=NEW")),
    });
    Ok(UserHandling {
        renames: renames.collect::<Result<_>>()?,
        drops,
        old_sub: old_sub.filter(|name| name != NONE),
        mfa_users: layers.read("mfa-users")?,
        temporary_passwords: layers.read("temporary-passwords")?.unwrap_or_default(),
        forgot_password: layers.read("forgot-password")?.unwrap_or_default(),
    })
}
