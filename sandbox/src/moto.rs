//! moto, a second emulator for Cognito's challenges, independent of ministack. It isn't behind the
//! proxy, has no IAM and no Lambda, and is less strict than AWS.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use serde_json::Value;

use crate::aws_fault::AwsFault;
use crate::client::Client;
use crate::sandbox::Sandbox;
use crate::server::Server;

/// A running moto server. It stops when the value is dropped.
#[derive(Debug)]
pub struct Moto {
    client: Arc<Client>,
    server: Server,
    endpoint: String,
}

impl Sandbox {
    /// Starts an empty moto server, independent of the two accounts. A function in the accounts
    /// uses it if `AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER` is set.
    ///
    /// # Errors
    ///
    /// If the server doesn't start.
    pub fn moto(&self) -> Result<Moto> {
        let folder = tempfile::Builder::new()
            .prefix("moto-")
            .tempdir_in(self.home())?
            .keep();
        let server = Server::start(&self.python, "moto_server", &folder, &[])?;
        Ok(Moto {
            client: Arc::clone(&self.client),
            endpoint: server.url(),
            server,
        })
    }
}

impl Moto {
    /// The endpoint of the server.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The server's log, to debug a failed test.
    #[must_use]
    pub fn log(&self) -> &Path {
        self.server.log()
    }

    /// One call of `cognito-idp` in `eu-west-1` with boto3.
    ///
    /// # Errors
    ///
    /// The error of moto.
    pub fn call(&self, operation: &str, params: Value) -> Result<Value, AwsFault> {
        self.client.call_at(&self.endpoint, operation, params)
    }
}
