//! The API calls of one event: which of them failed with a fault, and the duration of each. They
//! are recorded separately from the decision, so that calls that never return are recorded too. Two
//! calls can run at the same time.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use rules::probe::{Call, StsError};
use rules::reasons::Failure;
use tokio::time::Instant;

/// The calls of one event.
#[derive(Default)]
pub struct Calls {
    spans: [Cell<Option<Span>>; Call::ALL.len()],
    sts_errors: RefCell<Vec<StsError>>,
}

#[derive(Clone, Copy)]
struct Span {
    started: Instant,
    /// The duration, and whether the call failed with a fault. `None` while the call runs.
    ended: Option<(Duration, bool)>,
}

impl Calls {
    /// Waits for a call, including its retries, and records it.
    pub async fn record<T>(
        &self,
        call: Call,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let (started, entry) = (Instant::now(), &self.spans[call as usize]);
        let ended = None;
        entry.set(Some(Span { started, ended }));
        let answer = work.await;
        let faulty = matches!(answer, Err(Failure::Fault(_)));
        let ended = Some((started.elapsed(), faulty));
        entry.set(Some(Span { started, ended }));
        answer
    }

    /// Records the errors of STS. They aren't logged.
    pub fn record_sts_errors(&self, errors: Vec<StsError>) {
        self.sts_errors.replace(errors);
    }

    /// The errors of STS, instead of a session.
    pub fn sts_errors(&self) -> Vec<StsError> {
        self.sts_errors.borrow().clone()
    }

    /// The call that caused the event's fault: the first call that failed with a fault or never
    /// returned.
    pub fn failed(&self) -> Option<Call> {
        let has_failed = |span: Span| span.ended.is_none_or(|(_, faulty)| faulty);
        Call::ALL
            .into_iter()
            .find(|call| self.spans[*call as usize].get().is_some_and(has_failed))
    }

    /// The duration of a call, or the time since its start while it runs.
    pub fn duration(&self, call: Call) -> Option<Duration> {
        let span = self.spans[call as usize].get()?;
        let duration = span.ended.map(|(duration, _)| duration);
        Some(duration.unwrap_or_else(|| span.started.elapsed()))
    }
}
