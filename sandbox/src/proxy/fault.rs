//! Faults that tests inject into calls.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use super::call::Call;
use crate::lock::locked;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// AWS denies access. The service doesn't process the call.
    Denied,
    /// AWS throttles the call, with the service's error code. The service doesn't process the call.
    Throttled,
    /// AWS returns an internal error (500). The service doesn't process the call.
    Internal,
    /// AWS returns this status, code and message. The service doesn't process the call.
    Error(u16, &'static str, &'static str),
    /// The connection is closed before the service receives the call.
    CutBefore,
    /// The service processes the call, and the connection is closed before the response.
    CutAfter,
    /// The service processes the call, and the response never arrives.
    NoResponse,
    /// The service processes the call twice. The second response is returned.
    Twice,
    /// The call is delayed by this time.
    Slow(Duration),
    /// The call is blocked until all faults are removed: see [`crate::Sandbox::clear_faults`].
    Blocked,
}

impl Fault {
    /// Whether the fault has its effect before the service processes the call.
    pub(super) fn is_at_once(self) -> bool {
        !matches!(
            self,
            Self::CutAfter | Self::NoResponse | Self::Twice | Self::Blocked
        )
    }
}

/// A fault, and the calls that get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injection {
    /// The account of the credentials.
    pub account: String,
    /// The operation, such as `CreateRole`.
    pub action: String,
    /// The number of calls before the first fault.
    pub after: usize,
    /// The number of calls that get the fault.
    pub times: usize,
    /// The fault.
    pub fault: Fault,
}

/// The pending faults, and the number of calls that got one.
#[derive(Debug, Default)]
pub(super) struct Faults {
    state: Mutex<State>,
    hit: Condvar,
    cleared: Notify,
}

#[derive(Debug, Default)]
struct State {
    pending: Vec<Injection>,
    hits: usize,
}

impl Faults {
    pub(super) fn add(&self, injection: Injection) {
        locked(&self.state).pending.push(injection);
    }

    /// Removes all faults. Returns the number of calls that got one.
    pub(super) fn clear(&self) -> usize {
        self.cleared.notify_waiters();
        std::mem::take(&mut *locked(&self.state)).hits
    }

    /// The fault for this call. Counts the call.
    pub(super) fn of(&self, call: &Call) -> Option<Fault> {
        let mut state = locked(&self.state);
        let one = state
            .pending
            .iter_mut()
            .filter(|one| one.times > 0)
            .find(|one| one.account == call.account && one.action == call.action)?;
        if one.after > 0 {
            one.after -= 1;
            return None;
        }
        one.times -= 1;
        Some(one.fault)
    }

    /// Records that a fault has had its effect.
    pub(super) fn record_hit(&self) {
        locked(&self.state).hits += 1;
        self.hit.notify_all();
    }

    /// Records a hit, and waits until the faults are removed.
    pub(super) async fn block(&self) {
        // Created first, so that it doesn't miss a notification.
        let cleared = self.cleared.notified();
        self.record_hit();
        cleared.await;
    }

    /// Waits until a fault has had its effect. Returns whether it had within the timeout.
    pub(super) fn wait(&self, timeout: Duration) -> bool {
        let waiting = self
            .hit
            .wait_timeout_while(locked(&self.state), timeout, |state| state.hits == 0);
        waiting.is_ok_and(|(state, _)| state.hits > 0)
    }
}
