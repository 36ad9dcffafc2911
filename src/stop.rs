//! Ctrl-C, and a pipeline's SIGTERM. Until a change is begun, a run that is asked to stop ends at
//! once; then it stops after the changes in hand, and asked twice it stops now.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use cogmig_core::outcome::Interrupted;
use tokio::sync::watch;

/// Whether a run was asked to stop, handed to all that waits.
#[derive(Clone)]
pub struct Stop(Arc<State>);

struct State {
    /// How often it was asked.
    asked: watch::Sender<u32>,
    /// Whether changes have begun.
    changes: AtomicBool,
}

impl Stop {
    /// Nobody has asked, and nobody will before [`Self::listen`].
    pub fn new() -> Self {
        Self(Arc::new(State {
            asked: watch::Sender::new(0),
            changes: AtomicBool::new(false),
        }))
    }

    /// From now on a signal asks, where until now it ended the process.
    pub fn listen(&self) {
        let stop = self.clone();
        tokio::spawn(async move {
            if let Ok(mut signals) = Signals::new() {
                while signals.next().await {
                    stop.ask();
                }
            }
        });
    }

    /// Asks, as a signal does.
    pub fn ask(&self) {
        self.0.asked.send_modify(|times| *times += 1);
    }

    /// From now on what is in hand is brought to its end. `told` hears of the first wish to stop.
    pub fn changes_begin(&self, told: impl FnOnce() + Send + 'static) {
        self.0.changes.store(true, Relaxed);
        let stop = self.clone();
        tokio::spawn(async move {
            stop.asked().await;
            told();
        });
    }

    /// Whether the run was asked to stop.
    pub fn is_asked(&self) -> bool {
        *self.0.asked.borrow() > 0
    }

    /// Until the run is asked to stop.
    pub async fn asked(&self) {
        self.times(1).await;
    }

    /// Until the run must end at once.
    pub async fn must_end(&self) -> Interrupted {
        self.asked().await;
        if !self.0.changes.load(Relaxed) {
            return Interrupted::Before;
        }
        self.times(2).await;
        Interrupted::AtOnce
    }

    async fn times(&self, wanted: u32) {
        // The sender lives as long as `self`.
        let mut asked = self.0.asked.subscribe();
        let _ = asked.wait_for(|times| *times >= wanted).await;
    }
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
