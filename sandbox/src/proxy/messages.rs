//! The messages that Cognito would have sent: the emulator sends none, and a
//! migration in which a user gets one has gone wrong.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use super::call::Call;
use super::{Proxy, trigger};
use crate::client::locked;

/// A message that Cognito would have sent to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The user pool's id; empty where the call does not say it.
    pub pool: String,
    /// The user's name, as in the call.
    pub username: String,
    /// What it would have said.
    pub kind: MessageKind,
    /// `SMS` and `EMAIL`: how it would have gone out.
    pub mediums: Vec<String>,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// An account was made for you, and this is your temporary password.
    Welcome,
    /// This is your code.
    Code,
}

/// Remembers the message that this call, answered like this, sends.
pub(super) async fn record(
    proxy: &Proxy,
    call: &Call,
    request: &Request<Bytes>,
    reply: &Response<Bytes>,
) {
    if call.service != "cognito-idp" || !reply.status().is_success() {
        return;
    }
    let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let answered: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
    let (kind, username, mediums) = match call.action.as_str() {
        "AdminCreateUser" if asked["MessageAction"] != "SUPPRESS" => {
            let mediums = strings(&asked["DesiredDeliveryMediums"]);
            (MessageKind::Welcome, &asked["Username"], mediums)
        }
        // To a user who is not there, it is answered as to one who is.
        "ForgotPassword" if !trigger::is_for_unknown_user(proxy, call, request).await => {
            let medium = &answered["CodeDeliveryDetails"]["DeliveryMedium"];
            (MessageKind::Code, &asked["Username"], strings(medium))
        }
        "AdminResetUserPassword" => (MessageKind::Code, &asked["Username"], Vec::new()),
        "InitiateAuth" | "AdminInitiateAuth" => {
            let medium = match answered["ChallengeName"].as_str() {
                Some("SMS_MFA" | "SMS_OTP") => "SMS",
                Some("EMAIL_OTP") => "EMAIL",
                _ => return,
            };
            let username = &asked["AuthParameters"]["USERNAME"];
            (MessageKind::Code, username, vec![medium.to_owned()])
        }
        _ => return,
    };
    proxy.sends(Message {
        pool: asked["UserPoolId"].as_str().unwrap_or_default().to_owned(),
        username: username.as_str().unwrap_or_default().to_owned(),
        kind,
        mediums,
    });
}

impl Proxy {
    /// Remembers a message.
    pub(super) fn sends(&self, message: Message) {
        locked(&self.messages).push(message);
    }
}

/// The ways of delivery that are named; Cognito sends by SMS when none is.
pub(super) fn strings(value: &Value) -> Vec<String> {
    let named = match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several
            .iter()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    if named.is_empty() {
        vec!["SMS".to_owned()]
    } else {
        named
    }
}
