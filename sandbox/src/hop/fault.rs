//! What goes wrong with a call on its way, when a test asks for it: which call, how
//! often, and how.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use super::call::Call;
use crate::client::locked;

/// How a call goes wrong.
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
    /// The call is held up until nothing goes wrong any more: see [`crate::Sandbox::calm`].
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

/// Which calls go wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disturbance {
    /// The account of the credentials.
    pub account: String,
    /// The operation, such as `CreateRole`.
    pub action: String,
    /// So many of these calls pass first.
    pub after: usize,
    /// So many go wrong then.
    pub times: usize,
    /// How.
    pub fault: Fault,
}

/// What is to go wrong, and what has.
#[derive(Debug, Default)]
pub(super) struct Faults {
    state: Mutex<State>,
    struck: Condvar,
    cleared: Notify,
}

#[derive(Debug, Default)]
struct State {
    to_come: Vec<Disturbance>,
    struck: usize,
}

impl Faults {
    pub(super) fn add(&self, disturbance: Disturbance) {
        locked(&self.state).to_come.push(disturbance);
    }

    /// From now on nothing goes wrong. How often something did.
    pub(super) fn clear(&self) -> usize {
        self.cleared.notify_waiters();
        std::mem::take(&mut *locked(&self.state)).struck
    }

    /// What goes wrong with this call. It counts the call.
    pub(super) fn of(&self, call: &Call) -> Option<Fault> {
        let mut state = locked(&self.state);
        let one = state
            .to_come
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
    pub(super) fn strike(&self) {
        locked(&self.state).struck += 1;
        self.struck.notify_all();
    }

    /// Strikes, and waits until nothing goes wrong any more.
    pub(super) async fn hold(&self) {
        // Made first: it hears of whatever comes after.
        let cleared = self.cleared.notified();
        self.strike();
        cleared.await;
    }

    /// Waits until a fault has had its effect; whether it came to that.
    pub(super) fn wait(&self, patience: Duration) -> bool {
        let waiting = self
            .struck
            .wait_timeout_while(locked(&self.state), patience, |state| state.struck == 0);
        waiting.is_ok_and(|(state, _)| state.struck > 0)
    }
}
