//! The Python files, embedded in the binary, and the two Python processes that all sandboxes of
//! this process share.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;

use crate::accounts::NEW_ACCOUNT;
use crate::boto3::Boto3;
use crate::install;
use crate::lock::locked;

const FILES: [(&str, &str); 26] = [
    ("aggregates.py", include_str!("../python/aggregates.py")),
    ("backend.py", include_str!("../python/backend.py")),
    ("client.py", include_str!("../python/client.py")),
    ("connections.py", include_str!("../python/connections.py")),
    (
        "client_secrets.py",
        include_str!("../python/client_secrets.py"),
    ),
    ("corrections.py", include_str!("../python/corrections.py")),
    ("defaults.py", include_str!("../python/defaults.py")),
    ("direct.py", include_str!("../python/direct.py")),
    ("functions.py", include_str!("../python/functions.py")),
    ("insights.py", include_str!("../python/insights.py")),
    ("large.py", include_str!("../python/large.py")),
    ("metrics.py", include_str!("../python/metrics.py")),
    ("mfa.py", include_str!("../python/mfa.py")),
    ("model.py", include_str!("../python/model.py")),
    ("moto_server.py", include_str!("../python/moto_server.py")),
    ("names.py", include_str!("../python/names.py")),
    ("operations.py", include_str!("../python/operations.py")),
    ("permissions.py", include_str!("../python/permissions.py")),
    ("queries.py", include_str!("../python/queries.py")),
    ("servers.py", include_str!("../python/servers.py")),
    ("shapes.py", include_str!("../python/shapes.py")),
    ("snapshot.py", include_str!("../python/snapshot.py")),
    ("state.py", include_str!("../python/state.py")),
    ("triggers.py", include_str!("../python/triggers.py")),
    ("updates.py", include_str!("../python/updates.py")),
    ("users.py", include_str!("../python/users.py")),
];

/// Both processes. They run as long as a sandbox exists.
#[derive(Debug)]
pub(crate) struct Python {
    pub(crate) boto3: Boto3,
    servers: Child,
    requests: Mutex<ChildStdin>,
    // The last field, so that the folder is removed after the processes have exited.
    folder: TempDir,
}

impl Python {
    /// The running processes, or new ones.
    pub(crate) fn shared() -> Result<Arc<Self>> {
        static SHARED: Mutex<Weak<Python>> = Mutex::new(Weak::new());
        let mut shared = locked(&SHARED);
        if let Some(running) = shared.upgrade() {
            return Ok(running);
        }
        let started = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&started);
        Ok(started)
    }

    fn start() -> Result<Self> {
        let python = install::python()?;
        let folder = tempfile::Builder::new()
            .prefix("cogmig-python-")
            .tempdir()
            .context("cannot create the folder for the sandbox's Python files")?;
        for (name, text) in FILES {
            fs::write(folder.path().join(name), text)
                .context("cannot write the sandbox's Python files")?;
        }
        let mut servers = command(&python, folder.path(), "servers")?
            .env("BIND_HOST", "127.0.0.1")
            .env("MINISTACK_ACCOUNT_ID", NEW_ACCOUNT)
            .env("MINISTACK_REGION", "eu-central-1")
            .env("MINISTACK_COGNITO_PRETOKEN_STRICT", "1")
            .env("AUTH", "true")
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start the emulator")?;
        let requests = servers.stdin.take().context("the emulator has no input")?;
        Ok(Self {
            boto3: Boto3::start(&mut command(&python, folder.path(), "client")?)?,
            servers,
            requests: Mutex::new(requests),
            folder,
        })
    }

    /// Requests a server from servers.py.
    pub(crate) fn serve(&self, request: &Value) -> Result<()> {
        writeln!(locked(&self.requests), "{request}")
            .with_context(|| format!("the emulators have exited: {}", self.log("servers")))
    }

    /// The standard error of a process.
    pub(crate) fn log(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(format!("{name}.log"))).unwrap_or_default()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // The servers that it forked keep running until their own sandbox stops them.
        let _ = self.servers.kill();
        let _ = self.servers.wait();
    }
}

/// The command for a script. The script has its own process group, so that Ctrl-C doesn't reach it,
/// and no environment variable of this process except PATH.
fn command(python: &Path, folder: &Path, name: &str) -> Result<Command> {
    let log = File::create(folder.join(format!("{name}.log")))
        .context("cannot create the log file of a Python process")?;
    let mut command = Command::new(python);
    command
        .arg(folder.join(format!("{name}.py")))
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("HOME", folder)
        .stdin(Stdio::piped())
        .stderr(log)
        .process_group(0);
    Ok(command)
}
