//! The printed text, and its stream.

mod snapshots;
mod streams;
