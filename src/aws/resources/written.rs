//! What a call has done that is not at an end with its answer.

use anyhow::Result;
use cogmig_core::cognito::flows::Added;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

/// Something that is in force, and of which something is still to be seen.
pub struct Written<'a> {
    /// What is still to be seen.
    pub later: LocalBoxFuture<'a, Result<()>>,
    /// What was made, which a compensation has to know.
    pub made: Made,
}

/// What a call has made.
pub enum Made {
    /// Nothing that needs to be known.
    Nothing,
    /// An addition to the flows of an app client.
    Flow(Added),
    /// An app client, of this id.
    Client(String),
}

impl<'a> Written<'a> {
    /// What was made, and what is still to be seen of it.
    pub fn new(made: Made, later: impl Future<Output = Result<()>> + 'a) -> Self {
        Self {
            later: later.boxed_local(),
            made,
        }
    }
}
