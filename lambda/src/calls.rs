//! The calls that one event led to: which met a fault, and how long each took. Kept beside the decision, so that it is
//! known of calls as well that never came back. Two of them are out at once.

use std::cell::Cell;
use std::time::Duration;

use rules::probe::Call;
use rules::reasons::Failure;
use tokio::time::Instant;

/// The calls of one event.
#[derive(Default)]
pub struct Calls([Cell<Option<Span>>; Call::ALL.len()]);

#[derive(Clone, Copy)]
struct Span {
    started: Instant,
    /// How long it took and whether it met a fault, once it is known.
    ended: Option<(Duration, bool)>,
}

impl Calls {
    /// Waits for a call, repetitions and all, and notes it.
    pub async fn note<T>(
        &self,
        call: Call,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let (started, noted) = (Instant::now(), &self.0[call as usize]);
        let ended = None;
        noted.set(Some(Span { started, ended }));
        let answer = work.await;
        let faulty = matches!(answer, Err(Failure::Fault(_)));
        let ended = Some((started.elapsed(), faulty));
        noted.set(Some(Span { started, ended }));
        answer
    }

    /// The call to which the event's fault belongs: the first that met one, or that never came back.
    pub fn at_fault(&self) -> Option<Call> {
        let is_at_fault = |span: Span| span.ended.is_none_or(|(_, faulty)| faulty);
        Call::ALL
            .into_iter()
            .find(|call| self.0[*call as usize].get().is_some_and(is_at_fault))
    }

    /// How long a call took, or has taken so far.
    pub fn took(&self, call: Call) -> Option<Duration> {
        let span = self.0[call as usize].get()?;
        let took = span.ended.map(|(took, _)| took);
        Some(took.unwrap_or_else(|| span.started.elapsed()))
    }
}
