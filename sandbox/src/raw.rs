//! Pools and app clients as raw JSON, because boto3 accepts only the members of its own model. Also
//! sets members that no AWS call can set.

use serde_json::{Value, json};

use crate::aws_fault::AwsFault;
use crate::pool::Pool;
use crate::sandbox::Sandbox;

impl Sandbox {
    /// One Cognito call with exactly these members and the pool's `UserPoolId`. It bypasses the
    /// proxy and its journal.
    ///
    /// # Errors
    ///
    /// The error of AWS.
    pub fn raw(&self, pool: &Pool, operation: &str, mut body: Value) -> Result<Value, AwsFault> {
        body["UserPoolId"] = pool.id.as_str().into();
        let call = self.proxy.cognito(pool, operation, &body);
        match &self.runtime {
            Some(runtime) => runtime.block_on(call),
            None => Ok(Value::Null),
        }
    }

    /// Sets members in the stored state of a pool, by their names in its description, without AWS's
    /// rules. A null removes a member.
    ///
    /// # Errors
    ///
    /// If the pool doesn't exist.
    pub fn seed_pool(&self, pool: &Pool, members: &Value) -> Result<(), AwsFault> {
        let body = json!({"SandboxSeed": members});
        self.raw(pool, "UpdateUserPool", body).map(|_| ())
    }

    /// Sets members in the stored state of an app client.
    ///
    /// # Errors
    ///
    /// If the app client doesn't exist.
    pub fn seed_client(&self, pool: &Pool, client: &str, members: &Value) -> Result<(), AwsFault> {
        let body = json!({"ClientId": client, "SandboxSeed": members});
        self.raw(pool, "UpdateUserPoolClient", body).map(|_| ())
    }

    /// Gives a user a software token that an authenticator app has verified. Cognito requires it at
    /// a sign-in after `AdminSetUserMFAPreference` has enabled it.
    ///
    /// # Errors
    ///
    /// If the user doesn't exist.
    pub fn software_token(&self, pool: &Pool, username: &str) -> Result<(), AwsFault> {
        let body = json!({"Username": username, "SandboxToken": true});
        self.raw(pool, "AdminSetUserMFAPreference", body).map(drop)
    }

    /// Descriptions of a `pool` or a `client` by botocore's model: `variants` are descriptions that
    /// together have all members; `settable` are the members that the update accepts, with their
    /// names there; `describing` are the members that it doesn't accept; `leaves` are all paths;
    /// `botocore` is its version. `additions` (shape → member → shape) simulate a newer model.
    ///
    /// # Errors
    ///
    /// If a member of the model can't be filled.
    pub fn filled(&self, kind: &str, additions: &Value) -> Result<Value, AwsFault> {
        self.client.filled(kind, additions)
    }
}
