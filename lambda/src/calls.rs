//! The calls that one event led to: which is at hand, and how long each took. Kept beside the decision, so that it is
//! known of calls as well that never came back.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

/// A call to the old account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// For the credentials of the access role; the SDK makes it before any other.
    AssumeRole,
    /// For the secret of the old app client.
    DescribeUserPoolClient,
    /// The password call.
    AdminInitiateAuth,
    /// For the user.
    AdminGetUser,
}

impl Call {
    /// AWS's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AssumeRole => "AssumeRole",
            Self::DescribeUserPoolClient => "DescribeUserPoolClient",
            Self::AdminInitiateAuth => "AdminInitiateAuth",
            Self::AdminGetUser => "AdminGetUser",
        }
    }
}

/// The calls of one event.
#[derive(Default)]
pub struct Calls {
    password: Cell<Option<Span>>,
    user: Cell<Option<Span>>,
    last: Cell<Option<Call>>,
}

#[derive(Clone, Copy)]
struct Span {
    started: Instant,
    took: Option<Duration>,
}

impl Calls {
    /// Waits for a call, repetitions and all, and notes it.
    pub async fn note<T>(&self, call: Call, work: impl Future<Output = T>) -> T {
        let started = Instant::now();
        self.last.set(Some(call));
        self.set(
            call,
            Span {
                started,
                took: None,
            },
        );
        let answer = work.await;
        let took = Some(started.elapsed());
        self.set(call, Span { started, took });
        answer
    }

    /// The last call that was begun, to which a fault belongs.
    pub const fn last(&self) -> Option<Call> {
        self.last.get()
    }

    /// How long a call took, or has taken so far.
    pub fn took(&self, call: Call) -> Option<Duration> {
        let span = self.span(call)?.get()?;
        Some(span.took.unwrap_or_else(|| span.started.elapsed()))
    }

    fn set(&self, call: Call, span: Span) {
        if let Some(cell) = self.span(call) {
            cell.set(Some(span));
        }
    }

    const fn span(&self, call: Call) -> Option<&Cell<Option<Span>>> {
        match call {
            Call::AdminInitiateAuth => Some(&self.password),
            Call::AdminGetUser => Some(&self.user),
            Call::AssumeRole | Call::DescribeUserPoolClient => None,
        }
    }
}
