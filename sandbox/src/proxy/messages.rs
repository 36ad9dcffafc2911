//! Records the messages that Cognito would have sent. The emulator sends none, and a migration
//! must not send any.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use super::call::Call;
use super::emulator::Emulator;
use super::message::{Message, MessageKind, mediums};
use super::trigger;

/// Remembers the message that this call, answered like this, sends.
pub(super) async fn record(
    emulator: &Emulator,
    call: &Call,
    request: &Request<Bytes>,
    reply: &Response<Bytes>,
) {
    if call.service != "cognito-idp" || !reply.status().is_success() {
        return;
    }
    let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let answered: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
    let (kind, username, sent_by) = match call.action.as_str() {
        "AdminCreateUser" if asked["MessageAction"] != "SUPPRESS" => {
            let sent_by = mediums(&asked["DesiredDeliveryMediums"]);
            (MessageKind::Welcome, &asked["Username"], sent_by)
        }
        // To a user who is not there, it is answered as to one who is.
        "ForgotPassword" if !trigger::is_for_unknown_user(emulator, call, request).await => {
            let medium = &answered["CodeDeliveryDetails"]["DeliveryMedium"];
            (MessageKind::Code, &asked["Username"], mediums(medium))
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
    emulator.send(Message {
        pool: asked["UserPoolId"].as_str().unwrap_or_default().to_owned(),
        username: username.as_str().unwrap_or_default().to_owned(),
        kind,
        mediums: sent_by,
    });
}
