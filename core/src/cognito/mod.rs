//! User pools and app clients as raw JSON.

pub mod client;
mod difference;
pub mod flows;
pub mod lossless;
mod object;
mod omitted;
pub mod pool;
