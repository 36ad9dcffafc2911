//! User pools and app clients as raw JSON.

pub mod client;
pub mod flows;
pub mod lossless;
pub mod pool;
