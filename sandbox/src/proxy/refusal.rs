//! Error answers with the codes and in the protocol of each service.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use super::call::Call;

/// What each service says: status and code.
struct Words {
    denied: (u16, &'static str),
    throttled: (u16, &'static str),
    internal: (u16, &'static str),
}

fn words(service: &str) -> Words {
    match service {
        "iam" | "sts" => Words {
            denied: (403, "AccessDenied"),
            throttled: (400, "Throttling"),
            internal: (500, "ServiceFailure"),
        },
        "lambda" => Words {
            denied: (403, "AccessDeniedException"),
            throttled: (429, "TooManyRequestsException"),
            internal: (500, "ServiceException"),
        },
        "logs" => Words {
            denied: (400, "AccessDeniedException"),
            throttled: (400, "ThrottlingException"),
            internal: (500, "ServiceUnavailableException"),
        },
        _ => Words {
            denied: (400, "AccessDeniedException"),
            throttled: (400, "TooManyRequestsException"),
            internal: (500, "InternalErrorException"),
        },
    }
}

pub(super) fn denied(call: &Call) -> Response<Bytes> {
    let (status, code) = words(&call.service).denied;
    refusal(call, status, code, "The caller is not authorized.")
}

pub(super) fn throttled(call: &Call) -> Response<Bytes> {
    let (status, code) = words(&call.service).throttled;
    refusal(call, status, code, "Rate exceeded")
}

pub(super) fn internal(call: &Call) -> Response<Bytes> {
    let (status, code) = words(&call.service).internal;
    refusal(call, status, code, "Something went wrong.")
}

/// A refusal as the call's service writes it.
pub(super) fn refusal(call: &Call, status: u16, code: &str, message: &str) -> Response<Bytes> {
    let (content, body) = match call.service.as_str() {
        "iam" | "sts" => (
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>sandbox-refusal</RequestId></ErrorResponse>"
            ),
        ),
        "lambda" => (
            "application/json",
            json!({"Type": "User", "Message": message}).to_string(),
        ),
        _ => (
            "application/x-amz-json-1.1",
            json!({"__type": code, "message": message}).to_string(),
        ),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static(content));
    headers.insert(
        "x-amzn-requestid",
        HeaderValue::from_static("sandbox-refusal"),
    );
    if let Ok(code) = HeaderValue::from_str(code) {
        headers.insert("x-amzn-errortype", code);
    }
    response
}
