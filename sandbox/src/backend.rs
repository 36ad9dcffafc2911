//! The emulator behind the hop: ministack, with IAM on.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::NEW_ACCOUNT;
use crate::server::Server;

/// Starts it, and waits until it answers. Functions that run in it call `endpoint`.
pub(crate) fn start(
    python: &Path,
    scripts: &Path,
    folder: &Path,
    endpoint: &str,
) -> Result<Server> {
    let temporary = folder.join("tmp");
    Server::start(&temporary, &folder.join("ministack.log"), |port| {
        let mut command = Command::new(python);
        command
            .arg(scripts.join("backend.py"))
            .env_clear()
            .env("STATE_DIR", &temporary)
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("MINISTACK_ACCOUNT_ID", NEW_ACCOUNT)
            .env("MINISTACK_REGION", "eu-central-1")
            .env("MINISTACK_COGNITO_PRETOKEN_STRICT", "1")
            .env("AUTH", "true")
            .env("AWS_ENDPOINT_URL", endpoint);
        command
    })
}
