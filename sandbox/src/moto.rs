//! moto, a second emulator of Cognito's challenges, independent of ministack. It is not behind
//! the proxy, has neither IAM nor Lambda, and is less strict than AWS.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use serde_json::Value;

use crate::aws_fault::AwsFault;
use crate::client::Client;
use crate::sandbox::Sandbox;
use crate::server::Server;

/// A running moto, for as long as the value lives.
#[derive(Debug)]
pub struct Moto {
    client: Arc<Client>,
    server: Server,
    endpoint: String,
}

impl Sandbox {
    /// Starts a moto, empty, beside the two accounts; they cannot see it. A function in them
    /// can be pointed to it by `AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER`.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub fn moto(&self) -> Result<Moto> {
        let folder = tempfile::Builder::new()
            .prefix("moto-")
            .tempdir_in(self.home())?
            .keep();
        let server = Server::start(&self.python, "second", &folder, &[])?;
        Ok(Moto {
            client: Arc::clone(&self.client),
            endpoint: server.url(),
            server,
        })
    }
}

impl Moto {
    /// Where it is.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What it wrote, for when a test fails.
    #[must_use]
    pub fn log(&self) -> &Path {
        self.server.log()
    }

    /// One call of `cognito-idp` in `eu-west-1` by boto3.
    ///
    /// # Errors
    ///
    /// moto's own code and message.
    pub fn call(&self, operation: &str, params: Value) -> Result<Value, AwsFault> {
        self.client.call_at(&self.endpoint, operation, params)
    }
}
