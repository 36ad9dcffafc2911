//! Error responses with the codes and the protocol of each service.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use super::call::Call;

/// The errors of a service: status and code.
struct Errors {
    denied: (u16, &'static str),
    throttled: (u16, &'static str),
    internal: (u16, &'static str),
}

fn errors(service: &str) -> Errors {
    match service {
        "iam" | "sts" => Errors {
            denied: (403, "AccessDenied"),
            throttled: (400, "Throttling"),
            internal: (500, "ServiceFailure"),
        },
        "lambda" => Errors {
            denied: (403, "AccessDeniedException"),
            throttled: (429, "TooManyRequestsException"),
            internal: (500, "ServiceException"),
        },
        "logs" => Errors {
            denied: (400, "AccessDeniedException"),
            throttled: (400, "ThrottlingException"),
            internal: (500, "ServiceUnavailableException"),
        },
        "monitoring" => Errors {
            denied: (400, "AccessDeniedException"),
            throttled: (400, "ThrottlingException"),
            internal: (500, "InternalServiceFault"),
        },
        _ => Errors {
            denied: (400, "AccessDeniedException"),
            throttled: (400, "TooManyRequestsException"),
            internal: (500, "InternalErrorException"),
        },
    }
}

pub(super) fn denied(call: &Call) -> Response<Bytes> {
    let (status, code) = errors(&call.service).denied;
    error_reply(call, status, code, "The caller is not authorized.")
}

pub(super) fn throttled(call: &Call) -> Response<Bytes> {
    let (status, code) = errors(&call.service).throttled;
    error_reply(call, status, code, "Rate exceeded")
}

pub(super) fn internal(call: &Call) -> Response<Bytes> {
    let (status, code) = errors(&call.service).internal;
    error_reply(call, status, code, "Something went wrong.")
}

/// An error response in the protocol of the call's service.
pub(super) fn error_reply(call: &Call, status: u16, code: &str, message: &str) -> Response<Bytes> {
    let (content, body) = match call.service.as_str() {
        "iam" | "sts" => (
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>sandbox-error</RequestId></ErrorResponse>"
            )
            .into_bytes(),
        ),
        "lambda" => (
            "application/json",
            json!({"Type": "User", "Message": message})
                .to_string()
                .into_bytes(),
        ),
        "monitoring" => ("application/cbor", cbor([("__type", code), ("message", message)])),
        _ => (
            "application/x-amz-json-1.1",
            json!({"__type": code, "message": message})
                .to_string()
                .into_bytes(),
        ),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static(content));
    if call.service == "monitoring" {
        headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    }
    headers.insert(
        "x-amzn-requestid",
        HeaderValue::from_static("sandbox-error"),
    );
    if let Ok(code) = HeaderValue::from_str(code) {
        headers.insert("x-amzn-errortype", code);
    }
    response
}

/// A map of texts in CBOR (RFC 8949), the protocol of CloudWatch.
fn cbor(members: [(&str, &str); 2]) -> Vec<u8> {
    let mut bytes = vec![0xa2];
    for text in members.into_iter().flat_map(|(name, value)| [name, value]) {
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
        bytes.push(0x79);
        bytes.extend(length.to_be_bytes());
        bytes.extend(&text.as_bytes()[..length.into()]);
    }
    bytes
}
