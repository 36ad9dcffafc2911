//! The event that Cognito sends, including its nulls.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::fault::Fault;
use super::pool::PoolAt;
use crate::proxy::call::Call;
use crate::proxy::upstream::Answer;

/// A call that may invoke the trigger.
#[derive(Debug)]
pub(super) struct SignIn {
    /// The pool's ID, if the call contains it.
    pub(super) pool: Option<String>,
    pub(super) client: String,
    /// The typed username.
    pub(super) username: String,
    /// `None` for a forgotten password.
    pub(super) password: Option<String>,
    metadata: Value,
}

impl SignIn {
    /// Parses the call. `None` if its flow never invokes the trigger.
    pub(super) fn read(call: &Call, request: &Request<Bytes>) -> Option<Self> {
        let input: Value = serde_json::from_slice(request.body()).ok()?;
        let flow = input["AuthFlow"].as_str().unwrap_or_default();
        let forgotten = call.is_cognito("ForgotPassword");
        let invokes = forgotten
            || (call.is_cognito("InitiateAuth") && flow == "USER_PASSWORD_AUTH")
            || (call.is_cognito("AdminInitiateAuth")
                && matches!(flow, "ADMIN_USER_PASSWORD_AUTH" | "ADMIN_NO_SRP_AUTH"));
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let typed = &input["AuthParameters"];
        let (username, password) = if forgotten {
            (&input["Username"], None)
        } else {
            (&typed["USERNAME"], text(&typed["PASSWORD"]))
        };
        invokes.then_some(Self {
            pool: text(&input["UserPoolId"]),
            client: text(&input["ClientId"])?,
            username: text(username)?,
            password,
            metadata: input["ClientMetadata"].clone(),
        })
    }

    /// Whether this may be the emulator's response for an unknown user. For a forgotten password,
    /// it may be the same as for a known user.
    pub(super) fn may_be_for_unknown_user(&self, reply: &Response<Bytes>) -> bool {
        match Answer::of(reply) {
            Answer::Ok(_) => self.password.is_none(),
            Answer::Fault(code, message) => {
                code == "UserNotFoundException"
                    || (code == "NotAuthorizedException" && message.starts_with("Incorrect"))
            }
        }
    }

    pub(super) fn event(&self, pool: &PoolAt) -> Value {
        let mut request = json!({"validationData": null, "userAttributes": null});
        let metadata = if let Some(password) = &self.password {
            request["password"] = password.as_str().into();
            "validationData"
        } else {
            "clientMetadata"
        };
        if !self.metadata.is_null() {
            request[metadata] = self.metadata.clone();
        }
        let source = if self.password.is_some() {
            "UserMigration_Authentication"
        } else {
            "UserMigration_ForgotPassword"
        };
        let response = json!({
            "userAttributes": null,
            "forceAliasCreation": null,
            "enableSMSMFA": null,
            "finalUserStatus": null,
            "messageAction": null,
            "desiredDeliveryMediums": null,
        });
        self.envelope(pool, source, &self.username, &request, &response)
    }

    /// The event of the pool's `PreSignUp` trigger, before this user is created.
    pub(super) fn pre_sign_up(
        &self,
        pool: &PoolAt,
        username: &str,
        attributes: &BTreeMap<String, String>,
    ) -> Value {
        let request = json!({"userAttributes": attributes, "validationData": null});
        let response =
            json!({"autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false});
        let source = "PreSignUp_AdminCreateUser";
        self.envelope(pool, source, username, &request, &response)
    }

    fn envelope(
        &self,
        pool: &PoolAt,
        source: &str,
        username: &str,
        request: &Value,
        response: &Value,
    ) -> Value {
        json!({
            "version": "1",
            "triggerSource": source,
            "region": pool.place.region,
            "userPoolId": pool.id,
            "userName": username,
            "callerContext": {
                "awsSdkVersion": "aws-sdk-unknown-unknown",
                "clientId": self.client,
            },
            "request": request,
            "response": response,
        })
    }

    /// Cognito's error if the response can't create a user in this pool.
    pub(super) fn cannot_migrate(&self) -> Fault {
        Fault::new(
            "UserNotFoundException",
            format!("Exception migrating user in app client {}", self.client),
        )
    }
}
