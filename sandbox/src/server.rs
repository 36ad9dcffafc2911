//! The process of an emulator: on a free loopback port, ready once its log says so, and alive
//! as long as the value that started it.

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

/// Half a second is usual; a machine that is busy compiling takes longer.
const START_DEADLINE: Duration = Duration::from_mins(1);
/// Another process can take a port between our finding it free and the server's using it.
const PORTS_TO_TRY: usize = 5;

/// A running server of Python's.
#[derive(Debug)]
pub(crate) struct Server {
    life: UnixStream,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Starts what is in the file `run`, and waits until it answers. It keeps what it has,
    /// and its log, in `folder`, and gets these variables.
    pub(crate) fn start(
        python: &Python,
        run: &str,
        folder: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let temporary = folder.join("tmp");
        fs::create_dir_all(&temporary).context("no folder for the emulator")?;
        let log = folder.join(format!("{run}.log"));
        for _ in 0..PORTS_TO_TRY {
            let address = TcpListener::bind("127.0.0.1:0")
                .and_then(|listener| listener.local_addr())
                .context("no free loopback port for the emulator")?;
            let mut request = json!({
                "run": run,
                "port": address.port(),
                "log": log,
                "life": folder.join(format!("{run}-{}", address.port())),
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
                life: born(python, &request)?,
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

    /// Its own log says when it has the port: an answer on that port could be another's.
    fn wait_until_ready(&mut self) -> Result<bool> {
        let ready = format!("Running on http://{}", self.address);
        let deadline = Instant::now() + START_DEADLINE;
        while Instant::now() < deadline {
            if fs::read_to_string(&self.log).is_ok_and(|log| log.contains(&ready)) {
                return Ok(true);
            }
            if self.has_ended_within(Duration::from_millis(10))? {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// It never says anything: it holds the connection until it ends.
    fn has_ended_within(&mut self, patience: Duration) -> Result<bool> {
        self.life
            .set_read_timeout(Some(patience))
            .context("the emulator is lost")?;
        Ok(self.life.read(&mut [0]).is_ok())
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

    /// Ends it and all functions that run in it: the end of the connection says so.
    pub(crate) fn stop(&mut self) {
        // Where it is gone already, there is nobody left to tell.
        let _ = self.life.shutdown(Shutdown::Write);
        let _ = self.has_ended_within(Duration::from_secs(2));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Asks for it, and waits until it holds the connection that it lives by.
fn born(python: &Python, request: &Value) -> Result<UnixStream> {
    let life = request["life"]
        .as_str()
        .context("a folder that is no text")?;
    let listener = UnixListener::bind(life).context("no socket for the emulator")?;
    listener
        .set_nonblocking(true)
        .context("no socket for the emulator")?;
    python.serve(request)?;
    let deadline = Instant::now() + START_DEADLINE;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream
                    .set_nonblocking(false)
                    .context("no socket for the emulator")?;
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
