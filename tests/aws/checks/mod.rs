//! `status`, `verify`, and the connectivity check at the end of setup.

mod connectivity;
pub mod status;
mod verify;
