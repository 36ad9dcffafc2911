//! The boto3 client of one sandbox: calls with the profiles of its home folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::aws_fault::AwsFault;
use crate::python::Python;

/// The boto3 client of one sandbox.
#[derive(Debug)]
pub(crate) struct Client {
    python: Arc<Python>,
    home: PathBuf,
}

impl Client {
    /// The client of the sandbox with this home folder.
    pub(crate) fn new(python: Arc<Python>, home: &Path) -> Self {
        Self {
            python,
            home: home.to_owned(),
        }
    }

    /// One operation with a profile's credentials.
    pub(crate) fn call(
        &self,
        profile: &str,
        region: Option<&str>,
        service: &str,
        operation: &str,
        params: Value,
    ) -> Result<Value, AwsFault> {
        let request = json!({
            "do": "call", "profile": profile, "region": region,
            "service": service, "operation": operation
        });
        self.send(request, params)
    }

    /// One operation of Cognito in the Region of the profile `old`, at another endpoint.
    pub(crate) fn call_at(
        &self,
        endpoint: &str,
        operation: &str,
        params: Value,
    ) -> Result<Value, AwsFault> {
        let request = json!({
            "do": "call", "profile": "old", "endpoint": endpoint,
            "service": "cognito-idp", "operation": operation
        });
        self.send(request, params)
    }

    /// One operation of Cognito without credentials.
    pub(crate) fn public(
        &self,
        endpoint: &str,
        operation: &str,
        params: Value,
    ) -> Result<Value, AwsFault> {
        let request = json!({
            "do": "public", "region": "us-east-1", "endpoint": endpoint, "operation": operation
        });
        self.send(request, params)
    }

    /// Descriptions of a `pool` or `client` with all members of botocore's model and `additions`.
    pub(crate) fn filled(&self, kind: &str, additions: &Value) -> Result<Value, AwsFault> {
        let request = json!({"do": "filled", "kind": kind, "additions": additions});
        self.send(request, Value::Null)
    }

    /// The `SECRET_HASH` for an app client's secret.
    pub(crate) fn secret_hash(
        &self,
        secret: &str,
        username: &str,
        client: &str,
    ) -> Result<Value, AwsFault> {
        let request = json!({
            "do": "secret_hash", "secret": secret, "username": username, "client": client,
        });
        self.send(request, Value::Null)
    }

    fn send(&self, mut request: Value, params: Value) -> Result<Value, AwsFault> {
        request["params"] = params;
        request["home"] = self.home.to_string_lossy().into();
        let answer = self.python.boto3.request(request);
        let mut answer = answer.ok_or_else(|| self.lost())?;
        match answer.get_mut("ok") {
            Some(ok) => Ok(ok.take()),
            None => Err(AwsFault {
                code: answer["code"].as_str().unwrap_or_default().to_owned(),
                message: answer["message"].as_str().unwrap_or_default().to_owned(),
            }),
        }
    }

    fn lost(&self) -> AwsFault {
        AwsFault {
            code: "SandboxClientLost".to_owned(),
            message: format!(
                "the boto3 process has exited: {}",
                self.python.log("client")
            ),
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // If the boto3 process has exited, there is nothing to remove.
        let _ = self.send(json!({"do": "forget"}), Value::Null);
    }
}
