//! `status`, `verify`, and the connectivity check at the end of setup.

mod connectivity;
mod list;
pub mod status;
mod verify;
