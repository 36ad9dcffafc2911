//! The result of a call that has later checks.

use anyhow::Result;
use cogmig_core::cognito::flows::Added;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

/// The result of a successful call that has later checks.
pub struct Written<'a> {
    /// The later checks.
    pub later: LocalBoxFuture<'a, Result<()>>,
    /// What was created, for a compensation.
    pub created: Created,
}

/// What a call created.
pub enum Created {
    /// Nothing that a compensation needs.
    Nothing,
    /// A flow of an app client.
    Flow(Added),
    /// An app client with this id.
    Client(String),
}

impl<'a> Written<'a> {
    /// What was created, and the later checks.
    pub fn new(created: Created, later: impl Future<Output = Result<()>> + 'a) -> Self {
        Self {
            later: later.boxed_local(),
            created,
        }
    }
}
