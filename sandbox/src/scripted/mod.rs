//! An HTTP server with scripted replies, for responses that no emulator returns. A closure receives
//! each request and returns its reply. The server records the requests. Its threads run until the
//! process exits.

mod reply;
mod request;
mod runtime_api;
mod server;
#[cfg(test)]
mod tests;

pub use reply::Reply;
pub use request::Request;
pub use runtime_api::{Invoked, RuntimeApi};
pub use server::{ScriptedServer, closed_port};
