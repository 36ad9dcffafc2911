//! What teardown restores, removes and keeps.

mod report;
mod teardown_after;
pub mod undo;
