//! What teardown restores, removes and keeps.

mod teardown_after;
pub mod undo;
