//! Interruptions: Ctrl-C, and a pipeline's SIGTERM. Before the first change, the run ends
//! immediately. After it, the run stops after the changes in progress, and a second interruption
//! ends it immediately.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use cogmig_core::outcome::Interrupted;
use tokio::sync::watch;

/// Whether a run was interrupted, shared by all code that waits.
#[derive(Clone)]
pub struct Stop(Arc<State>);

struct State {
    /// The number of interruptions.
    requests: watch::Sender<u32>,
    /// Whether changes have started.
    changes: AtomicBool,
}

impl Stop {
    /// Without interruptions, until [`Self::listen`] is called.
    pub fn new() -> Self {
        Self(Arc::new(State {
            requests: watch::Sender::new(0),
            changes: AtomicBool::new(false),
        }))
    }

    /// Handles signals from now on. Before, a signal ends the process.
    pub fn listen(&self) {
        let stop = self.clone();
        tokio::spawn(async move {
            if let Ok(mut signals) = Signals::new() {
                while signals.next().await {
                    stop.request();
                }
            }
        });
    }

    /// Requests a stop, as a signal does.
    pub fn request(&self) {
        self.0.requests.send_modify(|times| *times += 1);
    }

    /// Completes the changes in progress before the run stops from now on. `report` is called at
    /// the first interruption.
    pub fn begin_changes(&self, report: impl FnOnce() + Send + 'static) {
        self.0.changes.store(true, Relaxed);
        let stop = self.clone();
        tokio::spawn(async move {
            stop.requested().await;
            report();
        });
    }

    /// Whether the run was interrupted.
    pub fn is_requested(&self) -> bool {
        *self.0.requests.borrow() > 0
    }

    /// Waits until the run is interrupted.
    pub async fn requested(&self) {
        self.times(1).await;
    }

    /// Waits until the run must end immediately.
    pub async fn must_end(&self) -> Interrupted {
        self.requested().await;
        if !self.0.changes.load(Relaxed) {
            return Interrupted::Before;
        }
        self.times(2).await;
        Interrupted::AtOnce
    }

    async fn times(&self, expected: u32) {
        // The sender lives as long as `self`.
        let mut requests = self.0.requests.subscribe();
        let _ = requests.wait_for(|times| *times >= expected).await;
    }
}

/// One listener for the lifetime of the process. With a new listener per signal, a signal between
/// two listeners would be lost.
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
            signal = self.interrupt.recv() => signal.is_some(),
            signal = self.terminate.recv() => signal.is_some(),
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
