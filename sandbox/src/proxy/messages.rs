//! Records the messages that Cognito would have sent. The emulator sends none, and a migration
//! must not send any.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use super::call::Call;
use super::emulator::Emulator;
use super::message::{Message, MessageKind, mediums};
use super::trigger;

/// Records the message that Cognito would send for this call and its response.
pub(super) async fn record(
    emulator: &Emulator,
    call: &Call,
    request: &Request<Bytes>,
    reply: &Response<Bytes>,
) {
    if call.service != "cognito-idp" || !reply.status().is_success() {
        return;
    }
    let input: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let output: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
    let (kind, username, mediums) = match call.action.as_str() {
        "AdminCreateUser" if input["MessageAction"] != "SUPPRESS" => {
            let mediums = mediums(&input["DesiredDeliveryMediums"]);
            (MessageKind::Welcome, &input["Username"], mediums)
        }
        // The response is the same if no code is sent.
        "ForgotPassword" => match trigger::code_medium(emulator, call, request).await {
            Some(medium) => (
                MessageKind::Code,
                &input["Username"],
                vec![medium.to_owned()],
            ),
            None => return,
        },
        "AdminResetUserPassword" => (MessageKind::Code, &input["Username"], Vec::new()),
        "InitiateAuth" | "AdminInitiateAuth" => {
            let medium = match output["ChallengeName"].as_str() {
                Some("SMS_MFA" | "SMS_OTP") => "SMS",
                Some("EMAIL_OTP") => "EMAIL",
                _ => return,
            };
            let username = &input["AuthParameters"]["USERNAME"];
            (MessageKind::Code, username, vec![medium.to_owned()])
        }
        _ => return,
    };
    emulator.send(Message {
        pool: input["UserPoolId"].as_str().unwrap_or_default().to_owned(),
        username: username.as_str().unwrap_or_default().to_owned(),
        kind,
        mediums,
    });
}
