//! A server's process: on a free loopback port, ready once its log says so, and alive
//! exactly as long as the value that started it.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Half a second is usual; a machine that is busy compiling takes longer.
const START_DEADLINE: Duration = Duration::from_mins(1);
/// Another process can take a port between our finding it free and the server's using it.
const PORTS_TO_TRY: usize = 5;

/// A running server of Python's.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Starts what `command` says for a port, and waits until it answers there. The command
    /// gets no variable of ours but PATH, and `temporary` as its home.
    pub(crate) fn start(
        temporary: &Path,
        log: &Path,
        command: impl Fn(u16) -> Command,
    ) -> Result<Self> {
        fs::create_dir_all(temporary).context("no folder for the emulator")?;
        for _ in 0..PORTS_TO_TRY {
            let address = TcpListener::bind("127.0.0.1:0")
                .and_then(|listener| listener.local_addr())
                .context("no free loopback port for the emulator")?;
            let output = File::create(log).context("no log for the emulator")?;
            let process = command(address.port())
                .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
                .env("HOME", temporary)
                .env("TMPDIR", temporary)
                .stdin(Stdio::piped())
                .stdout(output.try_clone().context("no log for the emulator")?)
                .stderr(output)
                // Its own group, so that it ends with its functions and Ctrl-C is ours.
                .process_group(0)
                .spawn()
                .context("the emulator could not be started")?;
            let mut server = Self {
                process,
                address,
                log: log.to_owned(),
            };
            if server.wait_until_ready()? {
                return Ok(server);
            }
        }
        bail!(
            "the emulator did not start; the end of its log:\n{}",
            last_lines(log)
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

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
