//! The emulator's process: ministack on a free loopback port, with IAM on, which
//! lives exactly as long as the sandbox that started it.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::NEW_ACCOUNT;

/// Half a second is usual; a machine that is busy compiling takes longer.
const START_DEADLINE: Duration = Duration::from_mins(1);
/// Another process can take a port between our finding it free and ministack's using it.
const PORTS_TO_TRY: usize = 5;

/// A running ministack.
#[derive(Debug)]
pub(crate) struct Backend {
    process: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Backend {
    /// Starts it, and waits until it answers. Functions that run in it call `endpoint`.
    pub(crate) fn start(
        python: &Path,
        scripts: &Path,
        folder: &Path,
        endpoint: &str,
    ) -> Result<Self> {
        let temporary = folder.join("tmp");
        fs::create_dir(&temporary).context("no folder for the emulator")?;
        let log = folder.join("ministack.log");
        for _ in 0..PORTS_TO_TRY {
            let address = TcpListener::bind("127.0.0.1:0")
                .and_then(|listener| listener.local_addr())
                .context("no free loopback port for the emulator")?;
            let output = File::create(&log).context("no log for the emulator")?;
            let process = Command::new(python)
                .arg(scripts.join("backend.py"))
                .env_clear()
                .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
                .env("HOME", &temporary)
                .env("TMPDIR", &temporary)
                .env("STATE_DIR", &temporary)
                .env("BIND_HOST", "127.0.0.1")
                .env("GATEWAY_PORT", address.port().to_string())
                .env("MINISTACK_ACCOUNT_ID", NEW_ACCOUNT)
                .env("MINISTACK_REGION", "eu-central-1")
                .env("MINISTACK_COGNITO_PRETOKEN_STRICT", "1")
                .env("AUTH", "true")
                .env("AWS_ENDPOINT_URL", endpoint)
                .stdin(Stdio::piped())
                .stdout(output.try_clone().context("no log for the emulator")?)
                .stderr(output)
                // Its own group, so that it ends with its functions and Ctrl-C is ours.
                .process_group(0)
                .spawn()
                .context("the emulator could not be started")?;
            let mut backend = Self {
                process,
                address,
                log: log.clone(),
            };
            if backend.wait_until_ready()? {
                return Ok(backend);
            }
        }
        bail!(
            "the emulator did not start; the end of its log:\n{}",
            last_lines(&log)
        )
    }

    /// Its own log says when it has the port: an answer on that port could be another's.
    fn wait_until_ready(&mut self) -> Result<bool> {
        let ready = format!("Running on http://{}", self.address);
        let deadline = Instant::now() + START_DEADLINE;
        while Instant::now() < deadline {
            if fs::read_to_string(&self.log).is_ok_and(|log| log.contains(&ready)) {
                return Ok(true);
            }
            let ended = self.process.try_wait().context("the emulator is lost")?;
            if ended.is_some() {
                return Ok(false);
            }
            sleep(Duration::from_millis(10));
        }
        Ok(false)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same, as an endpoint.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it and its functions wrote.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// Ends it and all functions that run in it. Closing its input says so.
    pub(crate) fn stop(&mut self) {
        drop(self.process.stdin.take());
        let deadline = Instant::now() + Duration::from_secs(2);
        while Instant::now() < deadline {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            sleep(Duration::from_millis(2));
        }
        // It hangs. There is nobody left to tell, and no more that can be done.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.stop();
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
