//! What the log says of an event. The reply to a rejected password doesn't wait for the user, so
//! that neither its content nor its timing depends on the user. The log does, after the reply.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;

use rules::decision::{OldUser, explain};
use rules::log::Source;
use rules::reasons::Failure;
use rules::user_hash::LogKey;
use tokio::time::{Instant, timeout_at};

use crate::calls::Calls;

/// The read of the event's user.
#[derive(Default)]
pub enum UserRead {
    /// It wasn't started.
    #[default]
    None,
    /// It runs, while it's polled.
    Running(Pin<Box<dyn Future<Output = Result<OldUser, Failure>>>>),
    /// Its result.
    Done(Result<OldUser, Failure>),
}

impl UserRead {
    /// Waits for the result. `None` if the read wasn't started. If the caller stops waiting, it can
    /// wait again later.
    pub async fn finish(&mut self) -> Option<&Result<OldUser, Failure>> {
        if let Self::Running(read) = self {
            *self = Self::Done(read.await);
        }
        self.result()
    }

    const fn result(&self) -> Option<&Result<OldUser, Failure>> {
        match self {
            Self::Done(result) => Some(result),
            Self::None | Self::Running(_) => None,
        }
    }
}

/// What the log says of an event. Not `Debug`, because it holds the user.
pub struct Record {
    /// The trigger source, or `None` if it is unknown.
    pub source: Option<Source>,
    /// Cognito's identity of the request, if the event has one.
    pub identity: Option<String>,
    /// The calls that the event needed.
    pub calls: Rc<Calls>,
    /// Why the user isn't migrated, or `None` for a migration.
    pub failure: Option<Failure>,
    /// The read of the user.
    pub user: UserRead,
    /// The key of the hash, and whether the old pool distinguishes case.
    pub hash: Option<(Rc<LogKey>, bool)>,
    /// When the event's time budget ends.
    pub deadline: Instant,
    /// Whether the reply exists. From then on, the old pool gets no new request.
    pub replied: Rc<Cell<bool>>,
}

impl Record {
    /// Waits for the user, at most until the event's deadline.
    pub async fn finish(&mut self) {
        let _ = timeout_at(self.deadline, self.user.finish()).await;
    }

    /// The reason why the user wasn't migrated, or `None` for a migration. It distinguishes what
    /// the reply must not.
    pub fn reason(&self) -> Option<Failure> {
        Some(explain(self.failure?, self.user.result()))
    }

    /// The hash of the user and the ID of its key, if the old pool has the user.
    pub fn user(&self) -> Option<(String, String)> {
        let (key, case_sensitive) = self.hash.as_ref()?;
        let user = self.user.result()?.as_ref().ok()?;
        // An invalid response.
        if user.username.is_empty() {
            return None;
        }
        Some((key.hash(&user.username, *case_sensitive), key.id()))
    }
}
