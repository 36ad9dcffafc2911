//! What is printed, on which stream.

mod snapshots;
mod streams;
