//! Flags, environment variables and `cogmig.toml`, and the pools and app clients that they select.

mod pasted;
mod remembered;
mod sources;
mod targets;
