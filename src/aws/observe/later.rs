//! Reads that start early, and whose results are needed later or not at all.

use cogmig_core::call::CallError;
use tokio::task::JoinSet;

use crate::aws::account::Account;

/// A read in progress. If it's dropped, it ends, including its retries.
pub struct Later<T> {
    call: &'static str,
    task: JoinSet<Result<T, CallError>>,
}

impl<T: Send + 'static> Later<T> {
    /// Starts a read, which begins with this call.
    pub fn start(
        call: &'static str,
        read: impl Future<Output = Result<T, CallError>> + Send + 'static,
    ) -> Self {
        let mut task = JoinSet::new();
        task.spawn(read);
        Self { call, task }
    }

    /// Waits for the result. The read may have started before the id of `account` was known.
    ///
    /// # Errors
    /// The error of the read.
    pub async fn get(mut self, account: &Account) -> Result<T, CallError> {
        let place = account.identity.place();
        match self.task.join_next().await {
            Some(Ok(read)) => read.map_err(|error| CallError { place, ..error }),
            _ => Err(CallError::unreadable(place, self.call)),
        }
    }
}
