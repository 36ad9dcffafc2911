//! What teardown restores, removes and leaves.

mod teardown_after;
pub mod undo;
