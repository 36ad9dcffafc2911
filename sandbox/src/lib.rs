//! Two emulated AWS accounts for tests: the emulator ministack with IAM enabled, and a proxy that
//! adds what the emulator lacks: triggers, and the conditions of AWS. The sandbox never does the
//! work of the product.

mod accounts;
mod aws_fault;
mod boto3;
mod client;
mod distance;
mod fixtures;
mod home;
mod install;
mod lock;
mod moto;
mod pool;
mod proxy;
mod python;
mod raw;
mod sandbox;
mod scripted;
mod server;

pub use accounts::{NEW_ACCOUNT, OLD_ACCOUNT};
pub use aws_fault::AwsFault;
pub use distance::{Authority, Distance};
pub use fixtures::rich_pool;
pub use install::tool;
pub use moto::Moto;
pub use pool::Pool;
pub use proxy::{Call, Conditions, Fault, Injection, Message, MessageKind};
pub use sandbox::{Checkpoint, PastLines, Sandbox};
pub use scripted::{Invoked, Reply, Request, RuntimeApi, ScriptedServer, closed_port};

/// The architecture of functions that can run in the sandbox. The emulator runs them on this
/// machine.
#[must_use]
pub fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}
