//! Pools and app clients as raw JSON, without boto3, which has only the members of its own
//! model; and settings that AWS describes and no call sets.

use serde_json::{Value, json};

use crate::aws_fault::AwsFault;
use crate::pool::Pool;
use crate::sandbox::Sandbox;

impl Sandbox {
    /// One Cognito call about a pool with exactly these members and its `UserPoolId`, past
    /// the proxy and its journal.
    ///
    /// # Errors
    ///
    /// AWS's own code and message.
    pub fn raw(&self, pool: &Pool, operation: &str, mut body: Value) -> Result<Value, AwsFault> {
        body["UserPoolId"] = pool.id.as_str().into();
        let call = self.proxy.cognito(pool, operation, &body);
        match &self.runtime {
            Some(runtime) => runtime.block_on(call),
            None => Ok(Value::Null),
        }
    }

    /// Puts members into what stands of a pool, by the names that describe them and by no
    /// rule of AWS; a null takes one away.
    ///
    /// # Errors
    ///
    /// When there is no such pool.
    pub fn plant(&self, pool: &Pool, members: &Value) -> Result<(), AwsFault> {
        let body = json!({"SandboxPlant": members});
        self.raw(pool, "UpdateUserPool", body).map(|_| ())
    }

    /// The same with an app client of the pool.
    ///
    /// # Errors
    ///
    /// When there is no such app client.
    pub fn plant_client(&self, pool: &Pool, client: &str, members: &Value) -> Result<(), AwsFault> {
        let body = json!({"ClientId": client, "SandboxPlant": members});
        self.raw(pool, "UpdateUserPoolClient", body).map(|_| ())
    }

    /// Gives a user a software token that an authenticator app has verified. It is asked for
    /// once the user's preference has it (`AdminSetUserMFAPreference`).
    ///
    /// # Errors
    ///
    /// When there is no such user.
    pub fn software_token(&self, pool: &Pool, username: &str) -> Result<(), AwsFault> {
        let body = json!({"Username": username, "SandboxToken": true});
        self.raw(pool, "AdminSetUserMFAPreference", body).map(drop)
    }

    /// What botocore's model says of a `pool` or a `client`: `variants`, descriptions with
    /// every member in them down to the leaves; `settable`, the members that the update
    /// takes, and what it calls them; `describing`, those it does not take; `leaves`, all
    /// paths; and the version of `botocore`. `additions` are shape → member → shape, as a
    /// newer model might have them.
    ///
    /// # Errors
    ///
    /// When a member of the model cannot be filled.
    pub fn filled(&self, kind: &str, additions: &Value) -> Result<Value, AwsFault> {
        self.client.filled(kind, additions)
    }
}
