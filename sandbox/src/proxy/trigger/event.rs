//! The event as Cognito sends it, nulls included.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::fault::Fault;
use super::pool::PoolAt;
use crate::proxy::call::Call;
use crate::proxy::upstream::Answer;

/// A call at which the trigger may fire.
#[derive(Debug)]
pub(super) struct SignIn {
    /// The pool's id, where the call names it.
    pub(super) pool: Option<String>,
    pub(super) client: String,
    /// As typed.
    pub(super) username: String,
    /// Nothing for a forgotten one.
    pub(super) password: Option<String>,
    metadata: Value,
}

impl SignIn {
    /// The call, if it is of a flow in which Cognito fires the trigger.
    pub(super) fn read(call: &Call, request: &Request<Bytes>) -> Option<Self> {
        let asked: Value = serde_json::from_slice(request.body()).ok()?;
        let flow = asked["AuthFlow"].as_str().unwrap_or_default();
        let forgotten = call.is_cognito("ForgotPassword");
        let fires = forgotten
            || (call.is_cognito("InitiateAuth") && flow == "USER_PASSWORD_AUTH")
            || (call.is_cognito("AdminInitiateAuth")
                && matches!(flow, "ADMIN_USER_PASSWORD_AUTH" | "ADMIN_NO_SRP_AUTH"));
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let typed = &asked["AuthParameters"];
        let (username, password) = if forgotten {
            (&asked["Username"], None)
        } else {
            (&typed["USERNAME"], text(&typed["PASSWORD"]))
        };
        fires.then_some(Self {
            pool: text(&asked["UserPoolId"]),
            client: text(&asked["ClientId"])?,
            username: text(username)?,
            password,
            metadata: asked["ClientMetadata"].clone(),
        })
    }

    /// Whether the emulator answered like this because it does not know the user. To a
    /// forgotten password of nobody it may answer as to somebody's.
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
        self.about(pool, source, &self.username, &request, &response)
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
        self.about(pool, source, username, &request, &response)
    }

    fn about(
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

    /// What Cognito says when the answer makes no user of this pool.
    pub(super) fn cannot_migrate(&self) -> Fault {
        Fault::new(
            "UserNotFoundException",
            format!("Exception migrating user in app client {}", self.client),
        )
    }
}
