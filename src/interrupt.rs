//! Ctrl-C, and a pipeline's SIGTERM: asked once, a run stops after the changes in
//! hand and says what stands; asked twice, it stops now. A process has one such wish, so
//! that it stands in one static place.

use std::fmt;
use std::sync::LazyLock;

use tokio::sync::watch;

/// How often the process was asked to stop.
static ASKED: LazyLock<watch::Sender<u32>> = LazyLock::new(|| watch::Sender::new(0));

/// The run stopped because it was asked to.
#[derive(Clone, Copy, Debug)]
pub enum Interrupted {
    /// After the changes in hand.
    Between,
    /// In the middle of a change.
    AtOnce,
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Between => "stopped, as asked",
            Self::AtOnce => "stopped at once, as asked: the changes in hand may be half-made",
        })
    }
}

impl std::error::Error for Interrupted {}

/// From now on a signal asks, where until now it ended the process. `told` hears of
/// the first one.
pub fn listen(told: impl FnOnce() + Send + 'static) {
    tokio::spawn(async move {
        let mut told = Some(told);
        while signal().await.is_ok() {
            ASKED.send_modify(|times| *times += 1);
            if let Some(told) = told.take() {
                told();
            }
        }
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

/// Until the run is asked to stop at once.
pub async fn asked_twice() {
    times(2).await;
}

async fn times(wanted: u32) {
    // The sender is static and never goes away.
    let _ = ASKED.subscribe().wait_for(|times| *times >= wanted).await;
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        asked = tokio::signal::ctrl_c() => asked,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
