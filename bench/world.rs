//! Two accounts with a user pool and an app client each. Every service that the commands call has
//! its own host, with its own latency.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cogmig_sandbox::{Distance, NEW_ACCOUNT, OLD_ACCOUNT, Pool, Sandbox, architecture};

pub const PASSWORD: &str = "Correct-Horse-1";
pub const USER: &str = "ada";

/// The options of every command.
const BOTH: [&str; 4] = ["--old-profile", "old", "--new-profile", "new"];

/// A service, and the profiles that use the same host for it.
const HOSTS: [(&str, &[&str]); 7] = [
    ("iam", &["old", "new"]),
    ("sts", &["old"]),
    ("sts", &["new"]),
    ("cognito_identity_provider", &["old"]),
    ("cognito_identity_provider", &["new"]),
    ("lambda", &["new"]),
    ("cloudwatch_logs", &["new"]),
];

pub struct World {
    pub sandbox: Sandbox,
    pub old: Pool,
    pub new: Pool,
    hosts: Vec<Distance>,
    config: PathBuf,
}

/// The time, calls and connections of a command.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    pub time: Duration,
    pub calls: usize,
    pub connections: usize,
}

impl World {
    pub fn new(round_trip: Duration) -> Result<Self> {
        let sandbox = Sandbox::start()?;
        let old = sandbox.pool("old", "Customers")?;
        let new = sandbox.pool("new", "Customers")?;
        let attributes = [
            ("email", "ada@example.com"),
            ("email_verified", "true"),
            ("custom:tenant", "analytical"),
        ];
        sandbox.user(&old, USER, PASSWORD, &attributes)?;
        let mut hosts = Vec::new();
        let mut services = [("old", String::new()), ("new", String::new())];
        for (service, profiles) in HOSTS {
            let host = sandbox.distance(round_trip, None)?;
            for (_, list) in services.iter_mut().filter(|one| profiles.contains(&one.0)) {
                // The AWS SDK for Rust expects a hyphen, all other SDKs an underscore.
                for name in BTreeSet::from([service.to_owned(), service.replace('_', "-")]) {
                    let _ = write!(list, "{name} =\n  endpoint_url = {}\n", host.url());
                }
            }
            hosts.push(host);
        }
        let config = sandbox.home().join("distant");
        let mut text = String::new();
        for ((profile, list), (account, pool)) in services
            .iter()
            .zip([(OLD_ACCOUNT, &old), (NEW_ACCOUNT, &new)])
        {
            let _ = write!(
                text,
                "[profile {profile}]\nregion = {}\naws_access_key_id = {account}\n\
                 aws_secret_access_key = test\nservices = {profile}\n[services {profile}]\n{list}",
                pool.region
            );
        }
        fs::write(&config, text).context("cannot write the profiles")?;
        Ok(Self {
            sandbox,
            old,
            new,
            hosts,
            config,
        })
    }

    /// A command that calls the accounts with added latency.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = self.sandbox.command(program.as_ref());
        command
            .current_dir(self.sandbox.home())
            .env("AWS_CONFIG_FILE", &self.config)
            .env("COGMIG_ARCHITECTURE", architecture())
            // As in a pipeline, without prompts.
            .env("CI", "true")
            .stdin(Stdio::null());
        command
    }

    pub fn cogmig(&self, verb: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_cogmig"));
        command.args(verb).args(BOTH);
        command
    }

    /// Runs a command that must succeed.
    pub fn run(&self, command: &mut Command) -> Result<Took> {
        self.sandbox.clear_journal();
        self.connections();
        let time = timed(command)?;
        Ok(Took {
            time,
            calls: self.sandbox.journal().len(),
            connections: self.connections(),
        })
    }

    fn connections(&self) -> usize {
        self.hosts.iter().map(Distance::connections).sum()
    }
}

/// Runs a command that must succeed, and returns its duration.
pub fn timed(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    let output = command
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    let took = started.elapsed();
    ensure!(
        output.status.success(),
        "{} {}\n{}{}",
        command.get_program().display(),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(took)
}
