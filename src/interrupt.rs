//! Ctrl-C, and a pipeline's SIGTERM. Until a change is begun, a run that is asked to stop
//! ends at once; then it stops after the changes in hand and says what stands, and asked
//! twice it stops now. A process has one such wish, so that it stands in one static place.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::sync::watch;

/// How often the process was asked to stop.
static ASKED: LazyLock<watch::Sender<u32>> = LazyLock::new(|| watch::Sender::new(0));
static LISTENS: AtomicBool = AtomicBool::new(false);
static CHANGES: AtomicBool = AtomicBool::new(false);

/// The run stopped because it was asked to.
#[derive(Clone, Copy, Debug)]
pub enum Interrupted {
    /// Before the first change.
    Before,
    /// After the changes in hand.
    Between,
    /// In the middle of a change.
    AtOnce,
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "stopped, as asked: nothing was changed",
            Self::Between => "stopped, as asked",
            Self::AtOnce => "stopped at once, as asked",
        })
    }
}

impl std::error::Error for Interrupted {}

/// From now on a signal asks, where until now it ended the process.
pub fn listen() {
    if LISTENS.swap(true, Relaxed) {
        return;
    }
    tokio::spawn(async {
        if let Ok(mut signals) = Signals::new() {
            while signals.next().await {
                ASKED.send_modify(|times| *times += 1);
            }
        }
    });
}

/// From now on what is in hand is brought to its end. `told` hears of the first wish to stop.
pub fn changes_begin(told: impl FnOnce() + Send + 'static) {
    CHANGES.store(true, Relaxed);
    listen();
    tokio::spawn(async {
        asked().await;
        told();
    });
}

/// Whether the run was asked to stop.
pub fn is_asked() -> bool {
    *ASKED.borrow() > 0
}

/// Until the run is asked to stop.
pub async fn asked() {
    times(1).await;
}

/// Until the run must end at once.
pub async fn must_end() -> Interrupted {
    asked().await;
    if !CHANGES.load(Relaxed) {
        return Interrupted::Before;
    }
    times(2).await;
    Interrupted::AtOnce
}

async fn times(wanted: u32) {
    // The sender is static and never goes away.
    let _ = ASKED.subscribe().wait_for(|times| *times >= wanted).await;
}

/// One listener for as long as the process lives: with a new one for each signal, one that
/// comes between two would be lost.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> bool {
        tokio::select! {
            asked = self.interrupt.recv() => asked.is_some(),
            asked = self.terminate.recv() => asked.is_some(),
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) -> bool {
        self.0.recv().await.is_some()
    }
}
