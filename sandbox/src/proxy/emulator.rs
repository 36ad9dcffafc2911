//! The emulator behind the proxy, and state that the emulator doesn't have: the Regions in use, and
//! the messages to users.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Mutex;

use super::message::Message;
use super::upstream::Upstream;
use crate::lock::locked;

/// The emulator, with Regions and messages.
#[derive(Debug)]
pub(super) struct Emulator {
    pub(super) upstream: Upstream,
    messages: Mutex<Vec<Message>>,
    regions: Mutex<BTreeSet<String>>,
}

impl Emulator {
    pub(super) fn new(backend: SocketAddr, regions: impl IntoIterator<Item = String>) -> Self {
        Self {
            upstream: Upstream::new(backend),
            messages: Mutex::default(),
            regions: Mutex::new(regions.into_iter().collect()),
        }
    }

    /// All messages.
    pub(super) fn messages(&self) -> Vec<Message> {
        locked(&self.messages).clone()
    }

    /// Records a message.
    pub(super) fn send(&self, message: Message) {
        locked(&self.messages).push(message);
    }

    /// The Regions of the profiles, and the Regions of all calls.
    pub(super) fn regions(&self) -> Vec<String> {
        locked(&self.regions).iter().cloned().collect()
    }

    /// Records the Region of a call.
    pub(super) fn add_region(&self, region: Option<String>) {
        locked(&self.regions).extend(region);
    }
}
