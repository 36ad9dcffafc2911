//! All calls of AWS.

pub mod account;
pub mod apply;
mod call;
pub mod observe;
pub mod probe;
mod profiles;
mod raw;
pub mod resources;
mod retry;
