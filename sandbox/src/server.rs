//! The process of an emulator. It listens on a free loopback port, is ready when its log reports
//! it, and stops when its value is dropped.

use std::fs;
use std::io::Read;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::python::Python;

/// A start usually takes half a second, and more on a busy machine.
const START_DEADLINE: Duration = Duration::from_mins(1);
/// Another process can take a free port before the server uses it.
const PORTS_TO_TRY: usize = 5;

/// A running Python server.
#[derive(Debug)]
pub(crate) struct Server {
    /// The server exits when this connection is closed.
    control: UnixStream,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Starts the server in the Python module `run`, and waits until it is ready. Its temporary
    /// files and its log are in `folder`. It has these environment variables.
    pub(crate) fn start(
        python: &Python,
        run: &str,
        folder: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let temporary = folder.join("tmp");
        fs::create_dir_all(&temporary).context("cannot create the emulator's folder")?;
        let log = folder.join(format!("{run}.log"));
        for _ in 0..PORTS_TO_TRY {
            let address = TcpListener::bind("127.0.0.1:0")
                .and_then(|listener| listener.local_addr())
                .context("no free loopback port for the emulator")?;
            let mut request = json!({
                "run": run,
                "port": address.port(),
                "log": log,
                "control": folder.join(format!("{run}-{}", address.port())),
                "variables": {
                    "HOME": temporary,
                    "TMPDIR": temporary,
                    "STATE_DIR": temporary,
                    "GATEWAY_PORT": address.port().to_string(),
                },
            });
            for (variable, value) in variables {
                request["variables"][*variable] = (*value).into();
            }
            let mut server = Self {
                control: spawn(python, &request)?,
                address,
                log: log.clone(),
            };
            if server.wait_until_ready()? {
                return Ok(server);
            }
        }
        bail!(
            "the emulator did not start; the end of its log:\n{}",
            last_lines(&log)
        )
    }

    /// Waits for the server's own log, because a response on the port could be from another
    /// process.
    fn wait_until_ready(&mut self) -> Result<bool> {
        let ready = format!("Running on http://{}", self.address);
        let deadline = Instant::now() + START_DEADLINE;
        while Instant::now() < deadline {
            if fs::read_to_string(&self.log).is_ok_and(|log| log.contains(&ready)) {
                return Ok(true);
            }
            if self.exits_within(Duration::from_millis(10))? {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Whether the server exits within this time. It never writes to the connection, so a read
    /// returns only when the server exits.
    fn exits_within(&mut self, timeout: Duration) -> Result<bool> {
        self.control
            .set_read_timeout(Some(timeout))
            .context("lost the connection to the emulator")?;
        Ok(self.control.read(&mut [0]).is_ok())
    }

    /// The address of the server.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The endpoint of the server.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The log of the server and its functions.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// Stops the server and all functions that run in it, by closing the connection.
    pub(crate) fn stop(&mut self) {
        // Errors are ignored, because the server may have exited.
        let _ = self.control.shutdown(Shutdown::Write);
        let _ = self.exits_within(Duration::from_secs(2));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Requests the server, and waits until it opens the control connection.
fn spawn(python: &Python, request: &Value) -> Result<UnixStream> {
    let path = request["control"]
        .as_str()
        .context("the path of the emulator's socket isn't UTF-8")?;
    let listener = UnixListener::bind(path).context("cannot create the emulator's socket")?;
    listener
        .set_nonblocking(true)
        .context("cannot configure the emulator's socket")?;
    python.serve(request)?;
    let deadline = Instant::now() + START_DEADLINE;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream
                    .set_nonblocking(false)
                    .context("cannot configure the emulator's socket")?;
                return Ok(stream);
            }
            Err(_) if Instant::now() < deadline => sleep(Duration::from_millis(2)),
            Err(_) => bail!("the emulator did not start: {}", python.log("servers")),
        }
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
