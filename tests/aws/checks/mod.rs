//! `status`, `verify`, and the connectivity check at the end of setup.

mod connectivity;
mod list;
mod status;
mod verify;
