//! `status`, `verify`, `user`, and the connectivity check at the end of setup.

mod connectivity;
mod list;
mod operations;
mod regions;
pub mod status;
mod user;
mod verify;
