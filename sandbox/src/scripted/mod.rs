//! An HTTP server whose answers a test scripts, for what no emulator answers: a closure gets each
//! request and returns its reply. It records the requests. Its threads end with the process.

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
