//! Locks that outlive a panic.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A test that panicked while holding the lock has left nothing half-written.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
