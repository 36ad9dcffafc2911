//! The commands, one file each.

pub mod list;
mod mfa;
pub mod plan;
pub mod policy;
mod prepare;
mod purpose;
mod report;
mod session;
pub mod setup;
pub mod status;
pub mod teardown;
pub mod user;
pub mod verify;

pub use session::Session;
