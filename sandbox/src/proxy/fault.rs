//! Faults that tests inject: into which call, how often, and which fault.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use super::call::Call;
use crate::lock::locked;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// AWS says that the caller may not; nothing is done.
    Denied,
    /// AWS asks for patience in the service's own words; nothing is done.
    Throttled,
    /// AWS fails, 500; nothing is done.
    Internal,
    /// AWS answers with this status, code and message; nothing is done.
    Refused(u16, &'static str, &'static str),
    /// The connection is cut before the service has seen the call.
    CutBefore,
    /// The service acts, and the connection is cut before its answer.
    CutAfter,
    /// The service acts, and its answer never comes.
    Silent,
    /// The service gets the call twice, and its second answer comes.
    Twice,
    /// The call is held up this long.
    Slow(Duration),
    /// The call is held until all faults are removed: see [`crate::Sandbox::clear_faults`].
    Held,
}

impl Fault {
    /// Whether it has its effect at once, before the service has acted.
    pub(super) fn is_at_once(self) -> bool {
        !matches!(
            self,
            Self::CutAfter | Self::Silent | Self::Twice | Self::Held
        )
    }
}

/// Which calls get a fault, and which one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injection {
    /// The account of the credentials.
    pub account: String,
    /// The operation, such as `CreateRole`.
    pub action: String,
    /// How many of these calls pass first.
    pub after: usize,
    /// How many calls after them get the fault.
    pub times: usize,
    /// The fault.
    pub fault: Fault,
}

/// The faults to come, and how many calls got one.
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

    /// Removes all faults. Returns how many calls got one.
    pub(super) fn clear(&self) -> usize {
        self.cleared.notify_waiters();
        std::mem::take(&mut *locked(&self.state)).hits
    }

    /// The fault of this call. Counts the call.
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

    /// A fault has had its effect.
    pub(super) fn record_hit(&self) {
        locked(&self.state).hits += 1;
        self.hit.notify_all();
    }

    /// Records a hit, and waits until the faults are removed.
    pub(super) async fn hold(&self) {
        // Made first: it hears of whatever comes after.
        let cleared = self.cleared.notified();
        self.record_hit();
        cleared.await;
    }

    /// Waits until a fault has had its effect. Returns whether it had.
    pub(super) fn wait(&self, patience: Duration) -> bool {
        let waiting = self
            .hit
            .wait_timeout_while(locked(&self.state), patience, |state| state.hits == 0);
        waiting.is_ok_and(|(state, _)| state.hits > 0)
    }
}
