//! `status`, `verify`, `user`, and the connectivity check at the end of setup.

mod connectivity;
mod list;
pub mod status;
mod user;
mod verify;
