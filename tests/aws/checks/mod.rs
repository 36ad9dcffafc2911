//! `status`, `verify`, and the connectivity check at the end of setup.

mod connectivity;
mod status;
mod verify;
